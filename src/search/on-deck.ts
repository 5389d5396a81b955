import type { Database } from '../db/database';
import { bookViewColumns, bookViewJoins, type BookView } from './book-view';
import { readBooks } from './find-books';
import type { ListQuery } from './list';
import type { ListOf, Slice } from './slice';
import { allOf, nothing, sql, where, type Sql } from './sql';
import { visibleSeries } from './viewer-where';
import type { Viewer } from './viewer';

export interface OnDeckQuery {
  /** Only of these libraries; absent or empty: of all. */
  libraryIds?: readonly string[] | undefined;
  /** Pass over books that cannot be read: catalogues list no others. Komga's API counts them. */
  readable?: boolean | undefined;
  slice: Slice;
}

/**
 * The next book of each series that the viewer goes on with: some books completed, none open, some left. It starts from
 * the viewer's few rows of series_progress; counting on read costs 742 ms at a million books (performance.md §2).
 * Unlike Komga's, a book whose file has vanished is never next.
 */
function inSeries(viewer: Viewer, readable: boolean): Sql {
  return sql`select u.id from book u where u.series_id = s.id and u.deleted_at is null
      ${readable ? sql`and u.media_status = 'READY'` : nothing}
      and not exists (select 1 from read_progress r where r.user_id = ${viewer.userId} and r.book_id = u.id)
      order by u.number_sort, u.id limit 1`;
}

const goesOn = (viewer: Viewer, { libraryIds = [] }: OnDeckQuery): Sql | null =>
  allOf([
    sql`p.user_id = ${viewer.userId} and p.read_count > 0 and p.in_progress_count = 0 and p.read_count <> s.book_count`,
    visibleSeries(viewer),
    libraryIds.length > 0 ? sql`s.library_id = any(${libraryIds}::uuid[])` : null,
  ]);

const nextBooks = (viewer: Viewer, query: OnDeckQuery): Sql =>
  sql`(select next.id, p.last_read_at from series_progress p join series s on s.id = p.series_id
    cross join lateral (${inSeries(viewer, query.readable ?? false)}) next ${where(goesOn(viewer, query))})`;

/**
 * There is a next book, unless all that are left are passed over: looked up only in series where some are. The viewer's progress
 * in these is found first (`offset 0`), else all series are read for them.
 */
function countNext(viewer: Viewer, query: OnDeckQuery): Sql {
  const { readable = false } = query;
  const passedOver = sql`h.deleted_at is not null ${readable ? sql`or h.media_status <> 'READY'` : nothing}`;
  const going = where(goesOn(viewer, query));
  const perhaps = sql`(select p.* from series_progress p where p.user_id = ${viewer.userId} and p.in_progress_count = 0
    and p.series_id in (select h.series_id from book h where ${passedOver}) offset 0)`;
  return sql`select (select count(*) from series_progress p join series s on s.id = p.series_id ${going})
    - (select count(*) from ${perhaps} p join series s on s.id = p.series_id
        ${going} and not exists (${inSeries(viewer, readable)})) as total`;
}

/** The statement of the list, for tests that look at it. */
export function onDeckQuery(viewer: Viewer, query: OnDeckQuery): ListQuery {
  return {
    from: sql`${nextBooks(viewer, query)} d`,
    id: sql`d.id`,
    conditions: [],
    order: { by: sql`d.last_read_at desc, d.id desc`, joins: sql``, sorted: false },
    slice: query.slice,
    count: countNext(viewer, query),
    view: { columns: bookViewColumns, joins: sql`join book b on b.id = page.id ${bookViewJoins(viewer)}` },
  };
}

/** On deck (komga-rest.md §12.6): at most one book a series, the series read last first. */
export const findOnDeck = (db: Database, viewer: Viewer, query: OnDeckQuery): Promise<ListOf<BookView>> =>
  readBooks(db, onDeckQuery(viewer, query));
