import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { badRequest, HttpFailure, notFound } from '../base/errors';
import type { Database } from '../db/database';
import { isDirect, type OpenedPage, type PageOpener } from '../media/page-bytes';
import type { PagePool, PageRequest } from '../media/page-pool';
import type { Container, PageLocation } from '../media/reader';
import { createSingleFlight } from '../media/single-flight';
import type { StoredPage } from '../model/book-media';
import { createPermittedBooks, type PermittedBooks } from './permitted-books';
import { pageOfBook, pagesOfBook, type BookFile } from '../search/book-file';
import type { Viewer } from '../search/viewer';
import { pathOfBook, visibleBookFile } from './book-place';
import { findEpubFile, fontTypeOf } from './epub-books';

/** How a page is wanted. Without wishes its bytes go out as they lie in the file. */
export interface PageWish {
  convert?: 'jpeg' | 'png' | undefined;
  /** Pixels; wider pages are made smaller, narrower ones are never enlarged. */
  maxWidth?: number | undefined;
  /** Of a PDF its page as a PDF; no wish for other books, nor with `convert`. */
  pdf?: boolean | undefined;
}

/** A page that is there and may be seen; nothing of its file was read yet, so a 304 costs nothing. */
export interface FoundPage {
  mediaType: string;
  /** Name for the client to keep it under; null for a picture that nobody keeps. */
  fileName: string | null;
  etag: string;
  lastModified: Date;
  open(signal?: AbortSignal): Promise<PageBody>;
}

export interface PageBody {
  data: Buffer | Readable;
  size: number;
  /** Call when the answer was written: the buffer is used again. */
  release: () => void;
}

/** A page that is known, permitted and open already, so that it costs one read. */
export interface PageAtHand extends Omit<FoundPage, 'open'> {
  /** `done` gets null when the bytes cannot be had this way. False: nothing was done, and `done` is not called. */
  read(done: (body: (PageBody & { data: Buffer }) | null) => void): boolean;
}

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

const extensions: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'image/jxl': 'jxl',
  'image/bmp': 'bmp',
  'image/tiff': 'tiff',
  'application/pdf': 'pdf',
};

function requireReady(book: BookFile): void {
  const reason = notReady[book.mediaStatus];
  if (reason !== undefined) throw notFound(reason);
}

/** A version that changes with every analysis: what was stored about a page is only right for it. */
const versionOf = (book: BookFile): string => `${book.id}:${book.mediaModifiedAt.getTime()}`;

/** Whether the page goes out as it is. What moves is not made smaller: the movement would be lost. */
function isUnchanged(page: StoredPage, { convert, maxWidth }: PageWish): boolean {
  if (convert === undefined && (page.animated === true || page.mediaType === 'image/gif')) return true;
  const rightFormat = convert === undefined || page.mediaType === `image/${convert}`;
  const narrow = maxWidth === undefined || (page.width !== null && page.width <= maxWidth);
  return rightFormat && narrow;
}

/** A resized page keeps its type where a browser-safe one is written; others become JPEG. */
function resultType(page: StoredPage, { convert }: PageWish): 'jpeg' | 'png' {
  return convert ?? (page.mediaType === 'image/png' ? 'png' : 'jpeg');
}

/** Pages from which on a book is a long one: the list of 5,000 is a megabyte of JSON. */
const longBook = 500;

/** Pages that are made before they are asked for, when they are not simply bytes of a file. */
const pagesAhead = 3;
/** Two at once, as in a spread, is reading on; more is looking for something. */
const longestStep = 2;

const locationOf = (page: Located) => page.location as unknown as PageLocation;

/** What has a place in the file of a book. */
type Located = Pick<StoredPage, 'location'>;

/** A file in no library, about to be imported. */
export interface LooseFile {
  path: string;
  container: Container;
  name: string;
  id: string;
  modifiedAt: Date;
}

/** `variant` tells what is made of one page apart. */
const described = (book: BookFile, number: number, mediaType: string, variant: string): Omit<FoundPage, 'open'> => ({
  mediaType,
  fileName: `${book.name}-${number}.${extensions[mediaType] ?? 'bin'}`,
  etag: `"${Buffer.from(book.id.replaceAll('-', ''), 'hex').toString('base64url')}-${book.mediaModifiedAt.getTime().toString(36)}-${number}${variant}"`,
  lastModified: book.mediaModifiedAt,
});

