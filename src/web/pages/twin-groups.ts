import type { Book } from '../api/types';

/** Books with the same file together, in the order they came; what lies in the trash is on no disk. */
export function groupTwins<B extends Pick<Book, 'fileHash' | 'sizeBytes' | 'deleted'>>(books: readonly B[]): B[][] {
  const groups = new Map<string, B[]>();
  for (const book of books.filter(({ deleted }) => !deleted)) {
    const key = `${book.fileHash} ${book.sizeBytes}`;
    groups.set(key, [...(groups.get(key) ?? []), book]);
  }
  // one whose copies were just deleted is nobody's twin any more
  return [...groups.values()].filter(({ length }) => length > 1);
}
