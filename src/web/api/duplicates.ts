import { addressOf, request } from './http';
import type { Book, Slice } from './types';

export type PageAction = 'DELETE_AUTO' | 'DELETE_MANUAL' | 'IGNORE';

/** A page that occurs in several books; its hash is its id. */
export interface RepeatedPage {
  id: string;
  size: number | null;
  matchCount: number;
}

/** One that was decided about. */
export interface DecidedPage extends RepeatedPage {
  action: PageAction;
  deleteCount: number;
}

/** One place where a page occurs. */
export interface PagePlace {
  id: string;
  bookId: string;
  /** Path of the file. */
  url: string;
  pageNumber: number;
  fileName: string;
  fileSize: number;
  mediaType: string;
}

const base = 'api/v1/page-hashes';
const of = (hash: string) => `${base}/${encodeURIComponent(hash)}`;

/** Books whose file is there more than once; copies stand side by side. */
export const findTwins = (page: number, signal: AbortSignal): Promise<Slice<Book>> =>
  request<Slice<Book>>('api/v1/books/duplicates', { query: { page, size: 100 }, signal });

async function hashes<T>(path: string, query: Record<string, string | number>, signal: AbortSignal) {
  const slice = await request<Slice<T & { hash: string }>>(path, { query, signal });
  return { ...slice, content: slice.content.map((page) => ({ ...page, id: page.hash })) };
}

export const findRepeatedPages = (page: number, signal: AbortSignal): Promise<Slice<RepeatedPage>> =>
  hashes<RepeatedPage>(`${base}/unknown`, { page, size: 40, sort: 'matchCount,desc' }, signal);

export const findDecidedPages = (page: number, signal: AbortSignal): Promise<Slice<DecidedPage>> =>
  hashes<DecidedPage>(base, { page, size: 40, sort: 'lastModified,desc' }, signal);

export async function findPlaces(hash: string, page: number, signal: AbortSignal): Promise<Slice<PagePlace>> {
  const slice = await request<Slice<PagePlace>>(of(hash), { query: { page, size: 50 }, signal });
  return { ...slice, content: slice.content.map((place) => ({ ...place, id: `${place.bookId} ${place.pageNumber}` })) };
}

export const decidePage = ({ id, size }: RepeatedPage, action: PageAction): Promise<unknown> =>
  request(base, { method: 'PUT', body: { hash: id, size, action } });

/** Removes a page from the files of all its books. */
export const removePage = (hash: string): Promise<unknown> => request(`${of(hash)}/delete-all`, { method: 'POST' });

/** Removes it from one of them. */
export const removePageFrom = (hash: string, place: PagePlace): Promise<unknown> =>
  request(`${of(hash)}/delete-match`, { method: 'POST', body: place });

/** A page out of one of its books, this many pixels at its longest edge. */
export const repeatedPicture = (hash: string, resize: number): string =>
  addressOf(`${base}/unknown/${encodeURIComponent(hash)}/thumbnail`, { resize });

/** What was kept of a page that was decided about: it may be in no book any more. */
export const decidedPicture = (hash: string): string => addressOf(`${of(hash)}/thumbnail`);
