import type { Database } from '../db/database';
import type { BookFile } from './book-file';
import { constant, readRows, sql, type Sql } from './sql';
import type { Viewer } from './viewer';
import { visibleBooks } from './viewer-where';

/** A book of a series or read list, as far as packing its file needs it. */
export interface BookOfBundle extends Pick<BookFile, 'id' | 'root' | 'path' | 'fileModifiedAt'> {
  /** In the read list, from 0. */
  position: number;
}

const filesOf = (position: Sql, from: Sql, viewer: Viewer, order: Sql): Sql =>
  sql`select b.id, l.root, b.path, b.file_modified_at as "fileModifiedAt", ${position} as position
    from ${from} join library l on l.id = b.library_id
    where ${visibleBooks(viewer) ?? constant('true')} order by ${order}`;

/** The books of a series in their order. */
export const filesOfSeries = (db: Database, viewer: Viewer, seriesId: string): Promise<BookOfBundle[]> =>
  readRows(
    db,
    filesOf(
      sql`0`,
      sql`(select * from book where series_id = ${seriesId}) b`,
      viewer,
      constant('b.number_sort, b.number, b.id'),
    ),
  );

/** The books of a read list in their order, without those that the viewer may not see; they leave a gap in the positions. */
export const filesOfReadList = (db: Database, viewer: Viewer, readListId: string): Promise<BookOfBundle[]> =>
  readRows(
    db,
    filesOf(
      constant('m.position'),
      sql`(select * from read_list_book where read_list_id = ${readListId}) m join book b on b.id = m.book_id`,
      viewer,
      constant('m.position, b.id'),
    ),
  );
