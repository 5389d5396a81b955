import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { badRequest, HttpFailure, notFound } from '../base/errors';
import type { Database } from '../db/database';
import { isDirect, type PageOpener } from '../media/page-bytes';
import type { PagePool } from '../media/page-pool';
import type { StoredPage } from '../model/book-media';
import type { BookFile } from '../search/book-file';
import type { Viewer } from '../search/viewer';
import { visibleBookFile } from './book-place';
import { findEpubFile, fontTypeOf } from './epub-books';
import { describePage, wholeBody, type FoundPage, type PageAtHand } from './found-page';
import { createPageMemory, versionOf } from './page-memory';
import { createPageOpening, type LooseFile } from './page-opening';
import { createPageRequests, locationOf } from './page-requests';
import { isUnchanged, type PageWish } from './page-wish';
import { createPermittedBooks, type PermittedBooks } from './permitted-books';

export interface BookPages {
  /** Throws 404, 403, and 404 with a reason while the book is not ready. */
  list(viewer: Viewer, bookId: string): Promise<StoredPage[]>;
  /** `number` from 1. A number that does not exist is `outOfRange` (Komga's API 400, page streaming 404). */
  find(viewer: Viewer, bookId: string, number: number, wish: PageWish, outOfRange?: 400 | 404): Promise<FoundPage>;
  /** The page as it is if nobody has to be asked for it; null in all other cases. */
  atHand(viewer: Viewer, bookId: string, number: number): PageAtHand | null;
  /** A PDF of one page. Throws 400 for books that are no PDF. */
  raw(viewer: Viewer, bookId: string, number: number): Promise<FoundPage>;
  /**
   * A file inside an EPUB; nobody's viewer gets fonts alone. Throws 400 for other books, 404 for a name that is not in it,
   * 403, 401.
   */
  resource(viewer: Viewer | null, bookId: string, name: string): Promise<FoundPage>;
  /** A page of a file that is in no library; who may see it is for the caller to know. */
  ofFile(file: LooseFile, page: StoredPage, number: number): FoundPage;
  /** JPEG, longest edge `edge`. */
  thumbnail(viewer: Viewer, bookId: string, number: number, edge: number): Promise<FoundPage>;
}

const notReady: Partial<Record<BookFile['mediaStatus'], string>> = {
  UNKNOWN: 'Book has not been analyzed yet',
  OUTDATED: 'Book is outdated and must be re-analyzed',
  ERROR: 'Book analysis failed',
  UNSUPPORTED: 'Book format is not supported',
};

function requireReady(book: BookFile): void {
  const reason = notReady[book.mediaStatus];
  if (reason !== undefined) throw notFound(reason);
}

export interface BookPagesDeps {
  db: Database;
  opener: PageOpener;
  pool: PagePool;
  permitted?: PermittedBooks;
}

/** Pages of books for every protocol. What analysis stored of a book is remembered: a page costs one small statement, or none. */
export function createBookPages({ db, opener, pool, permitted = createPermittedBooks(0) }: BookPagesDeps): BookPages {
  const memory = createPageMemory(db);
  const requests = createPageRequests(memory, pool);
  const opening = createPageOpening({ opener, pool, memory, requests });

  async function pageOf(viewer: Viewer, bookId: string, number: number, outOfRange: 400 | 404) {
    const book = await permitted.find(viewer, bookId, async () => {
      const found = await visibleBookFile(db, viewer, bookId);
      requireReady(found);
      return found;
    });
    const page = await memory.pageAt(book, number);
    if (!page) throw new HttpFailure(outOfRange, 'Page number does not exist');
    return { book, page };
  }

  return {
    ofFile: opening.ofFile,

    async list(viewer, bookId) {
      const book = await visibleBookFile(db, viewer, bookId);
      requireReady(book);
      return memory.pagesOf(book);
    },

    async find(viewer, bookId, number, wish, outOfRange = 400) {
      const { book, page } = await pageOf(viewer, bookId, number, outOfRange);
      if (wish.pdf === true && wish.convert === undefined && book.mediaProfile === 'PDF') {
        return opening.asPdf(book, page, number);
      }
      return isUnchanged(page, wish)
        ? opening.unchanged(viewer, book, page, number, wish)
        : opening.changed(viewer, book, page, number, wish);
    },

    atHand(viewer, bookId, number) {
      const book = permitted.remembered(viewer, bookId);
      const known = book && memory.known(book, number);
      if (!known || !isDirect(locationOf(known.page))) return null;
      const { page, path } = known;
      return {
        ...describePage(book, number, page.mediaType, ''),
        read: (done) => opener.readAtHand(path, locationOf(page), versionOf(book), done),
      };
    },

    async raw(viewer, bookId, number) {
      const { book, page } = await pageOf(viewer, bookId, number, 400);
      if (book.mediaProfile !== 'PDF') throw badRequest('Only pages of a PDF can be had as PDF');
      return opening.asPdf(book, page, number);
    },

    async resource(viewer, bookId, name) {
      const { book, file } = await findEpubFile(db, viewer, bookId, name);
      const variant = `-${createHash('sha1').update(name).digest('base64url')}`;
      return {
        ...describePage(book, 0, fontTypeOf(name) ?? file.mediaType, variant),
        fileName: posix.basename(name),
        open: (signal) => opening.original(book, file, signal),
      };
    },

    async thumbnail(viewer, bookId, number, edge) {
      const { book, page } = await pageOf(viewer, bookId, number, 400);
      return {
        ...describePage(book, number, 'image/jpeg', `-thumbnail-${edge}`),
        fileName: null,
        open: async (signal) => wholeBody(await pool.page({ ...(await requests.asItIs(book, page)), edge }, signal)),
      };
    },
  };
}
