import type { Knex } from 'knex';

/** Counts each user's progress in these series anew: their books came, went, or moved. Same transaction as the change. */
export async function recountProgress(trx: Knex.Transaction, seriesIds: string[]): Promise<void> {
  if (seriesIds.length === 0) return;
  // whoever marks a book locks its user first (progress.ts): counts are never made of half of their writes
  await trx.raw(
    `select 1 from user_account where id in (
       select p.user_id from read_progress p join book b on b.id = p.book_id where b.series_id = any(?)
     ) order by id for no key update`,
    [seriesIds],
  );
  await trx.raw('delete from series_progress where series_id = any(?)', [seriesIds]);
  await trx.raw(
    `insert into series_progress (user_id, series_id, read_count, in_progress_count, last_read_at)
     select p.user_id, b.series_id, count(*) filter (where p.completed), count(*) filter (where not p.completed),
       max(p.read_at)
     from read_progress p join book b on b.id = p.book_id where b.series_id = any(?) group by p.user_id, b.series_id`,
    [seriesIds],
  );
}
