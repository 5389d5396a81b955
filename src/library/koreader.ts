import { badRequest, HttpFailure, notFound } from '../base/errors';
import type { Database } from '../db/database';
import { Book } from '../model/book';
import { ReadProgress } from '../model/reading';
import { findBooksByKoreaderHash } from '../search/find-by-hash';
import type { Viewer } from '../search/viewer';
import { pageOutOfRange } from './progress';
import { putProgression, type Locator } from './progression';

/** A place in a document as KOReader's sync plugin sends and takes it. */
export interface KoreaderProgress {
  /** Partial hash of the file. */
  document: string;
  /** 0 to 1. */
  percentage: number;
  /** Number of the page, or where text flows a place in the document. */
  progress: string;
  device: string;
  device_id: string;
}

/** Kept as it came: another KOReader finds the very same place by it. */
type KoreaderLocator = Locator & { koreader?: string };

async function bookOf(db: Database, viewer: Viewer, document: string): Promise<Book> {
  const found = await findBooksByKoreaderHash(db, viewer, document);
  if (found.length > 1) throw new HttpFailure(409, 'More than 1 book found with the same hash');
  const [id] = found;
  const book = id && (await Book.query(db).findById(id));
  if (!book) throw notFound('Book not found');
  return book;
}

/** Where the viewer is in a document; null when the book was not begun, or not at a place that KOReader could find. */
export async function getKoreaderProgress(
  db: Database,
  viewer: Viewer,
  document: string,
): Promise<KoreaderProgress | null> {
  const book = await bookOf(db, viewer, document);
  const row = await ReadProgress.query(db).findById([viewer.userId, book.id]);
  if (!row) return null;
  const locator = row.locator as Partial<KoreaderLocator> | null;
  const isText = book.mediaProfile === 'EPUB';
  const progress = isText ? locator?.koreader : String(row.page);
  if (progress === undefined) return null;
  const part = isText ? locator?.locations?.totalProgression : undefined;
  const percentage = part ?? row.page / Math.max(book.pageCount, 1);
  return { document, percentage, progress, device: row.deviceName, device_id: row.deviceId };
}

/** Keeps a place. KOReader knows no times, so that what it sends is always the newest. Throws 404, 409, 400. */
export async function putKoreaderProgress(db: Database, viewer: Viewer, sent: KoreaderProgress): Promise<void> {
  const book = await bookOf(db, viewer, sent.document);
  const stored = await ReadProgress.query(db).findById([viewer.userId, book.id]).select('readAt');
  const modified = new Date(Math.max(Date.now(), (stored?.readAt.getTime() ?? 0) + 1));
  const device = { id: sent.device_id, name: sent.device };
  await putProgression(db, viewer, book.id, { modified, device, locator: locatorOf(book, sent) });
}

function locatorOf({ mediaProfile, mediaType, pageCount }: Book, sent: KoreaderProgress): KoreaderLocator {
  const { progress, percentage } = sent;
  if (mediaProfile === 'EPUB') {
    if (!/docfragment\[\d+\]|#_doc_fragment_\d+_/i.test(progress))
      throw badRequest('Progress is not a place in a book');
    const locations = { totalProgression: Math.min(1, Math.max(0, percentage)) };
    return { href: '', type: 'application/xhtml+xml', locations, koreader: progress };
  }
  if (!/^\d{1,9}$/.test(progress)) throw badRequest('Progress is not the number of a page');
  const position = Number(progress);
  if (position < 1 || position > pageCount) throw pageOutOfRange(position, pageCount);
  return { href: '', type: mediaType, locations: { position, totalProgression: position / pageCount } };
}
