import { isCoded, notFound } from '../../base/errors';
import type { Log } from '../../base/log';
import type { Database } from '../../db/database';
import { Enrichment } from '../../model/match';
import { queueOperation } from '../../queue/operations';
import type { Queue } from '../../queue/tasks';
import { undoSince } from './undo';
import { lockSeries } from './write';

interface Deps {
  db: Database;
  queue: Queue;
}

/** All that one command or one night wrote is taken back because a person wants it. */
export const undoOperation = 'undoRun';

/** Asks for it; the operation tells how far it is. Throws 404 when nothing of the run stands. */
export async function requestRunUndo({ db, queue }: Deps, runId: string): Promise<string> {
  return db.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: [{ series: number; name: string | null }] }>(
      `select count(distinct e.series_id)::int as series, min(l.name) as name
       from enrichment e join series s on s.id = e.series_id join library l on l.id = s.library_id
       where e.run_id = ? and e.undone_at is null`,
      [runId],
    );
    const [{ series, name }] = rows;
    if (series === 0) throw notFound();
    const subject = { kind: undoOperation, subjectId: runId, ...(name === null ? {} : { subjectName: name }) };
    const operationId = await queueOperation(trx, subject);
    await trx.raw('update operation set total = coalesce(total, ?) where id = ?', [series, operationId]);
    await queue.submit('enrich', {}, { trx, priority: 7 });
    return operationId;
  });
}

interface OpenUndo {
  id: string;
  runId: string;
}

async function openUndo(db: Database): Promise<OpenUndo | null> {
  const { rows } = await db.raw<{ rows: OpenUndo[] }>(
    `select id, subject_id as "runId" from operation where kind = ? and state in ('queued', 'running')
     order by created_at, id limit 1`,
    [undoOperation],
  );
  return rows[0] ?? null;
}

export const isUndoOpen = async (db: Database): Promise<boolean> => (await openUndo(db)) !== null;

/**
 * Takes back what a run wrote to the next of its series; false when no undo is open. The journal is the list of work: what
 * was undone stays undone, and whoever comes after a kill goes on with the rest.
 */
export async function undoNext({ db, queue, log }: Deps & { log: Log }): Promise<boolean> {
  const open = await openUndo(db);
  if (open === null) return false;
  try {
    await undoOne({ db, queue }, open);
  } catch (error) {
    // the others of the queue go on; a person may ask again
    log.error({ err: error, runId: open.runId }, 'the undo of a run failed');
    const message = isCoded(error) ? error.code : null;
    await db('operation').where({ id: open.id }).update({ state: 'failed', message, finishedAt: new Date() });
  }
  return true;
}

async function undoOne({ db, queue }: Deps, { id, runId }: OpenUndo): Promise<void> {
  // the oldest of the run on a series takes the later ones with it
  const target = await Enrichment.query(db)
    .findOne({ runId })
    .whereNull('undoneAt')
    .orderBy(['appliedAt', 'id'])
    .limit(1);
  await db.transaction(async (trx) => {
    const locked = target && (await lockSeries(trx, target.seriesId));
    const current = locked && (await Enrichment.query(trx).findById(target.id));
    if (locked && current?.undoneAt === null) await undoSince(trx, queue, locked, current);
    await trx.raw(
      `with rest as (
         select count(distinct series_id)::int as series from enrichment where run_id = :runId and undone_at is null
       )
       update operation set
         state = case when rest.series = 0 then 'done' else 'running' end,
         done = greatest(total - rest.series, 0),
         started_at = coalesce(started_at, now()),
         finished_at = case when rest.series = 0 then now() end,
         updated_at = now()
       from rest where id = :id`,
      { id, runId },
    );
  });
}
