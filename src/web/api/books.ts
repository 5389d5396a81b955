import { listBody, type Wanted } from './conditions';
import { ApiFailure } from './failure';
import { addressOf, request } from './http';
import type { Paging } from './series';
import type { Book, Page, Slice } from './types';

const path = (id: string) => `api/v1/books/${encodeURIComponent(id)}`;

export function findBooks(wanted: Wanted, paging: Paging, signal?: AbortSignal): Promise<Slice<Book>> {
  const call = { method: 'POST' as const, query: { ...paging }, body: listBody(wanted) };
  return request<Slice<Book>>('api/v1/books/list', signal ? { ...call, signal } : call);
}

/** The next unread book of every series that was begun and has nothing open. */
export function findOnDeck(size: number, signal?: AbortSignal): Promise<Slice<Book>> {
  const call = { query: { size } };
  return request<Slice<Book>>('api/v1/books/ondeck', signal ? { ...call, signal } : call);
}

export function getBook(id: string, signal?: AbortSignal): Promise<Book> {
  return request<Book>(path(id), signal ? { signal } : {});
}

export function findPages(id: string, signal?: AbortSignal): Promise<Page[]> {
  return request<Page[]>(`${path(id)}/pages`, signal ? { signal } : {});
}

/** The book before or after this one in its series; the ends of a series answer 404, which is no error here. */
export async function getSiblingOrNone(
  id: string,
  side: 'previous' | 'next',
  signal?: AbortSignal,
): Promise<Book | null> {
  try {
    return await request<Book>(`${path(id)}/${side}`, signal ? { signal } : {});
  } catch (problem) {
    if (problem instanceof ApiFailure && problem.status === 404) return null;
    throw problem;
  }
}

/** Stores the page; the server derives "completed" from the last page. `leaving` lets the request outlive the tab. */
export async function savePage(id: string, page: number, leaving = false): Promise<void> {
  await request(`${path(id)}/read-progress`, { method: 'PATCH', body: { page }, keepalive: leaving });
}

export async function markBook(id: string, read: boolean): Promise<void> {
  if (read) return void (await request(`${path(id)}/read-progress`, { method: 'PATCH', body: { completed: true } }));
  await request(`${path(id)}/read-progress`, { method: 'DELETE' });
}

/** Deletes the file of a book from the disk. Administrators only. */
export async function deleteBookFile(id: string): Promise<void> {
  await request(`${path(id)}/file`, { method: 'DELETE' });
}

/** Has the file opened again: its pages are counted and its cover made anew. Administrators only. */
export async function analyzeBook(id: string): Promise<void> {
  await request(`${path(id)}/analyze`, { method: 'POST' });
}

/** Has what the file says of the book taken over again. Administrators only. */
export async function refreshBook(id: string): Promise<void> {
  await request(`${path(id)}/metadata/refresh`, { method: 'POST' });
}

/** Why a picture did not arrive: asks for it once more as data. Resolves when the server does deliver it. */
export async function probePage(address: string): Promise<void> {
  await request(address, { headers: { Accept: 'image/*' } });
}

export const bookPoster = (id: string): string => addressOf(`${path(id)}/thumbnail`);
export const seriesPoster = (id: string): string => addressOf(`api/v1/series/${encodeURIComponent(id)}/thumbnail`);
export const bookFile = (id: string): string => addressOf(`${path(id)}/file`);
export const pageAddress = (id: string, query: string, page: number): string =>
  addressOf(`${path(id)}/pages/${page}${query}`);
