import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { findReadLists } from '../api/read-lists';
import type { User } from '../api/types';
import { paths, type Route } from '../routes';
import { libraries, reloadLibraries } from '../state/libraries';
import { watchOperations } from '../state/live';
import { hrefOf } from '../state/navigation';
import { isAdmin } from '../state/session';
import { useStore } from '../state/store';
import { useLoad } from '../state/use-load';
import { AccountMenu } from './account-menu';
import { HomeIcon, ListIcon, ShelfIcon } from './icons';
import { Logo } from './logo';
import { OperationBar } from './operation-bar';
import { SearchBox } from './search-box';

/** The frame around every screen but the reader: top bar, libraries, what the server is doing. */
export function Shell({ user, route, children }: { user: User; route: Route; children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  useEffect(() => void reloadLibraries(), []);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header class="top">
        <a class="top-home" href={hrefOf(paths.home)} aria-label="KireMisu, home">
          <Logo />
        </a>
        {/* the search page has a field of its own */}
        {route.page !== 'search' && <SearchBox />}
        <AccountMenu user={user} />
      </header>
      <Navigation route={route} />
      <main id="main" ref={main} tabIndex={-1}>
        <OperationBar />
        {children}
      </main>
    </div>
  );
}

/** Administrators follow scans on every screen, so this lives above the shell. */
export function useScanWatch(user: User | null): void {
  const admin = user !== null && isAdmin(user);
  useEffect(() => (admin ? watchOperations() : undefined), [admin]);
}

function Navigation({ route }: { route: Route }) {
  const known = useStore(libraries) ?? [];
  return (
    <nav class="side" aria-label="Libraries">
      <ul>
        <li>
          <NavigationLink path={paths.home} current={route.page === 'home'}>
            <HomeIcon />
            Home
          </NavigationLink>
        </li>
        {known.map((library) => (
          <li key={library.id}>
            <NavigationLink
              path={paths.library(library.id)}
              current={route.page === 'library' && route.id === library.id}
            >
              <ShelfIcon />
              <span class="side-name">
                {library.name}
                {library.unavailable && <span class="tag">offline</span>}
              </span>
            </NavigationLink>
          </li>
        ))}
        <ReadListsLink route={route} />
      </ul>
    </nav>
  );
}

/** Not there as long as there are none. */
function ReadListsLink({ route }: { route: Route }) {
  const { value } = useLoad('any read list', (signal) => findReadLists(0, 1, signal));
  if (value === undefined || value.totalElements === 0) return null;
  return (
    <li>
      <NavigationLink path={paths.readLists} current={route.page === 'read-lists' || route.page === 'read-list'}>
        <ListIcon />
        Read lists
      </NavigationLink>
    </li>
  );
}

function NavigationLink({ path, current, children }: { path: string; current: boolean; children: ComponentChildren }) {
  return (
    <a href={hrefOf(path)} aria-current={current ? 'page' : undefined}>
      {children}
    </a>
  );
}
