import { badRequest, HttpFailure, notFound } from '../base/errors';
import type { Database } from '../db/database';
import { Book } from '../model/book';
import { ReadProgress } from '../model/reading';
import { findBooksByKoreaderHash } from '../search/find-by-hash';
import type { Viewer } from '../search/viewer';
import { pageOutOfRange } from './progress';
import { outlineOf } from './epub-books';
import { positionsOf, type Position } from './positions';
import { entryName, getProgression, putProgression, type Locator } from './progression';

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
type KoreaderLocator = Locator & { koreader?: string; koreaderPart?: number };

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
  const device = { device: row.deviceName, device_id: row.deviceId };
  const part = row.page / Math.max(book.pageCount, 1);
  if (book.mediaProfile !== 'EPUB') return { document, percentage: part, progress: String(row.page), ...device };
  const percentage = locator?.koreaderPart ?? locator?.locations?.totalProgression ?? part;
  const progress = locator?.koreader ?? (await fragmentOf(db, viewer, book.id));
  return progress === null ? null : { document, percentage, progress, ...device };
}

/** The beginning of the document that another reader is in: KOReader counts those of the spine. */
async function fragmentOf(db: Database, viewer: Viewer, bookId: string): Promise<string | null> {
  const stored = await getProgression(db, viewer, bookId);
  const outline = await outlineOf(db, bookId);
  const name = stored?.locator.href === undefined ? null : entryName(stored.locator.href);
  const index = outline?.spine.findIndex((part) => part.name === name) ?? -1;
  return index < 0 ? null : `/body/DocFragment[${index + 1}].0`;
}

/** Keeps a place. KOReader knows no times, so that what it sends is always the newest. Throws 404, 409, 400. */
export async function putKoreaderProgress(db: Database, viewer: Viewer, sent: KoreaderProgress): Promise<void> {
  const book = await bookOf(db, viewer, sent.document);
  const stored = await ReadProgress.query(db).findById([viewer.userId, book.id]).select('readAt');
  const modified = new Date(Math.max(Date.now(), (stored?.readAt.getTime() ?? 0) + 1));
  const device = { id: sent.device_id, name: sent.device };
  const locator = book.mediaProfile === 'EPUB' ? await placeInText(db, book.id, sent) : pageOf(book, sent);
  await putProgression(db, viewer, book.id, { modified, device, locator });
}

function pageOf({ mediaType, pageCount }: Book, { progress }: KoreaderProgress): KoreaderLocator {
  if (!/^\d{1,9}$/.test(progress)) throw badRequest('Progress is not the number of a page');
  const position = Number(progress);
  if (position < 1 || position > pageCount) throw pageOutOfRange(position, pageCount);
  return { href: '', type: mediaType, locations: { position, totalProgression: position / pageCount } };
}

/** `DocFragment[1]` and `#_doc_fragment_0_` are the first document of the spine; null: no place in a book. */
function documentNumber(progress: string): number | null {
  const [, fromOne, fromZero] = /docfragment\[(\d{1,6})\]|#_doc_fragment_(\d{1,6})_/i.exec(progress) ?? [];
  if (fromOne !== undefined) return Number(fromOne);
  return fromZero === undefined ? null : Number(fromZero) + 1;
}

/** Other readers go by the document and the part of it: the place in that document that is nearest to the part of the whole. */
async function placeInText(db: Database, bookId: string, sent: KoreaderProgress): Promise<KoreaderLocator> {
  const { progress } = sent;
  const number = documentNumber(progress);
  if (number === null) throw badRequest('Progress is not a place in a book');
  const part = Math.min(1, Math.max(0, sent.percentage));
  const ours = { koreader: progress, koreaderPart: part };
  const outline = await outlineOf(db, bookId);
  const name = outline?.spine[number - 1]?.name;
  const places = outline ? positionsOf(outline).filter(({ href }) => href === name) : [];
  const distance = (place: Position) => Math.abs(place.locations.totalProgression - part);
  const [first, ...others] = places;
  const nearest = others.reduce((best, place) => (best && distance(best) <= distance(place) ? best : place), first);
  if (nearest) return { ...nearest, locations: { progression: nearest.locations.progression }, ...ours };
  return { href: '', type: 'application/xhtml+xml', locations: { totalProgression: part }, ...ours };
}
