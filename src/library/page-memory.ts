import { LRUCache } from 'lru-cache';
import type { Database } from '../db/database';
import { createSingleFlight } from '../media/single-flight';
import type { StoredPage } from '../model/book-media';
import { pageOfBook, pagesOfBook, type BookFile } from '../search/book-file';
import { pathOfBook } from './book-place';

/** What analysis stored of the books that are being read, and where their files lie: remembered, so that a page need not ask. */
export interface PageMemory {
  /** All pages, read once for all who open the book at the same time. */
  pagesOf(book: BookFile): Promise<StoredPage[]>;
  /** One page, counted from 1. The first ones that somebody wants of a long book do not wait for the list of all. */
  pageAt(book: BookFile, number: number): Promise<StoredPage | undefined>;
  /** Reads the list of all if nobody has: to be called when the answer is on its way, which would wait for it otherwise. */
  remember(book: BookFile): void;
  pathOf(book: BookFile): Promise<string>;
  /** Page and file if both are remembered; null otherwise. */
  known(book: BookFile, number: number): { page: StoredPage; path: string } | null;
}

/** Pages from which on a book is a long one: the list of 5,000 is a megabyte of JSON, 20 to 40 ms to get. */
const longBook = 500;

/** A version that changes with every analysis: what was stored about a page is only right for it. */
export const versionOf = (book: BookFile): string => `${book.id}:${book.mediaModifiedAt.getTime()}`;

export function createPageMemory(db: Database): PageMemory {
  const lists = new LRUCache<string, StoredPage[]>({ max: 500 });
  const paths = new LRUCache<string, string>({ max: 2_000, ttl: 30_000 });
  const flights = createSingleFlight<StoredPage[]>();

  function pagesOf(book: BookFile): Promise<StoredPage[]> {
    const version = versionOf(book);
    const known = lists.get(version);
    if (known) return Promise.resolve(known);
    return flights.run(version, async () => {
      const pages = await pagesOfBook(db, book.id);
      lists.set(version, pages);
      return pages;
    });
  }

  return {
    pagesOf,
    async pageAt(book, number) {
      if (book.pageCount <= longBook || lists.has(versionOf(book))) return (await pagesOf(book))[number - 1];
      return number < 1 ? undefined : pageOfBook(db, book.id, number - 1);
    },
    remember(book) {
      // who needs the list finds out what is wrong with it
      if (!lists.has(versionOf(book))) pagesOf(book).catch(() => undefined);
    },
    async pathOf(book) {
      const version = versionOf(book);
      const known = paths.get(version);
      if (known !== undefined) return known;
      const path = await pathOfBook(book);
      paths.set(version, path);
      return path;
    },
    known(book, number) {
      const version = versionOf(book);
      const page = lists.get(version)?.[number - 1];
      const path = paths.get(version);
      return page && path !== undefined ? { page, path } : null;
    },
  };
}
