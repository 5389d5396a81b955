import { LRUCache } from 'lru-cache';
import { isCoded, notFound } from '../base/errors';
import { resolveInside } from '../base/files';
import type { Database } from '../db/database';
import { isForeign } from '../media/foreign-picture';
import type { MediaLimits } from '../media/limits';
import { isDirect } from '../media/page-bytes';
import type { PageLocation } from '../media/reader';
import { Book } from '../model/book';
import { Library } from '../model/library';
import { emit } from '../queue/events';
import type { Queue } from '../queue/tasks';
import { getCollection, getReadList } from '../search/find-lists';
import { readRows, sql } from '../search/sql';
import type { Viewer } from '../search/viewer';
import { requireBook, requireSeries } from './access';
import { posterOfFile, type AnalyzeOptions } from './book-content';
import { createMosaics } from './mosaics';
import { coverBook, posterAtHand } from './poster-at-hand';
import { writeGenerated } from './poster-rows';
import type { PosterOwner } from './poster-selection';
import { selectedPoster, type PostersAtHand, type ServedPoster } from './served-poster';
import { getSettings, posterEdges } from './settings';

export interface Posters {
  /** The selected poster; made on the spot for a readable book that has none yet. Throws 404 and 403. */
  ofBook(viewer: Viewer, bookId: string, atHand?: PostersAtHand): Promise<ServedPoster>;
  /** The selected poster, else that of a book by the library's choice, which may depend on what the viewer has read. */
  ofSeries(viewer: Viewer, seriesId: string, atHand?: PostersAtHand): Promise<ServedPoster>;
  /** The uploaded poster that is selected, else a mosaic of members that the viewer may see. Throws 404. */
  ofCollection(viewer: Viewer, collectionId: string, atHand?: PostersAtHand): Promise<ServedPoster>;
  ofReadList(viewer: Viewer, readListId: string, atHand?: PostersAtHand): Promise<ServedPoster>;
  /** Makes the generated poster when the book is readable and has no poster; true when it has one afterwards. */
  ensure(bookId: string): Promise<boolean>;
}

export interface PostersOptions {
  db: Database;
  queue: Queue;
  limits: MediaLimits;
}

function createMaking(options: PostersOptions): Posters['ensure'] {
  /** Twenty tiles of a page ask at once: a poster is made once. */
  const making = new Map<string, Promise<boolean>>();
  /** Covers that cannot be decoded are not tried again at every look at a list. */
  const failed = new LRUCache<string, true>({ max: 10_000, ttl: 5 * 60_000 });

  return (bookId) => {
    const running = making.get(bookId);
    if (running) return running;
    if (failed.has(bookId)) return Promise.resolve(false);
    const work = ensurePoster(options, bookId)
      .then((isThere) => {
        if (!isThere) failed.set(bookId, true);
        return isThere;
      })
      .finally(() => making.delete(bookId));
    making.set(bookId, work);
    return work;
  };
}

