import type { Database } from '../db/database';
import { allOf, readRows, sql, type Sql } from './sql';
import { visibleBooks } from './viewer-where';
import type { Viewer } from './viewer';

/** How far the viewer is, as Mihon's tracker asks (komga-rest.md §15.4). */
export interface ReadingSummary {
  bookCount: number;
  readCount: number;
  inProgressCount: number;
  unreadCount: number;
}

export interface SeriesReadingSummary extends ReadingSummary {
  /** Number of the last book of the completed ones at the beginning; 0 for none. */
  lastReadNumberSort: number;
  maxNumberSort: number;
}

export interface ReadListReadingSummary extends ReadingSummary {
  /** How many books at the beginning are completed. */
  lastReadIndex: number;
}

interface SummaryRow extends Omit<ReadingSummary, 'unreadCount'> {
  run: number;
  lastNumber: number | null;
  maxNumber: number | null;
}

/** `open` counts the books up to this one that are not completed: 0 within the completed run at the beginning. */
async function summarise(db: Database, viewer: Viewer, books: Sql, condition: Sql, order: Sql): Promise<SummaryRow> {
  const query = sql`select count(*) as "bookCount", count(*) filter (where completed) as "readCount",
      count(*) filter (where not completed) as "inProgressCount", count(*) filter (where open = 0) as run,
      max(number_sort) filter (where open = 0) as "lastNumber", max(number_sort) as "maxNumber"
    from (select b.number_sort, p.completed,
        count(*) filter (where p.completed is not true) over (order by ${order} rows unbounded preceding) as open
      from ${books} left join read_progress p on p.user_id = ${viewer.userId} and p.book_id = b.id
      where ${allOf([condition, visibleBooks(viewer)])}) ordered`;
  const [row] = await readRows<SummaryRow>(db, query);
  return row ?? { bookCount: 0, readCount: 0, inProgressCount: 0, run: 0, lastNumber: null, maxNumber: null };
}

const summaryOf = ({ bookCount, readCount, inProgressCount }: SummaryRow): ReadingSummary => ({
  ...{ bookCount, readCount, inProgressCount },
  unreadCount: bookCount - readCount - inProgressCount,
});

export async function seriesReadSummary(db: Database, viewer: Viewer, seriesId: string): Promise<SeriesReadingSummary> {
  const row = await summarise(db, viewer, sql`book b`, sql`b.series_id = ${seriesId}`, sql`b.number_sort, b.id`);
  return { ...summaryOf(row), lastReadNumberSort: row.lastNumber ?? 0, maxNumberSort: row.maxNumber ?? 0 };
}

/** By position, also of a list without order; only the books that the viewer sees count. */
export async function readListReadSummary(
  db: Database,
  viewer: Viewer,
  readListId: string,
): Promise<ReadListReadingSummary> {
  const books = sql`read_list_book m join book b on b.id = m.book_id`;
  const row = await summarise(db, viewer, books, sql`m.read_list_id = ${readListId}`, sql`m.position, b.id`);
  return { ...summaryOf(row), lastReadIndex: row.run };
}
