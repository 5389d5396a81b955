import type { Knex } from 'knex';
import { isCoded } from '../base/errors';
import { resolveInside } from '../base/files';
import { readEan13 } from '../media/barcode';
import type { MediaLimits } from '../media/limits';
import { openBook } from '../media/open-book';
import type { Reader } from '../media/reader';
import { applyBookPatch } from '../metadata/merge';
import { normaliseIsbn13 } from '../metadata/normalise';
import { Book } from '../model/book';
import { BookMedia, type StoredPage } from '../model/book-media';
import { Library } from '../model/library';
import { emit } from '../queue/events';
import type { TaskContext, Tasks } from '../queue/tasks';
import { bytesOf } from './hash-pages';
import { lockSeries } from './locks';
import { bookColumnsOf, bookMetadataOf, locksOf, withOrigins } from './metadata-rows';

export interface FindBarcodeDeps {
  limits: MediaLimits;
}

/** At each end of a book, the back cover first (komga-media §8.5). */
const pagesAtEachEnd = 3;

/** The places, from 1, of the pages on which a barcode is looked for, in this order. */
export function barcodeNumbers(pageCount: number): number[] {
  const offsets = Array.from({ length: pagesAtEachEnd }, (_, index) => index);
  const numbers = [...offsets.map((offset) => pageCount - offset), ...offsets.map((offset) => offset + 1)];
  return [...new Set(numbers)].filter((number) => number >= 1 && number <= pageCount);
}

type Asked = Pick<Book, 'isbn' | 'locked' | 'mediaStatus' | 'mediaProfile' | 'deletedAt'>;

/** Whether a barcode could tell something: an ISBN that is known, by whomever, is not replaced by one that was guessed. */
export const lacksIsbn = ({ isbn, locked, mediaStatus, mediaProfile }: Omit<Asked, 'deletedAt'>): boolean =>
  isbn === '' && !locked.includes('isbn') && mediaStatus === 'READY' && mediaProfile !== 'EPUB';

/** Looks for the barcode of a book, and takes its ISBN over. */
export async function findBarcode(
  { db, log, signal }: TaskContext,
  { bookId }: Tasks['findBarcode'],
  { limits }: FindBarcodeDeps,
): Promise<void> {
  const book = await Book.query(db).findById(bookId);
  const library = book && (await Library.query(db).findById(book.libraryId));
  const media = await BookMedia.query(db).findById(bookId);
  // the option may have been switched off since
  if (!book || !media || !library?.importBarcodeIsbn || book.deletedAt !== null || !lacksIsbn(book)) return;
  try {
    const reader = await openBook(await resolveInside(library.root, book.path), { limits });
    try {
      const isbn = await findIsbn(reader, media.pages, { limits, signal });
      if (isbn !== null) await db.transaction((trx) => store(trx, book, isbn));
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (!isCoded(error)) throw error;
    log.info({ bookId, code: error.code }, 'the book could not be searched for a barcode');
  }
}

async function findIsbn(
  reader: Reader,
  pages: StoredPage[],
  { limits, signal }: { limits: MediaLimits; signal: AbortSignal },
): Promise<string | null> {
  for (const number of barcodeNumbers(pages.length)) {
    const page = pages[number - 1];
    if (page === undefined) continue;
    signal.throwIfAborted();
    const texts = await textsOf(reader, page, { limits, signal });
    const [isbn] = texts.flatMap((text) => normaliseIsbn13(text) ?? []);
    if (isbn !== undefined) return isbn;
  }
  return null;
}

/** A page that cannot be read has no barcode. */
async function textsOf(
  reader: Reader,
  page: StoredPage,
  { limits, signal }: { limits: MediaLimits; signal: AbortSignal },
): Promise<string[]> {
  try {
    return await readEan13(await bytesOf(reader, page, signal), limits);
  } catch (error) {
    if (isCoded(error)) return [];
    throw error;
  }
}

async function store(trx: Knex.Transaction, { id, seriesId }: Book, isbn: string): Promise<void> {
  await lockSeries(trx, [seriesId]);
  const book = await Book.query(trx).findById(id).forNoKeyUpdate();
  if (!book || !lacksIsbn(book)) return;
  const at = new Date();
  const merged = applyBookPatch(bookMetadataOf(book), { isbn }, locksOf(book.locked), { source: 'file', at });
  const provenance = withOrigins(book.provenance, merged);
  await Book.query(trx)
    .findById(id)
    .patch({ ...bookColumnsOf(book, merged.changed), provenance, metadataModifiedAt: at });
  await emit(trx, { type: 'BookChanged', bookId: id, seriesId: book.seriesId, libraryId: book.libraryId });
}

/** Books of a library whose barcode was never looked for, or in vain. */
export async function findWithoutIsbn(db: Knex, libraryId: string): Promise<{ bookId: string }[]> {
  const rows = await Book.query(db)
    .select('id')
    .where({ libraryId, deletedAt: null, isbn: '', mediaStatus: 'READY' })
    .whereNot({ mediaProfile: 'EPUB' })
    .whereRaw(`not 'isbn' = any(locked)`);
  return rows.map(({ id }) => ({ bookId: id }));
}