export function createPosters(options: PostersOptions): Posters {
  const { db } = options;
  const mosaicOf = createMosaics(db);
  const ensure = createMaking(options);

  async function posterOrNone(bookId: string): Promise<ServedPoster | null> {
    const poster = await selectedPoster(db, 'book_id', bookId);
    if (poster) return poster;
    return (await ensure(bookId)) ? selectedPoster(db, 'book_id', bookId) : null;
  }

  async function seriesPosterOrNone(viewer: Viewer, seriesId: string): Promise<ServedPoster | null> {
    const own = await selectedPoster(db, 'series_id', seriesId);
    if (own) return own;
    const bookId = await coverBookOf(db, viewer, seriesId);
    return bookId === null ? null : posterOrNone(bookId);
  }

  /** First what the client may have, which costs one statement. */
  const unlessAtHand =
    (owner: PosterOwner, find: (viewer: Viewer, id: string) => Promise<ServedPoster | null>) =>
    async (viewer: Viewer, id: string, atHand: PostersAtHand = []): Promise<ServedPoster> => {
      const poster = (await posterAtHand(db, viewer, { owner, id, atHand })) ?? (await find(viewer, id));
      if (poster === null) throw notFound();
      return poster;
    };

  return {
    ensure,
    ofBook: unlessAtHand('book_id', async (viewer, bookId) => {
      await requireBook(db, viewer, bookId);
      return posterOrNone(bookId);
    }),
    ofSeries: unlessAtHand('series_id', async (viewer, seriesId) => {
      await requireSeries(db, viewer, seriesId);
      return seriesPosterOrNone(viewer, seriesId);
    }),
    ofCollection: unlessAtHand('collection_id', async (viewer, collectionId) => {
      const { seriesIds } = await getCollection(db, viewer, collectionId);
      const own = await selectedPoster(db, 'collection_id', collectionId);
      return own ?? mosaicOf(seriesIds, (id) => seriesPosterOrNone(viewer, id));
    }),
    ofReadList: unlessAtHand('read_list_id', async (viewer, readListId) => {
      const { bookIds } = await getReadList(db, viewer, readListId);
      const own = await selectedPoster(db, 'read_list_id', readListId);
      return own ?? mosaicOf(bookIds, (id) => posterOrNone(id));
    }),
  };
}

async function coverBookOf(db: Database, viewer: Viewer, seriesId: string): Promise<string | null> {
  const [row] = await readRows<{ id: string | null }>(
    db,
    sql`select ${coverBook(viewer)} as id from series s where s.id = ${seriesId}`,
  );
  return row?.id ?? null;
}

/** Makes the generated poster of a readable book; the task, and what a request does that finds none. `first`: where its first page is known to be. */
export async function generatePoster(
  { db, limits }: Pick<PostersOptions, 'db' | 'limits'>,
  bookId: string,
  signal: AbortSignal,
  first: PageLocation | null = null,
): Promise<boolean> {
  const book = await Book.query(db).findById(bookId);
  const library = book && (await Library.query(db).findById(book.libraryId));
  if (!book || !library || book.mediaStatus !== 'READY') return false;
  const posterEdge = posterEdges[(await getSettings(db)).thumbnailSize];
  const poster = await readPoster(library, book, { limits, dimensions: false, posterEdge, signal }, first);
  if (poster === null) return false;
  await db.transaction(async (trx) => {
    const exists = await Book.query(trx).findById(bookId).forNoKeyUpdate();
    if (exists) await emit(trx, ...(await writeGenerated(trx, [{ book, picture: poster }])));
  });
  return true;
}

async function readPoster(library: Library, book: Book, options: AnalyzeOptions, first: PageLocation | null) {
  try {
    return await posterOfFile(await resolveInside(library.root, book.path), options, first);
  } catch (error) {
    if (isCoded(error)) return null;
    throw error;
  }
}

interface FirstPage {
  container: string;
  first: PageLocation | null;
  /** Of the first page. */
  mediaType: string | null;
}

/**
 * Whether the thread that answers may make the poster: its picture is bytes of the file, or a packed entry of a ZIP, in a format
 * that sharp decodes in threads of its own.
 */
function isQuick({ container, first, mediaType }: FirstPage): boolean {
  if (container === 'pdf' || container === '7z' || isForeign(mediaType ?? '')) return false;
  return first === null ? container === 'epub' : isDirect(first);
}

async function ensurePoster({ db, queue, limits }: PostersOptions, bookId: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: FirstPage[] }>(
    `select container, pages -> 0 -> 'location' as first, pages -> 0 ->> 'mediaType' as "mediaType"
     from book_media where book_id = ?`,
    [bookId],
  );
  if (!rows[0]) return false;
  const [page] = rows;
  if (isQuick(page)) return generatePoster({ db, limits }, bookId, new AbortController().signal, page.first);
  // unpacking and rendering take long enough to hold up other requests
  await queue.submit('generatePoster', { bookId }, { priority: 8 });
  return false;
}
