import { useErrorBoundary } from 'preact/hooks';
import type { User } from './api/types';
import { late } from './parts/late';
import { Notices } from './parts/notices';
import { Shell, useScanWatch } from './parts/shell';
import { Loading } from './parts/states';
import { AccountPage } from './pages/account';
import { BookPage } from './pages/book';
import { Broken, Unreachable } from './pages/broken';
import { Claim } from './pages/claim';
import { Home } from './pages/home';
import { LibraryPage } from './pages/library';
import { LogIn } from './pages/login';
import { NotFound } from './pages/not-found';
import { ReadListPage } from './pages/read-list';
import { ReadListsPage } from './pages/read-lists';
import { SearchPage } from './pages/search';
import { SeriesPage } from './pages/series';
import { ReaderPage } from './reader/reader-page';
import { routeOf, type Route } from './routes';
import { place } from './state/navigation';
import { isAdmin, session } from './state/session';
import { useStore } from './state/store';

/** Most people never open one, so nobody waits for them. */
const AdminPage = late(() => import('./pages/admin').then((pages) => pages.AdminPage));

export function App() {
  return (
    <>
      <Screen />
      <Notices />
    </>
  );
}

/** Chooses the screen by who we are and where we are. */
function Screen() {
  const known = useStore(session);
  const { path, search } = useStore(place);
  const [broken, reset] = useErrorBoundary() as [unknown, () => void];
  const route = routeOf(path, search);
  const user = known.state === 'known' ? known.user : null;
  useScanWatch(user);
  if (broken !== undefined) return <Broken reset={reset} />;
  if (known.state === 'unknown') return <Loading what="Opening your library" />;
  if (known.state === 'unreachable') return <Unreachable message={known.message} />;
  if (known.state === 'unclaimed') return <Claim />;
  if (user === null) return <LogIn to={route.page === 'login' ? route.to : '/'} />;
  // a new key per book: the reader of one book never carries its state into the next
  if (route.page === 'book') return <ReaderPage key={route.id} id={route.id} at={route.at} />;
  return (
    <Shell user={user} route={route}>
      <ShellPage user={user} route={route} />
    </Shell>
  );
}

function ShellPage({ user, route }: { user: User; route: Route }) {
  if (route.page === 'home' || route.page === 'login') return <Home user={user} />;
  if (route.page === 'library') return <LibraryPage key={route.id} id={route.id} user={user} />;
  if (route.page === 'series') return <SeriesPage key={route.id} id={route.id} user={user} />;
  if (route.page === 'book-details') return <BookPage key={route.id} id={route.id} user={user} />;
  if (route.page === 'read-lists') return <ReadListsPage />;
  if (route.page === 'read-list') return <ReadListPage key={route.id} id={route.id} user={user} />;
  if (route.page === 'search') return <SearchPage query={route.query} />;
  if (route.page === 'account') return <AccountPage user={user} />;
  if (!isAdmin(user)) return <NotFound />;
  return <AdminPage route={route} />;
}
