import { LRUCache } from 'lru-cache';
import { readFile } from 'node:fs/promises';
import { isCoded, notFound } from '../base/errors';
import { resolveInside } from '../base/files';
import type { Database } from '../db/database';
import type { MediaLimits } from '../media/limits';
import { Book } from '../model/book';
import { BookMedia } from '../model/book-media';
import { Library } from '../model/library';
import type { Poster } from '../model/poster';
import { emit } from '../queue/events';
import type { Queue } from '../queue/tasks';
import type { Viewer } from '../search/viewer';
import { requireBook, requireSeries } from './access';
import { posterOfFile } from './book-content';
import { writeGenerated } from './poster-rows';
import { selectMissing, type PosterOwner } from './poster-selection';
import { getSettings, posterEdges } from './settings';

/** A poster ready to send. Its id changes with its bytes, so it serves as ETag. */
export interface ServedPoster {
  id: string;
  mediaType: string;
  bytes: Buffer;
  modifiedAt: Date;
}

export interface Posters {
  /** The selected poster; made on the spot for a readable book that has none yet. Throws 404 and 403. */
  ofBook(viewer: Viewer, bookId: string): Promise<ServedPoster>;
  /** The selected poster, else that of a book by the library's choice, which may depend on what the viewer has read. */
  ofSeries(viewer: Viewer, seriesId: string): Promise<ServedPoster>;
  /** Makes the generated poster when the book is readable and has no poster; true when it has one afterwards. */
  ensure(bookId: string): Promise<boolean>;
}

export interface PostersOptions {
  db: Database;
  queue: Queue;
  limits: MediaLimits;
}

type StoredPoster = Pick<Poster, 'id' | 'type' | 'mediaType' | 'image' | 'path' | 'createdAt'> & { root: string };

export function createPosters(options: PostersOptions): Posters {
  const { db } = options;
  /** Twenty tiles of a page ask at once: a poster is made once. */
  const making = new Map<string, Promise<boolean>>();
  /** Covers that cannot be decoded are not tried again at every look at a list. */
  const failed = new LRUCache<string, true>({ max: 10_000, ttl: 5 * 60_000 });

  function ensure(bookId: string): Promise<boolean> {
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
  }

  async function posterOrNone(bookId: string): Promise<ServedPoster | null> {
    const poster = await selectedPoster(db, 'book_id', bookId);
    if (poster) return poster;
    return (await ensure(bookId)) ? selectedPoster(db, 'book_id', bookId) : null;
  }

  return {
    ensure,
    async ofBook(viewer, bookId) {
      await requireBook(db, viewer, bookId);
      const poster = await posterOrNone(bookId);
      if (poster === null) throw notFound();
      return poster;
    },
    async ofSeries(viewer, seriesId) {
      await requireSeries(db, viewer, seriesId);
      const own = await selectedPoster(db, 'series_id', seriesId);
      if (own) return own;
      const bookId = await coverBook(db, viewer, seriesId);
      const poster = bookId && (await posterOrNone(bookId));
      if (!poster) throw notFound();
      return poster;
    },
  };
}

/** The selected poster. Of pictures beside the books those whose file vanished are forgotten, and the next one is selected. */
async function selectedPoster(db: Database, owner: PosterOwner, id: string): Promise<ServedPoster | null> {
  for (;;) {
    const { rows } = await db.raw<{ rows: StoredPoster[] }>(
      `select p.id, p.type, p.media_type as "mediaType", p.image, p.path, p.created_at as "createdAt", l.root
       from poster p left join book b on b.id = p.book_id left join series s on s.id = p.series_id
       join library l on l.id = coalesce(b.library_id, s.library_id)
       where p.${owner} = ? and p.selected`,
      [id],
    );
    const [poster] = rows;
    if (poster === undefined) return null;
    const bytes = poster.image ?? (await readArtwork(poster));
    if (bytes) return { id: poster.id, mediaType: poster.mediaType, bytes, modifiedAt: poster.createdAt };
    await db.transaction(async (trx) => {
      await trx('poster').where({ id: poster.id }).delete();
      await selectMissing(trx, owner, [id]);
    });
  }
}

async function readArtwork({ root, path }: StoredPoster): Promise<Buffer | null> {
  if (path === null) return null;
  try {
    return await readFile(await resolveInside(root, path));
  } catch {
    return null;
  }
}

/** By the library's `seriesCover` (komga-media §9.2). */
async function coverBook(db: Database, viewer: Viewer, seriesId: string): Promise<string | null> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select b.id from book b join series s on s.id = b.series_id join library l on l.id = s.library_id
     left join read_progress p on p.book_id = b.id and p.user_id = :userId and p.completed
     where b.series_id = :seriesId
     order by
       case when l.series_cover like 'FIRST_UNREAD%' then p.book_id is not null end,
       case when l.series_cover = 'LAST' or (l.series_cover = 'FIRST_UNREAD_OR_LAST' and p.book_id is not null)
         then -b.number_sort else b.number_sort end, b.id
     limit 1`,
    { userId: viewer.userId, seriesId },
  );
  return rows[0]?.id ?? null;
}

/** Makes the generated poster of a readable book; the task, and what a request does that finds none. */
export async function generatePoster(
  { db, limits }: Pick<PostersOptions, 'db' | 'limits'>,
  bookId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const book = await Book.query(db).findById(bookId);
  const library = book && (await Library.query(db).findById(book.libraryId));
  if (!book || !library || book.mediaStatus !== 'READY') return false;
  const posterEdge = posterEdges[(await getSettings(db)).thumbnailSize];
  const poster = await readPoster(library, book, { limits, dimensions: false, posterEdge, signal });
  if (poster === null) return false;
  await db.transaction(async (trx) => {
    const exists = await Book.query(trx).findById(bookId).forNoKeyUpdate();
    if (exists) await emit(trx, ...(await writeGenerated(trx, book, poster)));
  });
  return true;
}

async function readPoster(library: Library, book: Book, options: Parameters<typeof posterOfFile>[1]) {
  try {
    return await posterOfFile(await resolveInside(library.root, book.path), options);
  } catch (error) {
    if (isCoded(error)) return null;
    throw error;
  }
}

async function ensurePoster({ db, queue, limits }: PostersOptions, bookId: string): Promise<boolean> {
  const media = await BookMedia.query(db).select('container').findById(bookId);
  if (media === undefined) return false;
  if (media.container !== 'pdf') return generatePoster({ db, limits }, bookId, new AbortController().signal);
  // rendering takes long enough to hold up other requests
  await queue.submit('generatePoster', { bookId }, { priority: 8 });
  return false;
}
