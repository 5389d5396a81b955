import { LRUCache } from 'lru-cache';
import type { BookFile } from '../search/book-file';
import type { Viewer } from '../search/viewer';

/** Books that a viewer was just found to be allowed to open: turning a page need not ask the database again. */
export interface PermittedBooks {
  find(viewer: Viewer, bookId: string, look: () => Promise<BookFile>): Promise<BookFile>;
  /** The book if that was just found, without asking anybody. */
  remembered(viewer: Viewer, bookId: string): BookFile | null;
  /** Something changed that decides who may open what, or what is in a book. */
  forget(): void;
}

/**
 * What is remembered is tied to the viewer as an object: when rights change, or half a minute passed, requests come with
 * another (viewers.ts). Changes of books, series and libraries have to be told by `forget`; should the telling fail, the
 * time bounds the error. An answer that was under way when something changed is not kept.
 */
export function createPermittedBooks(milliseconds: number, booksEach = 100): PermittedBooks {
  let known = new WeakMap<Viewer, LRUCache<string, BookFile>>();

  return {
    async find(viewer, bookId, look) {
      if (milliseconds === 0) return look();
      const before = known;
      const books = before.get(viewer) ?? new LRUCache({ max: booksEach, ttl: milliseconds });
      const remembered = books.get(bookId);
      if (remembered) return remembered;
      const book = await look();
      if (known !== before) return book;
      books.set(bookId, book);
      before.set(viewer, books);
      return book;
    },
    remembered: (viewer, bookId) => known.get(viewer)?.get(bookId) ?? null,
    forget() {
      known = new WeakMap();
    },
  };
}
