import type { Described } from './api/types';

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
  | { page: 'book-details'; id: string }
  | { page: 'edit'; kind: Described; id: string }
  | { page: 'search'; query: string }
  | { page: 'review' }
  | { page: 'duplicates'; part: DuplicatesPart }
  | { page: 'history' }
  | { page: 'import'; part: ImportPart }
  | { page: 'read-lists' }
  | { page: 'read-list'; id: string }
  | { page: 'account' }
  | { page: 'not-found' };

export type DuplicatesPart = 'books' | 'pages' | 'decided';
export type ImportPart = 'files' | 'list';

const notFound: Route = { page: 'not-found' };

/** Reads an address; an unknown one is a page of its own, never an error. */
export function routeOf(path: string, search = ''): Route {
  const segments = segmentsOf(path);
  if (segments === null || segments.length > 3) return notFound;
  const [first, second, third] = segments;
  const query = new URLSearchParams(search);
  if (first === undefined) return { page: 'home' };
  if (second === undefined) return pageNamed(first, query);
  return partOf(first, second, third) ?? thingOf(first, second, third, query);
}

function pageNamed(name: string, query: URLSearchParams): Route {
  if (name === 'login') return { page: 'login', to: insidePath(query.get('to')) };
  if (name === 'search') return { page: 'search', query: query.get('q') ?? '' };
  if (name === 'duplicates') return { page: 'duplicates', part: 'books' };
  if (name === 'import') return { page: 'import', part: 'files' };
  if (name === 'readlists') return { page: 'read-lists' };
  if (name === 'review' || name === 'activity' || name === 'account' || name === 'history') return { page: name };
  return notFound;
}

/** The further parts of pages that have some. */
function partOf(page: string, part: string, third: string | undefined): Route | null {
  if (third !== undefined) return null;
  if (page === 'duplicates' && (part === 'pages' || part === 'decided')) return { page, part };
  return page === 'import' && part === 'list' ? { page, part } : null;
}

/** A library, series or book, and what there is of it. */
function thingOf(kind: string, id: string, of: string | undefined, query: URLSearchParams): Route {
  const address = `${kind}/${of ?? ''}`;
  if (address === 'libraries/') return { page: 'library', id };
  if (address === 'libraries/settings') return { page: 'library-settings', id };
  if (address === 'libraries/trash') return { page: 'trash', id };
  if (address === 'readlists/') return { page: 'read-list', id };
  if (address === 'series/') return { page: 'series', id };
  if (address === 'series/edit') return { page: 'edit', kind: 'series', id };
  // both spellings exist in the wild: Mihon opens /book/{id} in its web view, bookmarks have /book/{id}/read
  if (address === 'book/' || address === 'book/read') return { page: 'book', id, at: pageNumber(query.get('page')) };
  if (address === 'book/details') return { page: 'book-details', id };
  if (address === 'book/edit') return { page: 'edit', kind: 'books', id };
  return notFound;
}

/** The addresses of our own pages. */
export const paths = {
  home: '/',
  login: (to: string) => (to === '/' ? '/login' : `/login?to=${encodeURIComponent(to)}`),
  library: (id: string) => `/libraries/${encodeURIComponent(id)}`,
  series: (id: string) => `/series/${encodeURIComponent(id)}`,
  book: (id: string) => `/book/${encodeURIComponent(id)}`,
  bookDetails: (id: string) => `/book/${encodeURIComponent(id)}/details`,
  edit: (kind: Described, id: string) => `/${kind === 'series' ? 'series' : 'book'}/${encodeURIComponent(id)}/edit`,
  page: (id: string, page: number) => `/book/${encodeURIComponent(id)}/read?page=${page}`,
  librarySettings: (id: string) => `/libraries/${encodeURIComponent(id)}/settings`,
  trash: (id: string) => `/libraries/${encodeURIComponent(id)}/trash`,
  activity: '/activity',
  review: '/review',
  duplicates: (part: DuplicatesPart) => (part === 'books' ? '/duplicates' : `/duplicates/${part}`),
  history: '/history',
  import: (part: ImportPart) => (part === 'files' ? '/import' : `/import/${part}`),
  readLists: '/readlists',
  readList: (id: string) => `/readlists/${encodeURIComponent(id)}`,
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
