import type { ReadFilter } from '../api/conditions';

export type LibrarySort = 'title' | 'added' | 'updated';

/** What the library page shows; it lives in the address, so that reload, back and bookmarks keep it. */
export interface LibraryQuery {
  text: string;
  sort: LibrarySort;
  read: ReadFilter;
}

const sorts: Record<LibrarySort, string> = {
  title: 'metadata.titleSort,asc',
  added: 'createdDate,desc',
  updated: 'lastModifiedDate,desc',
};
const reads: ReadFilter[] = ['all', 'unread', 'reading', 'read'];

export function libraryQuery(search: string): LibraryQuery {
  const query = new URLSearchParams(search);
  const sort = query.get('sort') ?? '';
  const read = query.get('read') as ReadFilter;
  return {
    text: query.get('q') ?? '',
    sort: Object.hasOwn(sorts, sort) ? (sort as LibrarySort) : 'title',
    read: reads.includes(read) ? read : 'all',
  };
}

/** The query part of the address; what is at its default is left out. */
export function librarySearch({ text, sort, read }: LibraryQuery): string {
  const query = new URLSearchParams();
  if (text !== '') query.set('q', text);
  if (sort !== 'title') query.set('sort', sort);
  if (read !== 'all') query.set('read', read);
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** The server's sort keys. While searching by title the best match comes first. */
export function sortKeys({ text, sort }: LibraryQuery): string {
  return text.trim() !== '' && sort === 'title' ? 'relevance,asc' : sorts[sort];
}
