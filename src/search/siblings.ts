import type { Database } from '../db/database';
import { bookViewColumns, bookViewJoins, bookViewOf, type BookRow, type BookView } from './book-view';
import { allOf, constant, joined, readRows, sql, type Sql } from './sql';
import { visibleBooks } from './viewer-where';
import type { Viewer } from './viewer';

export type Direction = 'next' | 'previous';

const signs = {
  next: { beyond: constant('>'), order: constant('asc') },
  previous: { beyond: constant('<'), order: constant('desc') },
};

async function firstBook(db: Database, viewer: Viewer, ids: Sql): Promise<BookView | null> {
  const query = sql`select ${bookViewColumns} from book b ${bookViewJoins(viewer)} where b.id = (${ids})`;
  const [row] = await readRows<BookRow>(db, query);
  return row ? bookViewOf(row) : null;
}

/**
 * The neighbour of a book in its series; null at the ends, for an unknown book and where the viewer sees nothing. Books
 * of the same number follow each other by id, where Komga skips them (komga-rest.md §12.4).
 */
export function siblingInSeries(
  db: Database,
  viewer: Viewer,
  bookId: string,
  direction: Direction,
): Promise<BookView | null> {
  const { beyond, order } = signs[direction];
  const conditions = [sql`(b.number_sort, b.id) ${beyond} (o.number_sort, o.id)`, visibleBooks(viewer)];
  return firstBook(
    db,
    viewer,
    sql`select b.id from book o join book b on b.series_id = o.series_id
      where o.id = ${bookId} and ${allOf(conditions)} order by b.number_sort ${order}, b.id ${order} limit 1`,
  );
}

/** Null dates come first, so that they are compared as the smallest of all. */
const release = (book: string): string => `coalesce(${book}.release_date, '-infinity')`;

/** What the order of a read list goes by, of a book and its place in the list. */
const placeIn = ({ ordered }: { ordered: boolean }, book: string, member: string): string[] =>
  ordered ? [`${member}.position`, `${book}.id`] : [release(book), `${member}.position`, `${book}.id`];

/**
 * The neighbour of a book in a read list, among those that the viewer sees: by position, or by date of release in a
 * list without order (komga-rest.md §17). null also for a book that is not in the list.
 */
export function siblingInReadList(
  db: Database,
  viewer: Viewer,
  readList: { id: string; ordered: boolean },
  bookId: string,
  direction: Direction,
): Promise<BookView | null> {
  const { beyond, order } = signs[direction];
  const places = placeIn(readList, 'b', 'm').map(constant);
  const [place, other] = [joined(places, ', '), constant(placeIn(readList, 'o', 'om').join(', '))];
  const conditions = [sql`(${place}) ${beyond} (${other})`, visibleBooks(viewer)];
  const by = joined(
    places.map((part) => sql`${part} ${order}`),
    ', ',
  );
  return firstBook(
    db,
    viewer,
    sql`select b.id from read_list_book om join book o on o.id = om.book_id
      join read_list_book m on m.read_list_id = om.read_list_id join book b on b.id = m.book_id
      where om.read_list_id = ${readList.id} and om.book_id = ${bookId} and ${allOf(conditions)}
      order by ${by} limit 1`,
  );
}
