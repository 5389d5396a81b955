import type { Knex } from 'knex';
import type { Log } from '../base/log';
import type { Database } from '../db/database';
import type { TaskName } from './tasks';
import { lockOf } from './worker-lock';

export interface Swept {
  /** Tasks that are free again. */
  released: number;
  /** Tasks whose worker died in their last try. */
  failed: { task: TaskName; key: string }[];
}

interface HeldTask {
  id: string;
  task: TaskName;
  key: string | null;
  attempts: number;
  maxAttempts: number;
}

const deathNotice = 'The worker died while it ran this task';

/**
 * Frees the tasks of workers that died: graphile-worker itself would wait four hours. Any process may call it at any
 * time. A task that kills its worker does not run for ever: its tries stay counted, with growing pauses.
 */
export async function sweepDeadWorkers(db: Database, log: Log): Promise<Swept> {
  return db.transaction(async (trx) => {
    const dead = await deadWorkers(trx);
    const swept = dead.length === 0 ? { released: 0, failed: [] } : await release(trx, dead);
    await forgetSuperseded(trx);
    if (dead.length > 0) log.warn({ workers: dead, ...swept }, 'tasks of dead workers released');
    return swept;
  });
}

/** Those who hold tasks while their lock is free. Their locks are ours until commit, so that two sweeps cannot meet. */
async function deadWorkers(trx: Knex.Transaction): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { worker: string }[] }>(
    `with holders as materialized (
       select distinct locked_by as worker from graphile_worker.jobs where locked_by is not null
     )
     select worker from holders where pg_try_advisory_xact_lock(${lockOf('worker')})`,
  );
  return rows.map(({ worker }) => worker);
}

async function release(trx: Knex.Transaction, dead: string[]): Promise<Swept> {
  const { rows } = await trx.raw<{ rows: HeldTask[] }>(
    `select id::text, task_identifier as task, key, attempts, max_attempts as "maxAttempts"
     from graphile_worker.jobs where locked_by = any(?)`,
    [dead],
  );
  await trx.raw('select graphile_worker.force_unlock_workers(?)', [dead]);
  const failed = rows.flatMap(({ id, task, key, attempts, maxAttempts }) =>
    key !== null && attempts >= maxAttempts ? [{ id, task, key }] : [],
  );
  await trx.raw('select id from graphile_worker.permanently_fail_jobs(?::bigint[], ?)', [
    failed.map(({ id }) => id),
    deathNotice,
  ]);
  // a worker may die without fault of its task: the second try follows at once
  await trx.raw(
    `select graphile_worker.reschedule_jobs(array_agg(id), now() + exp(least(attempts, 10)) * interval '1 second')
     from graphile_worker.jobs where id = any(?::bigint[]) and attempts > 1 and attempts < max_attempts group by attempts`,
    [rows.map(({ id }) => id)],
  );
  return {
    released: rows.filter(({ attempts, maxAttempts }) => attempts < maxAttempts).length,
    failed: failed.map(({ task, key }) => ({ task, key })),
  };
}

/**
 * A task that was asked for again while it ran has lost its key to its successor; when it fails it stays behind, not to
 * be tried again and of no interest to anybody.
 */
export async function forgetSuperseded(trx: Knex.Transaction): Promise<void> {
  await trx.raw(
    `select id from graphile_worker.complete_jobs(array(select id from graphile_worker.jobs
       where key is null and locked_at is null and attempts >= max_attempts))`,
  );
}
