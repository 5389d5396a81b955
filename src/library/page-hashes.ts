import { notFound } from '../base/errors';
import type { Database } from '../db/database';
import type { Queue, Tasks } from '../queue/tasks';
import { findKnownPageThumbnail, findPageOfHash, type PageHashAction } from '../search/find-page-hashes';
import type { Viewer } from '../search/viewer';
import type { FoundPage, PageBody } from './found-page';
import type { BookPages } from './pages';

interface Deps {
  db: Database;
  queue: Queue;
  pages: BookPages;
}

/** Longest edge of the picture that is kept of a known page. */
const keptEdge = 500;

/** Duplicate pages are looked at across all books, whatever restrictions an administrator has for reading. */
const unrestricted = (viewer: Viewer): Viewer => ({
  ...viewer,
  ...{ libraryIds: null, ageRestriction: null, labelsAllow: [], labelsExclude: [] },
});

/** Decides about a page, or differently. A picture of it is kept from the first time on. */
export async function decidePageHash(
  { db, pages }: Pick<Deps, 'db' | 'pages'>,
  viewer: Viewer,
  { hash, size, action }: { hash: string; size: number | null; action: PageHashAction },
): Promise<void> {
  const kept = await findKnownPageThumbnail(db, hash);
  const thumbnail = kept ?? (await drawThumbnail({ db, pages }, viewer, hash));
  const at = new Date();
  await db('knownPageHash')
    .insert({ hash, size, action, thumbnail, createdAt: at, modifiedAt: at })
    .onConflict('hash')
    .merge({ action, thumbnail, modifiedAt: at });
}

/** A page that cannot be drawn is decided about all the same. */
async function drawThumbnail(
  { db, pages }: Pick<Deps, 'db' | 'pages'>,
  viewer: Viewer,
  hash: string,
): Promise<Buffer | null> {
  const place = await findPageOfHash(db, hash);
  if (place === null) return null;
  try {
    const found = await pages.thumbnail(unrestricted(viewer), place.bookId, place.number, keptEdge);
    return await wholeOf(await found.open());
  } catch {
    return null;
  }
}

async function wholeOf({ data, release }: PageBody): Promise<Buffer> {
  const parts: Buffer[] = [];
  if (Buffer.isBuffer(data)) parts.push(Buffer.from(data));
  else for await (const part of data as AsyncIterable<Buffer>) parts.push(part);
  release();
  return Buffer.concat(parts);
}

/** The picture that was kept of a known page. Throws 404. */
export async function keptThumbnail(db: Database, hash: string): Promise<Buffer> {
  const thumbnail = await findKnownPageThumbnail(db, hash);
  if (thumbnail === null) throw notFound();
  return thumbnail;
}

/** A page of this hash out of one of the books; with `edge` as a smaller JPEG. Throws 404. */
export async function pageOfHash(
  { db, pages }: Pick<Deps, 'db' | 'pages'>,
  viewer: Viewer,
  hash: string,
  edge: number | undefined,
): Promise<FoundPage> {
  const place = await findPageOfHash(db, hash);
  if (place === null) throw notFound();
  const all = unrestricted(viewer);
  if (edge === undefined) return pages.find(all, place.bookId, place.number, {}, 404);
  return pages.thumbnail(all, place.bookId, place.number, Math.max(1, edge));
}

/** Asks for the removal of a page from all books that hold it, or from one of them. */
export async function requestPageRemoval(
  { db, queue }: Pick<Deps, 'db' | 'queue'>,
  hash: string,
  match?: { bookId: string; name: string },
): Promise<void> {
  const query = db('pageHash')
    .join('book', 'book.id', 'pageHash.bookId')
    .distinct('book.id as bookId', 'book.libraryId')
    .where({ hash })
    .whereNot({ hash: '' });
  if (match) void query.where({ bookId: match.bookId, 'pageHash.name': match.name });
  const books = (await query) as { bookId: string; libraryId: string }[];
  const payloads = books.map(({ bookId, libraryId }): Tasks['removeHashedPages'] => ({
    ...{ libraryId, bookId, hashes: [hash] },
    ...(match ? { name: match.name } : {}),
  }));
  await queue.submitMany('removeHashedPages', payloads, { priority: 6 });
}
