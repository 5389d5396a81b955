import type { Database } from '../../src/db/database';
import { Book } from '../../src/model/book';
import { Series } from '../../src/model/series';
import { aBook, aSeries } from './builders';

/** Columns of a table but these, as they stand in SQL. */
async function columnsBut(db: Database, table: string, left: string[]): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `select column_name as name from information_schema.columns
     where table_name = ? and table_schema = current_schema() and is_generated = 'NEVER'`,
    [table],
  );
  return rows.map(({ name }) => name).filter((name) => !left.includes(name));
}

/**
 * A series of records without files that can grow: each book with pages, poster and progress of the user, so that a list
 * finds something to look up for every one of them.
 */
export async function growingSeries(
  db: Database,
  userId: string,
): Promise<{ growTo: (count: number) => Promise<void> }> {
  const series = await aSeries(db, { title: 'Endless Stairs' });
  const first = await aBook(db, { series, tags: ['stairs'], authors: [{ name: 'Ada Step', role: 'writer' }] });
  const shared = await columnsBut(db, 'book', ['id', 'path', 'number', 'number_sort']);
  return {
    async growTo(count) {
      const known = await Book.query(db).where({ seriesId: series.id }).resultSize();
      await db.raw(
        `insert into book (id, path, number, number_sort, ${shared.join(', ')})
         select gen_random_uuid(), path || n, n, n, ${shared.join(', ')} from book, generate_series(?::int, ?::int) n
         where id = ?`,
        [known + 1, count, first.id],
      );
      await db.raw(
        `insert into book_media (book_id, container, pages, files, file_size, file_modified_at)
         select id, 'zip', '[{"mediaType": "image/jpeg", "width": 900, "height": 1300}]', '[]', 1, now() from book
         where series_id = ? on conflict do nothing`,
        [series.id],
      );
      await db.raw(
        `insert into poster (id, book_id, type, selected, media_type, file_size, width, height, image, created_at)
         select gen_random_uuid(), id, 'GENERATED', true, 'image/jpeg', 1, 208, 300, '\\x00', now() from book
         where series_id = ? on conflict do nothing`,
        [series.id],
      );
      await db.raw(
        `insert into read_progress (user_id, book_id, page, completed, read_at, created_at, modified_at)
         select ?, id, 1, false, now(), now(), now() from book where series_id = ? on conflict do nothing`,
        [userId, series.id],
      );
      await Series.query(db).findById(series.id).patch({ bookCount: count });
    },
  };
}
