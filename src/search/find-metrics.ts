import type { Database } from '../db/database';
import { readRows, sql } from './sql';

/** What a library holds. */
export interface LibraryTotals {
  libraryId: string;
  series: number;
  books: number;
  /** Bytes of all files. */
  fileSize: number;
  /** Pictures beside books and series. */
  sidecars: number;
}

/** Three statements; each goes through an index, for somebody who asks every few seconds. */
export async function findLibraryTotals(db: Database): Promise<LibraryTotals[]> {
  return readRows(
    db,
    sql`select l.id as "libraryId", coalesce(s.count, 0)::int as series, coalesce(b.count, 0)::int as books,
        coalesce(b.size, 0)::float8 as "fileSize", coalesce(p.count, 0)::int as sidecars
      from library l
      left join (select library_id, count(*) from series group by library_id) s on s.library_id = l.id
      left join (select library_id, count(*), sum(file_size) as size from book group by library_id) b on b.library_id = l.id
      left join (select coalesce(b.library_id, s.library_id) as library_id, count(*) from poster p
        left join book b on b.id = p.book_id left join series s on s.id = p.series_id
        where p.type = 'SIDECAR' group by 1) p on p.library_id = l.id
      order by l.name, l.id`,
  );
}

export interface Totals {
  libraries: number;
  collections: number;
  readLists: number;
  users: number;
}

export async function findTotals(db: Database): Promise<Totals> {
  const [totals] = await readRows<Totals>(
    db,
    sql`select (select count(*) from library)::int as libraries, (select count(*) from collection)::int as collections,
      (select count(*) from read_list)::int as "readLists", (select count(*) from user_account)::int as users`,
  );
  return totals ?? { libraries: 0, collections: 0, readLists: 0, users: 0 };
}

/** How many books are in which state. */
export async function countBooksByStatus(db: Database): Promise<{ status: string; count: number }[]> {
  return readRows(db, sql`select media_status as status, count(*)::int as count from book group by 1 order by 1`);
}
