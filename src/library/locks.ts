import type { Knex } from 'knex';

/**
 * Whoever changes books of a series holds its row first, in the order of ids: scan, analysis, edits and refreshes of one
 * series wait for each other and never in a circle. Weak enough that progress can be written meanwhile (foreign keys).
 */
export async function lockSeries(trx: Knex.Transaction, ids: Iterable<string>): Promise<void> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return;
  await trx.raw('select 1 from series where id = any(?) order by id for no key update', [wanted]);
}
