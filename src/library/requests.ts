import path from 'node:path';
import type { Knex } from 'knex';
import { notFound } from '../base/errors';
import type { Database } from '../db/database';
import { Book } from '../model/book';
import { Library } from '../model/library';
import { Series } from '../model/series';
import { queueOperation } from '../queue/operations';
import type { Priority, Queue } from '../queue/tasks';
import { queueAnalysis } from './analysis-progress';
import { submitEach } from './each-book';
import { submitRefreshes } from './refresh-book';
import { submitSidecars } from './refresh-sidecars';
import { submitScan } from './scan-request';
import { getSettings, posterEdges } from './settings';

/** What an administrator asks to be done again; the answer comes before the work. All throw 404 for an unknown subject. */
interface Deps {
  db: Database;
  queue: Queue;
}

export type Subject = { libraryId: string } | { seriesId: string } | { bookId: string };

/** Somebody waits for a book or a series; a library waits behind both. */
const priorityOf = (subject: Subject): Priority => ('libraryId' in subject ? 6 : 8);

interface OfBook {
  bookId: string;
  seriesId: string;
  libraryId: string;
}

const ofBook = ({ id, seriesId, libraryId }: Book): OfBook => ({ bookId: id, seriesId, libraryId });

/** Books whose file is there. */
async function booksOf(db: Database, subject: Subject): Promise<OfBook[]> {
  const books = Book.query(db)
    .select('id', 'seriesId', 'libraryId')
    .whereNull('deletedAt')
    .orderBy(['seriesId', 'number', 'id']);
  if ('bookId' in subject) {
    const book = await books.findById(subject.bookId);
    if (!book) throw notFound();
    return [ofBook(book)];
  }
  const owner =
    'seriesId' in subject
      ? await Series.query(db).findById(subject.seriesId).select('id')
      : await Library.query(db).findById(subject.libraryId).select('id');
  if (!owner) throw notFound();
  return (await books.where(subject)).map(ofBook);
}

/** Pages and metadata of all books are read from their files again. */
export async function requestAnalysis({ db, queue }: Deps, subject: Subject): Promise<void> {
  const books = (await booksOf(db, subject)).map(({ bookId }) => ({ bookId }));
  const library = 'libraryId' in subject && (await Library.query(db).findById(subject.libraryId));
  await db.transaction(async (trx) => {
    if (library && books.length > 0) await queueAnalysis(trx, library, books.length);
    await queue.submitMany('analyzeBook', books, { trx, priority: priorityOf(subject) });
  });
}

/** Posters of all books are made again, or of those whose poster is smaller than the setting wants it. */
export async function requestPosters({ db, queue }: Deps, { onlySmaller }: { onlySmaller: boolean }): Promise<void> {
  const edge = posterEdges[(await getSettings(db)).thumbnailSize];
  const { rows } = await db.raw<{ rows: { bookId: string }[] }>(
    `select b.id as "bookId" from book b where b.deleted_at is null and b.media_status = 'READY' and (not :onlySmaller
       or exists (select 1 from poster p where p.book_id = b.id and p.type = 'GENERATED' and greatest(p.width, p.height) < :edge))`,
    { onlySmaller, edge },
  );
  await queue.submitMany('generatePoster', rows, { priority: 1 });
}

/** Metadata of all books is read from their files again, what lies beside them too, and what series make of it. */
export async function requestRefresh({ db, queue }: Deps, subject: Subject): Promise<void> {
  const found = await booksOf(db, subject);
  const books = found.map(({ bookId }) => ({ bookId }));
  await db.transaction(async (trx) => {
    await submitRefreshes(trx, queue, books, priorityOf(subject));
    await submitSidecars(trx, queue, found, priorityOf(subject));
    await submitEach(queue, 'findBarcode', await withoutBarcode(trx, books), trx);
  });
}

/** Those whose library wants barcodes, and that have no ISBN. */
async function withoutBarcode(trx: Knex.Transaction, books: { bookId: string }[]): Promise<{ bookId: string }[]> {
  const { rows } = await trx.raw<{ rows: { bookId: string }[] }>(
    `select b.id as "bookId" from book b join library l on l.id = b.library_id and l.import_barcode_isbn
     where b.id = any(?) and b.isbn = '' and b.media_status = 'READY' and b.media_profile <> 'EPUB'`,
    [books.map(({ bookId }) => bookId)],
  );
  return rows;
}

export async function requestScan({ db, queue }: Deps, libraryId: string, deep: boolean): Promise<void> {
  const library = await Library.query(db).findById(libraryId).select('id', 'name');
  if (!library) throw notFound();
  await db.transaction((trx) => submitScan(trx, queue, library, { deep, priority: 8 }));
}

/** The folder of a series, that of a one-shot's file; a series in the root of its library is all of the library. */
export async function requestFolderScan({ db, queue }: Deps, seriesId: string): Promise<void> {
  const series = await Series.query(db).findById(seriesId).select('libraryId', 'path', 'oneshot');
  if (!series) throw notFound();
  const folder = series.oneshot ? path.posix.dirname(series.path) : series.path;
  const part = folder === '' || folder === '.' ? {} : { folder };
  await queue.submit('scanLibrary', { libraryId: series.libraryId, deep: false, ...part }, { priority: 8 });
}

export async function requestEmptyTrash({ db, queue }: Deps, libraryId: string): Promise<void> {
  const library = await Library.query(db).findById(libraryId).select('id', 'name');
  if (!library) throw notFound();
  await db.transaction(async (trx) => {
    await queueOperation(trx, { kind: 'emptyTrash', subjectId: libraryId, subjectName: library.name });
    await queue.submit('emptyTrash', { libraryId }, { trx });
  });
}
