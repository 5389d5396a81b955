/** What an address inside the app means; paths here are without the server's base path. */
export type Route =
  | { page: 'home' }
  | { page: 'login'; to: string }
  | { page: 'library'; id: string }
  | { page: 'library-settings'; id: string }
  | { page: 'trash'; id: string }
  | { page: 'activity' }
  | { page: 'series'; id: string }
  | { page: 'book'; id: string; at: number | null }
  | { page: 'search'; query: string }
  | { page: 'review' }
  | { page: 'account' }
  | { page: 'not-found' };

/** Reads an address; an unknown one is a page of its own, never an error. */
export function routeOf(path: string, search = ''): Route {
  const segments = segmentsOf(path);
  const query = new URLSearchParams(search);
  const [first, id, third] = segments ?? ['?'];
  if (first === undefined) return { page: 'home' };
  if (first === 'login' && id === undefined) return { page: 'login', to: insidePath(query.get('to')) };
  if (first === 'search' && id === undefined) return { page: 'search', query: query.get('q') ?? '' };
  if (first === 'review' && id === undefined) return { page: 'review' };
  if (first === 'activity' && id === undefined) return { page: 'activity' };
  if (first === 'account' && id === undefined) return { page: 'account' };
  if (id === undefined) return { page: 'not-found' };
  if (first === 'libraries' && third === undefined) return { page: 'library', id };
  if (first === 'libraries' && segments?.length === 3) {
    if (third === 'settings') return { page: 'library-settings', id };
    if (third === 'trash') return { page: 'trash', id };
  }
  if (first === 'series' && third === undefined) return { page: 'series', id };
  // both spellings exist in the wild: Mihon opens /book/{id} in its web view, bookmarks have /book/{id}/read
  if (first === 'book' && (third === undefined || (third === 'read' && segments?.length === 3))) {
    return { page: 'book', id, at: pageNumber(query.get('page')) };
  }
  return { page: 'not-found' };
}

/** The addresses of our own pages. */
export const paths = {
  home: '/',
  login: (to: string) => (to === '/' ? '/login' : `/login?to=${encodeURIComponent(to)}`),
  library: (id: string) => `/libraries/${encodeURIComponent(id)}`,
  series: (id: string) => `/series/${encodeURIComponent(id)}`,
  book: (id: string) => `/book/${encodeURIComponent(id)}`,
  page: (id: string, page: number) => `/book/${encodeURIComponent(id)}/read?page=${page}`,
  librarySettings: (id: string) => `/libraries/${encodeURIComponent(id)}/settings`,
  trash: (id: string) => `/libraries/${encodeURIComponent(id)}/trash`,
  activity: '/activity',
  review: '/review',
  account: '/account',
  search: (query: string) => (query === '' ? '/search' : `/search?q=${encodeURIComponent(query)}`),
};

/** Only a path of our own is a place to return to after logging in; anything else (`//evil.example`) is the home page. */
export function insidePath(to: string | null): string {
  if (to === null || !/^\/(?![/\\])/.test(to) || to.startsWith('/login')) return '/';
  return to;
}

function segmentsOf(path: string): string[] | null {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return null;
  }
}

function pageNumber(text: string | null): number | null {
  const number = Number(text);
  return text !== null && Number.isInteger(number) && number > 0 ? number : null;
}
