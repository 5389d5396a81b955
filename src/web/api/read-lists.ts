import type { ListMatch, ReadList } from './file-types';
import { request } from './http';
import type { Book, Slice } from './types';

const path = 'api/v1/readlists';
const of = (id: string) => `${path}/${encodeURIComponent(id)}`;

/** Looks for the books of a ComicRack list; makes nothing. Administrators only. */
export function matchList(file: File): Promise<ListMatch> {
  const body = new FormData();
  body.append('file', file);
  return request<ListMatch>(`${path}/match/comicrack`, { method: 'POST', body });
}

export const createReadList = (name: string, bookIds: string[]): Promise<ReadList> =>
  request<ReadList>(path, { method: 'POST', body: { name, bookIds, ordered: true } });

export const findReadLists = (page: number, size: number, signal: AbortSignal): Promise<Slice<ReadList>> =>
  request<Slice<ReadList>>(path, { query: { page, size }, signal });

export const getReadList = (id: string, signal: AbortSignal): Promise<ReadList> =>
  request<ReadList>(of(id), { signal });

export const findBooksOfList = (id: string, page: number, signal: AbortSignal): Promise<Slice<Book>> =>
  request<Slice<Book>>(`${of(id)}/books`, { query: { page, size: 50 }, signal });

export const deleteReadList = (id: string): Promise<unknown> => request(of(id), { method: 'DELETE' });
