import { LRUCache } from 'lru-cache';
import { isDirect } from '../media/page-bytes';
import type { PagePool, PageRequest } from '../media/page-pool';
import type { Container, PageLocation } from '../media/reader';
import type { StoredPage } from '../model/book-media';
import type { BookFile } from '../search/book-file';
import type { Viewer } from '../search/viewer';
import { versionOf, type PageMemory } from './page-memory';
import { isUnchanged, resultType, type PageWish } from './page-wish';

/** What has a place in the file of a book. */
export type Located = Pick<StoredPage, 'location'>;

// written by analysis as a PageLocation; the database knows it as jsonb
export const locationOf = (page: Located) => page.location as unknown as PageLocation;

/** What the threads are asked for when a page is not simply bytes of a file. */
export interface PageRequests {
  asItIs(book: BookFile, page: Located): Promise<PageRequest>;
  asWished(book: BookFile, page: StoredPage, wish: PageWish): Promise<PageRequest>;
  /** Has the next pages made, if they are costly, for a viewer who goes through a book page by page. */
  expectNext(viewer: Viewer, book: BookFile, number: number, wish: PageWish): Promise<void>;
}

/** Pages that are made before they are asked for. */
const pagesAhead = 3;
/** Two at once, as in a spread, is reading on; more is looking for something. */
const longestStep = 2;

export function createPageRequests(memory: PageMemory, pool: Pick<PagePool, 'expect'>): PageRequests {
  const places = new LRUCache<string, number>({ max: 2_000 });

  async function asItIs(book: BookFile, page: Located): Promise<PageRequest> {
    const container = (book.container ?? 'zip') as Container;
    return { path: await memory.pathOf(book), container, location: locationOf(page) };
  }

  async function asWished(book: BookFile, page: StoredPage, wish: PageWish): Promise<PageRequest> {
    const request = await asItIs(book, page);
    if (isUnchanged(page, wish)) return request;
    const maxWidth = wish.maxWidth === undefined ? {} : { maxWidth: wish.maxWidth };
    return { ...request, convert: resultType(page, wish), ...maxWidth };
  }

  return {
    asItIs,
    asWished,
    async expectNext(viewer, book, number, wish) {
      const reading = `${viewer.userId} ${versionOf(book)}`;
      const step = number - (places.get(reading) ?? number);
      places.set(reading, number);
      if (step < 1 || step > longestStep) return;
      const next = (await memory.pagesOf(book)).slice(number, number + pagesAhead);
      const costly = next.filter((page) => !isUnchanged(page, wish) || !isDirect(locationOf(page)));
      pool.expect(await Promise.all(costly.map((page) => asWished(book, page, wish))));
    },
  };
}
