import { fold } from '../base/text';
import type { Database } from '../db/database';
import { readRows, sql } from './sql';

const atOnce = 5_000;

/** Names that came since somebody searched last; also those that only stand in changes that were not added up yet. */
export const openNames = sql`select name from author_name where key is null
  union select c.value from tally_change c where c.kind = 'author'
    and not exists (select 1 from author_name n where n.name = c.value)
  order by name limit ${atOnce}`;

/**
 * Gives every author a folded form to be searched by. Writers leave that to the first who searches: it is made in
 * JavaScript, and a scan has better things to do.
 */
export async function nameAuthors(db: Database): Promise<void> {
  for (;;) {
    const names = (await readRows<{ name: string }>(db, openNames)).map(({ name }) => name);
    if (names.length === 0) return;
    await readRows(
      db,
      sql`insert into author_name (name, key) select * from unnest(${names}::text[], ${names.map(fold)}::text[])
        on conflict (name) do update set key = excluded.key where author_name.key is null`,
    );
    if (names.length < atOnce) return;
  }
}
