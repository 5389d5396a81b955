import type { Database } from '../db/database';
import { literal, readRows, sql } from './sql';

/**
 * The series that one of these folded titles means, the first title first: by equality, else by containment. Of all
 * libraries: only administrators import.
 */
export async function findSeriesByTitle(db: Database, titles: readonly string[]): Promise<string | null> {
  const patterns = titles.map((title) => `%${literal(title)}%`);
  const [row] = await readRows<{ id: string }>(
    db,
    sql`select s.id from series s
      where s.deleted_at is null and (s.title_key = any(${titles}::text[]) or s.title_key like any(${patterns}::text[]))
      order by coalesce(array_position(${titles}::text[], s.title_key), 1000), length(s.title_key), s.id limit 1`,
  );
  return row?.id ?? null;
}