const found = (
  book: BookFile,
  number: number,
  mediaType: string,
  variant: string,
  open: FoundPage['open'],
): FoundPage => ({
  ...described(book, number, mediaType, variant),
  open,
});

export interface BookPagesDeps {
  db: Database;
  opener: PageOpener;
  pool: PagePool;
  permitted?: PermittedBooks;
}

/** Pages of books for every protocol. What analysis stored of a book is remembered: a page costs one small statement, or none. */
export function createBookPages({ db, opener, pool, permitted = createPermittedBooks(0) }: BookPagesDeps): BookPages {
  const pageLists = new LRUCache<string, StoredPage[]>({ max: 500 });
  const paths = new LRUCache<string, string>({ max: 2_000, ttl: 30_000 });
  const lists = createSingleFlight<StoredPage[]>();
  const places = new LRUCache<string, number>({ max: 2_000 });

  /** Read once for all who open the book at the same time. */
  function pagesOf(book: BookFile): Promise<StoredPage[]> {
    const version = versionOf(book);
    const known = pageLists.get(version);
    if (known) return Promise.resolve(known);
    return lists.run(version, async () => {
      const pages = await pagesOfBook(db, book.id);
      pageLists.set(version, pages);
      return pages;
    });
  }

  /** The first page that somebody wants of a long book does not wait for the list of all; the next ones find it. */
  async function pageAt(book: BookFile, number: number): Promise<StoredPage | undefined> {
    if (book.pageCount <= longBook || pageLists.has(versionOf(book))) return (await pagesOf(book))[number - 1];
    const page = number < 1 ? undefined : await pageOfBook(db, book.id, number - 1);
    // who needs the list finds out what is wrong with it
    pagesOf(book).catch(() => undefined);
    return page;
  }

  async function pathOf(book: BookFile): Promise<string> {
    const version = versionOf(book);
    const known = paths.get(version);
    if (known !== undefined) return known;
    const path = await pathOfBook(book);
    paths.set(version, path);
    return path;
  }

  async function pageOf(viewer: Viewer, bookId: string, number: number, outOfRange: 400 | 404) {
    const book = await permitted.find(viewer, bookId, async () => {
      const found = await visibleBookFile(db, viewer, bookId);
      requireReady(found);
      return found;
    });
    const page = await pageAt(book, number);
    if (!page) throw new HttpFailure(outOfRange, 'Page number does not exist');
    return { book, page };
  }

  async function original(book: BookFile, page: Located, signal?: AbortSignal): Promise<PageBody> {
    const request = await requestFor(book, page);
    const { path, container, location } = request;
    if (!isDirect(location)) return whole(await pool.page(request, signal));
    const options = { version: versionOf(book), ...(signal ? { signal } : {}) };
    return bodyOf(await opener.openPage(path, container, location, options));
  }

  /** Has the next pages made, if they are costly, for a viewer who goes through a book page by page. */
  async function expectNext(viewer: Viewer, book: BookFile, number: number, wish: PageWish): Promise<void> {
    const reading = `${viewer.userId} ${versionOf(book)}`;
    const step = number - (places.get(reading) ?? number);
    places.set(reading, number);
    if (step < 1 || step > longestStep) return;
    const next = (await pagesOf(book)).slice(number, number + pagesAhead);
    const wanted = next.filter((page) => !isUnchanged(page, wish) || !isDirect(locationOf(page)));
    pool.expect(await Promise.all(wanted.map((page) => requestWith(book, page, wish))));
  }

  async function requestWith(book: BookFile, page: StoredPage, wish: PageWish): Promise<PageRequest> {
    const request = await requestFor(book, page);
    if (isUnchanged(page, wish)) return request;
    const maxWidth = wish.maxWidth === undefined ? {} : { maxWidth: wish.maxWidth };
    return { ...request, convert: resultType(page, wish), ...maxWidth };
  }

  async function requestFor(book: BookFile, page: Located): Promise<PageRequest> {
    const container = (book.container ?? 'zip') as Container;
    return { path: await pathOf(book), container, location: locationOf(page) };
  }

  async function changed(book: BookFile, page: StoredPage, wish: PageWish, signal?: AbortSignal): Promise<PageBody> {
    return whole(await pool.page(await requestWith(book, page, wish), signal));
  }

  /** Pages are named by their number in the file, which counts those too that cannot be shown. */
  const foundPdf = (book: BookFile, page: StoredPage, number: number): FoundPage =>
    found(book, number, 'application/pdf', '-pdf', async (signal) => {
      const location: PageLocation = { kind: 'render', page: Number(page.name), as: 'pdf' };
      return whole(await pool.page({ ...(await requestFor(book, page)), location }, signal));
    });

  function ofFile({ path, container, name, id, modifiedAt }: LooseFile, page: StoredPage, number: number): FoundPage {
    const location = page.location as unknown as PageLocation;
    return {
      mediaType: page.mediaType,
      fileName: `${name}-${number}.${extensions[page.mediaType] ?? 'bin'}`,
      etag: `"${id}-${modifiedAt.getTime().toString(36)}-${number}"`,
      lastModified: modifiedAt,
      open: async (signal) => whole(await pool.page({ path, container, location }, signal)),
    };
  }

  return {
    ofFile,

    async list(viewer, bookId) {
      const book = await visibleBookFile(db, viewer, bookId);
      requireReady(book);
      return pagesOf(book);
    },

    async find(viewer, bookId, number, wish, outOfRange = 400) {
      const { book, page } = await pageOf(viewer, bookId, number, outOfRange);
      if (wish.pdf === true && wish.convert === undefined && book.mediaProfile === 'PDF') {
        return foundPdf(book, page, number);
      }
      if (isUnchanged(page, wish)) {
        return found(book, number, page.mediaType, '', async (signal) => {
          const body = await original(book, page, signal);
          if (!isDirect(locationOf(page))) await expectNext(viewer, book, number, wish);
          return body;
        });
      }
      const format = resultType(page, wish);
      const variant = `-${format}-${wish.maxWidth ?? ''}`;
      return found(book, number, `image/${format}`, variant, async (signal) => {
        const body = await changed(book, page, wish, signal);
        await expectNext(viewer, book, number, wish);
        return body;
      });
    },

    atHand(viewer, bookId, number) {
      const book = permitted.remembered(viewer, bookId);
      if (!book) return null;
      const version = versionOf(book);
      const page = pageLists.get(version)?.[number - 1];
      const path = paths.get(version);
      if (!page || path === undefined || !isDirect(locationOf(page))) return null;
      return {
        ...described(book, number, page.mediaType, ''),
        read: (done) => opener.readAtHand(path, locationOf(page), version, done),
      };
    },

    async raw(viewer, bookId, number) {
      const { book, page } = await pageOf(viewer, bookId, number, 400);
      if (book.mediaProfile !== 'PDF') throw badRequest('Only pages of a PDF can be had as PDF');
      return foundPdf(book, page, number);
    },

    async resource(viewer, bookId, name) {
      const { book, file } = await findEpubFile(db, viewer, bookId, name);
      const mediaType = fontTypeOf(name) ?? file.mediaType;
      const entry = found(book, 0, mediaType, `-${createHash('sha1').update(name).digest('base64url')}`, (signal) =>
        original(book, file, signal),
      );
      return { ...entry, fileName: posix.basename(name) };
    },

    async thumbnail(viewer, bookId, number, edge) {
      const { book, page } = await pageOf(viewer, bookId, number, 400);
      const small = found(book, number, 'image/jpeg', `-thumbnail-${edge}`, async (signal) => {
        return whole(await pool.page({ ...(await requestFor(book, page)), edge }, signal));
      });
      return { ...small, fileName: null };
    },
  };
}

const whole = ({ data }: { data: Buffer }): PageBody => ({ data, size: data.length, release: () => undefined });

function bodyOf(page: OpenedPage): PageBody {
  if ('stream' in page) return { data: page.stream, size: page.size, release: () => undefined };
  return page;
}

/** Komga's `convert` parameter: any case, empty is none. Throws 400. */
export function conversionOf(text: string | undefined): PageWish['convert'] {
  const format = text?.toLowerCase() ?? '';
  if (format === '') return undefined;
  if (format === 'jpeg' || format === 'png') return format;
  throw badRequest('Invalid conversion format');
}
