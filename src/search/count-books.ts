import type { Database } from '../db/database';
import type { BookCondition } from './condition';
import { bookListQuery } from './find-books';
import { progressWithin } from './narrow';
import { allOf, joined, readRows, sql, where, type Sql } from './sql';
import { tallied } from './tally';
import { visibleBooks, visibleSeries } from './viewer-where';
import type { Viewer } from './viewer';

/** How far the viewer is in a book: Komga's words. */
export type ReadStatus = 'UNREAD' | 'IN_PROGRESS' | 'READ';

/** How many books of a list there are in a library, by how far the viewer is in them. */
export interface BookCount extends Record<ReadStatus, number> {
  libraryId: string;
}

/**
 * All readable books that the viewer sees, without looking at them: what their series say of their number and of the viewer's
 * progress, less the few books that cannot be read or lie in the trash. Exact, since these change in one transaction.
 */
export function countReadableBooks(db: Database, viewer: Viewer): Promise<BookCount[]> {
  const books = tallied(['books'], viewer, { perLibrary: true });
  const all = sql`select s.library_id, sum(s.amount) as books, 0 as read, 0 as open from ${books} group by 1`;
  const mine = sql`select p.library_id, 0, sum(p.read_count), sum(p.in_progress_count)
    from ${progressWithin(viewer, visibleSeries(viewer))} group by 1`;
  const isHidden = sql`(b.deleted_at is not null or b.media_status <> 'READY')`;
  const hidden = sql`select b.library_id, -count(*), -count(*) filter (where p.completed), -count(*) filter (where not p.completed)
    from book b left join read_progress p on p.user_id = ${viewer.userId} and p.book_id = b.id
    ${where(allOf([isHidden, visibleBooks(viewer)]))} group by 1`;
  const sums = joined([all, mine, hidden], ' union all ');
  return readCounts(db, sql`select library_id, read, open, books - read - open as unread from (${sums}) s`);
}

/** The books that fit the conditions (those of a list, say), looked at one by one. */
export function countBooks(db: Database, viewer: Viewer, condition: BookCondition): Promise<BookCount[]> {
  return countListed(db, viewer, bookListQuery(viewer, { condition, slice: { page: 0, size: 1, unpaged: true } }));
}

/** The books of a list over `book b`. */
export function countListed(
  db: Database,
  viewer: Viewer,
  { from, conditions }: { from: Sql; conditions: readonly (Sql | null)[] },
): Promise<BookCount[]> {
  return readCounts(
    db,
    sql`select b.library_id, (p.completed is true)::int as read, (p.completed is false)::int as open,
        (p.completed is null)::int as unread
      from ${from} left join read_progress p on p.user_id = ${viewer.userId} and p.book_id = b.id
      ${where(allOf(conditions))}`,
  );
}

const readCounts = (db: Database, counted: Sql): Promise<BookCount[]> =>
  readRows<BookCount>(
    db,
    sql`select library_id as "libraryId", sum(unread)::int as "UNREAD", sum(open)::int as "IN_PROGRESS",
        sum(read)::int as "READ"
      from (${counted}) counted group by library_id`,
  );
