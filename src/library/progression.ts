import type { Knex } from 'knex';
import { badRequest, HttpFailure, notFound } from '../base/errors';
import type { Database } from '../db/database';
import type { EpubOutline } from '../media/epub-outline';
import { Book } from '../model/book';
import { ReadProgress } from '../model/reading';
import { emit } from '../queue/events';
import type { Viewer } from '../search/viewer';
import { requireBook } from './access';
import { outlineOf } from './epub-books';
import { positionAt, positionsOf } from './positions';
import { lockUser, pageOutOfRange, recount } from './progress';

/** Where in a book, as Readium says it; further members are kept for the client that sent them. */
export interface Locator {
  href: string;
  type: string;
  locations?: { position?: number; progression?: number; totalProgression?: number };
  koboSpan?: string;
}

/** The place that a device has reached, and when (komga-rest.md §15.5). */
export interface Progression {
  modified: Date;
  device: { id: string; name: string };
  locator: Locator;
}

export type StoredProgression = Omit<Progression, 'locator'> & { locator: Partial<Locator> };

/** Of rows that were marked by page the place is made from the page. Null: the viewer has not begun the book. */
export async function getProgression(db: Database, viewer: Viewer, bookId: string): Promise<StoredProgression | null> {
  await requireBook(db, viewer, bookId);
  const row = await ReadProgress.query(db).findById([viewer.userId, bookId]);
  if (!row) return null;
  const locator = row.locator ?? (await locatorOfPage(db, row));
  return { modified: row.readAt, device: { id: row.deviceId, name: row.deviceName }, locator };
}

async function locatorOfPage(db: Database, { bookId, page, completed }: ReadProgress): Promise<Partial<Locator>> {
  const book = await Book.query(db).findById(bookId).select('pageCount', 'mediaProfile');
  const pageCount = Math.max(book?.pageCount ?? 1, 1);
  const outline = book?.mediaProfile === 'EPUB' ? await outlineOf(db, bookId) : null;
  const positions = outline ? positionsOf(outline) : [];
  const position = positions[Math.max(0, Math.ceil((page / pageCount) * positions.length) - 1)];
  if (position) return { ...position };
  return { locations: { position: page, totalProgression: completed ? 1 : (page - 1) / pageCount } };
}

interface Place extends Pick<ReadProgress, 'page' | 'completed'> {
  locator: Locator;
}

function byPosition(locator: Locator, pageCount: number): Place {
  const position = locator.locations?.position;
  if (position === undefined) throw badRequest('location.position is required');
  if (!Number.isInteger(position) || position < 1 || position > pageCount) throw pageOutOfRange(position, pageCount);
  return { page: position, completed: position === pageCount, locator };
}

/** Text flows, so that of an EPUB the part of the whole counts; its last hundredth is the end. */
function byPart(locator: Locator, total: number, pageCount: number): Place {
  if (total < 0 || total > 1) throw badRequest('Invalid progression');
  return { page: Math.max(1, Math.round(pageCount * total)), completed: total >= 0.99, locator };
}

/** Name of the entry that a link means: readers send it as it stands in the book, or as our manifest wrote it. */
export function entryName(href: string): string {
  const plain = href.replace(/#.*$/s, '').replace(/^https?:\/\/.*?\/resource\//, '');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

/** The stored place before or at the one that was sent (komga-rest.md §15.5): its part of the whole is what counts. */
function byOutline(locator: Locator, outline: EpubOutline, pageCount: number): Place {
  const name = entryName(locator.href);
  if (!outline.spine.some((part) => part.name === name)) throw badRequest(`Resource does not exist in book: ${name}`);
  const progression = locator.locations?.progression;
  if (progression === undefined) throw badRequest('location.progression is required');
  const position = positionAt(positionsOf(outline), name, progression);
  if (!position || progression < 0 || progression > 1) throw badRequest('Invalid progression');
  const { totalProgression } = position.locations;
  const koboSpan = locator.koboSpan ?? position.koboSpan;
  const matched: Locator = {
    ...{ ...locator, type: position.type, locations: { ...locator.locations, totalProgression } },
    ...(koboSpan === undefined ? {} : { koboSpan }),
  };
  return byPart(matched, totalProgression, pageCount);
}

async function placeOf(trx: Knex.Transaction, locator: Locator, book: Book): Promise<Place> {
  const { mediaProfile, pageCount } = book;
  if (mediaProfile === '') throw badRequest('Media has no profile');
  if (mediaProfile !== 'EPUB') return byPosition(locator, pageCount);
  const outline = await outlineOf(trx, book.id);
  const total = locator.locations?.totalProgression;
  // KOReader knows no names of entries
  const isPlaced = outline && (locator.href !== '' || total === undefined);
  if (isPlaced) return byOutline(locator, outline, pageCount);
  return total === undefined ? byPosition(locator, pageCount) : byPart(locator, total, pageCount);
}

/** A device whose clock is ahead would win against all others until then. */
const greatestSkew = 60_000;

/** Throws 404, 403, 400; 409 unless it is newer than what is stored: of two devices the later one counts. */
export async function putProgression(
  db: Database,
  viewer: Viewer,
  bookId: string,
  progression: Progression,
): Promise<void> {
  await requireBook(db, viewer, bookId);
  const { userId } = viewer;
  const { device, locator } = progression;
  const now = new Date();
  const readAt = new Date(Math.min(progression.modified.getTime(), now.getTime() + greatestSkew));
  await db.transaction(async (trx) => {
    await lockUser(trx, userId);
    const book = await Book.query(trx).findById(bookId).select('id', 'seriesId', 'pageCount', 'mediaProfile');
    if (!book) throw notFound();
    const stored = await ReadProgress.query(trx).findById([userId, bookId]);
    if (stored && stored.readAt >= readAt) throw new HttpFailure(409, 'Progression is older than existing');
    const { page, completed, locator: placed } = await placeOf(trx, locator, book);
    await ReadProgress.query(trx)
      .insert({
        ...{ userId, bookId, page, completed, readAt, deviceId: device.id, deviceName: device.name },
        ...{ locator: { ...placed }, createdAt: stored?.createdAt ?? now, modifiedAt: now },
      })
      .onConflict(['userId', 'bookId'])
      .merge();
    await recount(trx, userId, [book.seriesId]);
    await emit(trx, { type: 'ReadProgressChanged', bookId, userId });
  });
}
