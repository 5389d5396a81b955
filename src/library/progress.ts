import type { Knex } from 'knex';
import { badRequest, InvalidInput, notFound } from '../base/errors';
import type { Database } from '../db/database';
import { Book } from '../model/book';
import { emit, type ServerEvent } from '../queue/events';
import type { Viewer } from '../search/viewer';
import { requireBook, requireSeries } from './access';

/** What a client says of a book: a page (1-based), or that it is finished. */
export interface ProgressMark {
  page?: number | undefined;
  completed?: boolean | undefined;
}

/** Writes of one user wait for each other, so that the counts of a series are never made of half of them. */
export async function lockUser(trx: Knex.Transaction, userId: string): Promise<void> {
  await trx.raw('select 1 from user_account where id = ? for no key update', [userId]);
}

/** The row a (user, series) exists iff the user has progress in one of its books. */
export async function recount(trx: Knex.Transaction, userId: string, seriesIds: string[]): Promise<void> {
  await trx.raw('delete from series_progress where user_id = ? and series_id = any(?::uuid[])', [userId, seriesIds]);
  await trx.raw(
    `insert into series_progress (user_id, series_id, read_count, in_progress_count, last_read_at)
     select p.user_id, b.series_id, count(*) filter (where p.completed), count(*) filter (where not p.completed),
       max(p.read_at)
     from book b join read_progress p on p.book_id = b.id and p.user_id = ?
     where b.series_id = any(?::uuid[]) group by p.user_id, b.series_id`,
    [userId, seriesIds],
  );
}

export const pageOutOfRange = (page: number, pageCount: number) =>
  badRequest(`Page argument (${page}) must be within 1 and book page count (${pageCount})`);

/** Komga's rules (komga-rest §15.2): finished means the last page; the last page means finished, whatever else is said. */
function resolve(mark: ProgressMark, pageCount: number): { page: number; completed: boolean } {
  if (mark.page !== undefined && mark.page < 1) {
    throw new InvalidInput([{ fieldName: 'page', message: 'must be greater than 0' }]);
  }
  if (mark.completed === true) return { page: pageCount, completed: true };
  if (mark.page === undefined) throw new InvalidInput([]);
  if (mark.page > pageCount) throw pageOutOfRange(mark.page, pageCount);
  return { page: mark.page, completed: mark.page === pageCount };
}

/** Marks a page or the whole book as read, now. Throws 404, 403, 400. */
export async function markBook(db: Database, viewer: Viewer, bookId: string, mark: ProgressMark): Promise<void> {
  await requireBook(db, viewer, bookId);
  await db.transaction(async (trx) => {
    await lockUser(trx, viewer.userId);
    const book = await Book.query(trx).findById(bookId).select('seriesId', 'pageCount');
    if (!book) throw notFound();
    const { page, completed } = resolve(mark, book.pageCount);
    await trx.raw(
      `insert into read_progress (user_id, book_id, page, completed, read_at, created_at, modified_at)
       values (:userId, :bookId, :page, :completed, :now, :now, :now)
       on conflict (user_id, book_id) do update set page = excluded.page, completed = excluded.completed,
         read_at = excluded.read_at, modified_at = excluded.modified_at, device_id = '', device_name = '', locator = null`,
      { userId: viewer.userId, bookId, page, completed, now: new Date() },
    );
    await recount(trx, viewer.userId, [book.seriesId]);
    await emit(trx, { type: 'ReadProgressChanged', bookId, userId: viewer.userId });
  });
}

/** Forgets the progress in a book; nothing happens where there is none. */
export async function unmarkBook(db: Database, viewer: Viewer, bookId: string): Promise<void> {
  await requireBook(db, viewer, bookId);
  await removeProgress(db, viewer.userId, 'b.id = ?', [bookId]);
}

/** Finishes every book of the series that is not finished; finished ones keep their date. */
export async function markSeries(db: Database, viewer: Viewer, seriesId: string): Promise<void> {
  await requireSeries(db, viewer, seriesId);
  await completeBooks(db, viewer.userId, 'b.series_id = ?', [seriesId]);
}

export async function unmarkSeries(db: Database, viewer: Viewer, seriesId: string): Promise<void> {
  await requireSeries(db, viewer, seriesId);
  await removeProgress(db, viewer.userId, 'b.series_id = ?', [seriesId]);
}

/** The tracker's way: everything up to this number is read. Nothing is ever un-read. */
export async function markSeriesUpTo(
  db: Database,
  viewer: Viewer,
  seriesId: string,
  numberSort: number,
): Promise<void> {
  await requireSeries(db, viewer, seriesId);
  await completeBooks(db, viewer.userId, 'b.series_id = ? and b.number_sort::real <= ?::real', [seriesId, numberSort]);
}

/** Finishes these books; the caller has looked that the user may see them. */
export async function markBooks(db: Database, userId: string, bookIds: string[]): Promise<void> {
  await completeBooks(db, userId, 'b.id = any(?::uuid[])', [bookIds]);
}

interface Touched {
  bookId: string;
  seriesId: string;
}

const seriesOf = (touched: Touched[]): string[] => [...new Set(touched.map(({ seriesId }) => seriesId))];

async function completeBooks(db: Database, userId: string, which: string, bindings: unknown[]): Promise<void> {
  await db.transaction(async (trx) => {
    await lockUser(trx, userId);
    const now = new Date();
    const { rows } = await trx.raw<{ rows: Touched[] }>(
      `insert into read_progress (user_id, book_id, page, completed, read_at, created_at, modified_at)
       select ?::uuid, b.id, b.page_count, true, ?::timestamptz, ?::timestamptz, ?::timestamptz from book b where ${which}
       on conflict (user_id, book_id) do update set page = excluded.page, completed = true, read_at = excluded.read_at,
         modified_at = excluded.modified_at, device_id = '', device_name = '', locator = null
         where not read_progress.completed
       returning book_id as "bookId", (select series_id from book where id = book_id) as "seriesId"`,
      [userId, now, now, now, ...bindings] as never[],
    );
    await recount(trx, userId, seriesOf(rows));
    await tell(trx, userId, rows, 'Changed');
  });
}

async function removeProgress(db: Database, userId: string, which: string, bindings: unknown[]): Promise<void> {
  await db.transaction(async (trx) => {
    await lockUser(trx, userId);
    const { rows } = await trx.raw<{ rows: Touched[] }>(
      `delete from read_progress p using book b where p.book_id = b.id and p.user_id = ? and ${which}
       returning p.book_id as "bookId", b.series_id as "seriesId"`,
      [userId, ...bindings] as never[],
    );
    await recount(trx, userId, seriesOf(rows));
    await tell(trx, userId, rows, 'Deleted');
  });
}

async function tell(
  trx: Knex.Transaction,
  userId: string,
  touched: Touched[],
  what: 'Changed' | 'Deleted',
): Promise<void> {
  const books = touched.map(({ bookId }): ServerEvent => ({ type: `ReadProgress${what}`, bookId, userId }));
  const series = seriesOf(touched).map((seriesId): ServerEvent => ({
    type: `ReadProgressSeries${what}`,
    seriesId,
    userId,
  }));
  await emit(trx, ...books, ...series);
}
