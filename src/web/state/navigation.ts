import { insidePath } from '../routes';
import { createStore } from './store';

export interface Place {
  path: string;
  search: string;
  /** How many entries of ours lie below this one, so that "back" never leaves the app. */
  depth: number;
}

interface EntryState {
  key: string;
  depth: number;
}

const scrolls = new Map<string, number>();
let entry: EntryState = { key: '', depth: 0 };

const basePath = (): string => new URL(document.baseURI).pathname;

function currentPlace(): Place {
  const base = basePath();
  const path = location.pathname.startsWith(base) ? `/${location.pathname.slice(base.length)}` : '/';
  return { path, search: location.search, depth: entry.depth };
}

export const place = createStore<Place>({ path: '/', search: '', depth: 0 });

/** The address of a page of ours, for links. */
export function hrefOf(path: string): string {
  return basePath() + path.replace(/^\//, '');
}

export function navigate(path: string, { replace = false } = {}): void {
  const next = { key: newKey(), depth: replace ? entry.depth : entry.depth + 1 };
  if (replace) history.replaceState(next, '', hrefOf(path));
  if (!replace) history.pushState(next, '', hrefOf(path));
  entry = next;
  place.set(currentPlace());
  scrollTo(0, 0);
}

/** Changes the query of the current page without moving: filters, the page of a book. */
export function amendQuery(path: string): void {
  history.replaceState(entry, '', hrefOf(path));
  place.set(currentPlace());
}

/** The current path with its query, to come back to after logging in. */
export function returnPath(): string {
  const { path, search } = place.get();
  return insidePath(path + search);
}

/** One step back inside the app, or to `otherwise` when the app was entered here. */
export function goBack(otherwise: string): void {
  if (entry.depth > 0) return history.back();
  navigate(otherwise, { replace: true });
}

/** Takes over links and the back button; scroll positions are ours, since lists arrive after the page. */
export function startNavigation(): void {
  history.scrollRestoration = 'manual';
  const known = history.state as EntryState | null;
  entry = known?.key ? known : { key: newKey(), depth: 0 };
  history.replaceState(entry, '');
  place.set(currentPlace());
  addEventListener('popstate', (event) => {
    entry = (event.state as EntryState | null) ?? { key: newKey(), depth: 0 };
    const position = scrolls.get(entry.key) ?? 0;
    place.set(currentPlace());
    restoreScroll(position);
  });
  addEventListener('scroll', () => scrolls.set(entry.key, scrollY), { passive: true });
  document.addEventListener('click', followInside);
}

function followInside(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.hasAttribute('download')) return;
  const base = basePath();
  if (link.origin !== location.origin || !link.pathname.startsWith(base)) return;
  event.preventDefault();
  navigate(`/${link.pathname.slice(base.length)}${link.search}`);
}

function restoreScroll(position: number, tries = 40): void {
  if (position === 0) return scrollTo(0, 0);
  const reachable = document.documentElement.scrollHeight >= position + innerHeight;
  if (reachable || tries === 0) return scrollTo(0, position);
  requestAnimationFrame(() => restoreScroll(position, tries - 1));
}

const newKey = (): string => Math.random().toString(36).slice(2);
