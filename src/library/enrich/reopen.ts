import type { Knex } from 'knex';
import { notFound } from '../../base/errors';
import type { Database } from '../../db/database';
import { SeriesCandidate, SeriesMatch } from '../../model/match';
import type { Queue } from '../../queue/tasks';
import { nextCheck } from './schedule';
import { lockSeries } from './write';

interface Deps {
  db: Database;
  queue: Queue;
}

/** What a person refused is final until that person changes it; here it is changed. */

/** A refused title may be it after all. Throws 404 when it was not refused. */
export async function allowCandidate({ db, queue }: Deps, seriesId: string, externalId: string): Promise<void> {
  await db.transaction(async (trx) => {
    if (!(await lockSeries(trx, seriesId))) throw notFound();
    const refused = SeriesCandidate.query(trx).where({ seriesId, externalId }).whereNotNull('rejectedAt');
    // of one that only a search had found nothing is known but its id
    const forgotten = await refused.clone().whereRaw(`record ->> 'title' = external_id`).delete();
    if (forgotten + (await refused.patch({ rejectedAt: null })) === 0) throw notFound();
    await askAgain(trx, queue, seriesId);
  });
}

/** "None, ever" and "no match" taken back: the question is open again. Throws 404. */
export async function reopenMatch({ db, queue }: Deps, seriesId: string): Promise<void> {
  await db.transaction(async (trx) => {
    if (!(await lockSeries(trx, seriesId))) throw notFound();
    await askAgain(trx, queue, seriesId);
  });
}

/** With candidates it waits for a person again; without any it is looked for again, as a new series is. */
async function askAgain(trx: Knex.Transaction, queue: Queue, seriesId: string): Promise<void> {
  const match = await SeriesMatch.query(trx).findById(seriesId);
  if (!match || match.state === 'matched') return;
  const left = await SeriesCandidate.query(trx).where({ seriesId }).whereNull('rejectedAt').resultSize();
  const at = new Date();
  const state = left > 0 ? ('proposed' as const) : ('none' as const);
  const checkAt = left > 0 ? nextCheck(state, null, at) : at;
  await SeriesMatch.query(trx).findById(seriesId).patch({ state, decidedBy: 'machine', decidedAt: at, checkAt });
  await queue.submit('enrich', {}, { trx });
}
