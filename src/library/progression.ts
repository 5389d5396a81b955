import { badRequest, HttpFailure, notFound } from '../base/errors';
import type { Database } from '../db/database';
import { Book } from '../model/book';
import { ReadProgress } from '../model/reading';
import { emit } from '../queue/events';
import type { Viewer } from '../search/viewer';
import { requireBook } from './access';
import { lockUser, pageOutOfRange, recount } from './progress';

/** Where in a book, as Readium says it; further members are kept for the client that sent them. */
export interface Locator {
  href: string;
  type: string;
  locations?: { position?: number; progression?: number; totalProgression?: number };
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
  const device = { id: row.deviceId, name: row.deviceName };
  if (row.locator) return { modified: row.readAt, device, locator: row.locator };
  const book = await Book.query(db).findById(bookId).select('pageCount');
  const total = row.completed ? 1 : (row.page - 1) / Math.max(book?.pageCount ?? 1, 1);
  return { modified: row.readAt, device, locator: { locations: { position: row.page, totalProgression: total } } };
}

type Place = Pick<ReadProgress, 'page' | 'completed'>;

function byPosition(position: number | undefined, pageCount: number): Place {
  if (position === undefined) throw badRequest('location.position is required');
  if (!Number.isInteger(position) || position < 1 || position > pageCount) throw pageOutOfRange(position, pageCount);
  return { page: position, completed: position === pageCount };
}

/** Text flows, so that of an EPUB the part of the whole counts; its last hundredth is the end. */
function byPart(total: number, pageCount: number): Place {
  if (total < 0 || total > 1) throw badRequest('Invalid progression');
  return { page: Math.max(1, Math.round(pageCount * total)), completed: total >= 0.99 };
}

function placeOf({ locations }: Locator, { mediaProfile, pageCount }: Book): Place {
  if (mediaProfile === '') throw badRequest('Media has no profile');
  const total = locations?.totalProgression;
  if (mediaProfile === 'EPUB' && total !== undefined) return byPart(total, pageCount);
  return byPosition(locations?.position, pageCount);
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
    const book = await Book.query(trx).findById(bookId).select('seriesId', 'pageCount', 'mediaProfile');
    if (!book) throw notFound();
    const stored = await ReadProgress.query(trx).findById([userId, bookId]);
    if (stored && stored.readAt >= readAt) throw new HttpFailure(409, 'Progression is older than existing');
    await ReadProgress.query(trx)
      .insert({
        ...{ userId, bookId, ...placeOf(locator, book), readAt, deviceId: device.id, deviceName: device.name },
        ...{ locator: { ...locator }, createdAt: stored?.createdAt ?? now, modifiedAt: now },
      })
      .onConflict(['userId', 'bookId'])
      .merge();
    await recount(trx, userId, [book.seriesId]);
    await emit(trx, { type: 'ReadProgressChanged', bookId, userId });
  });
}
