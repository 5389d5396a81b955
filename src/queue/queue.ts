import { createHash, randomUUID } from 'node:crypto';
import { runMigrations } from 'graphile-worker';
import type { Knex } from 'knex';
import { Client } from 'pg';
import { currentContext } from '../base/context';
import type { Log } from '../base/log';
import type { Database } from '../db/database';
import { graphileLog } from './graphile-log';
import { taskRules, type Priority, type Queue, type SubmitOptions, type TaskName, type Tasks } from './tasks';

/** graphile-worker's schema. Its functions and the view `jobs` are its interface; `_private_…` tables are not ours to write. */
export const queueSchema = 'graphile_worker';

/** What lies in the queue: the task's payload, and whose request caused it. */
export interface Envelope {
  payload: unknown;
  correlationId: string;
}

interface Spec {
  identifier: TaskName;
  payload: Envelope;
  queue_name: string | null;
  max_attempts: number;
  job_key: string;
  priority: number;
}

/** Advisory lock of those who install the queue: "kiremq" as a number. */
const installLock = 0x6b6972656d71;
/** Tasks in one statement: about 1 MB of JSON. */
const chunkSize = 5_000;
/** Rounds until a submission gives up; the second is only needed when a worker takes a task in the very moment. */
const maxRounds = 5;

/** Installs or upgrades the queue's tables. Processes that start at once take turns. */
export async function migrateQueue(url: string, log: Log): Promise<void> {
  const lock = new Client({ connectionString: url, application_name: 'kiremisu migrate' });
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [installLock]);
    await runMigrations({ connectionString: url, schema: queueSchema, maxPoolSize: 1, logger: graphileLog(log) });
  } finally {
    await lock.end();
  }
}

/** The durable queue in our words, on graphile-worker's tables. */
export function createQueue(db: Database): Queue {
  return {
    submit: (task, payload, options = {}) => submitAll(db, task, [payload], options),
    submitMany: (task, payloads, options = {}) => submitAll(db, task, payloads, options),
  };
}

async function submitAll<T extends TaskName>(
  db: Database,
  task: T,
  payloads: Tasks[T][],
  { priority, trx }: SubmitOptions,
): Promise<void> {
  const correlationId = currentContext()?.correlationId ?? randomUUID();
  const specs = new Map<string, Spec>();
  for (const payload of payloads) {
    const spec = specOf(task, payload, correlationId, priority ?? taskRules[task].priority);
    specs.set(spec.job_key, spec);
  }
  // one order for all: two submissions of the same keys cannot wait for each other
  const sorted = [...specs].sort(([a], [b]) => (a < b ? -1 : 1));
  if (trx !== undefined || sorted.length <= chunkSize) return submitChunks(trx ?? db, sorted);
  await db.transaction((own) => submitChunks(own, sorted));
}

async function submitChunks(db: Database | Knex.Transaction, specs: [string, Spec][]): Promise<void> {
  for (let at = 0; at < specs.length; at += chunkSize) {
    await submitChunk(db, new Map(specs.slice(at, at + chunkSize)));
  }
}

function specOf<T extends TaskName>(task: T, payload: Tasks[T], correlationId: string, priority: Priority): Spec {
  const rule = taskRules[task];
  return {
    identifier: task,
    payload: { payload, correlationId },
    queue_name: rule.group === undefined ? null : lineOf(rule.group(payload), rule.lines),
    max_attempts: rule.attempts,
    job_key: rule.key(payload),
    // graphile-worker does the smallest number first
    priority: 8 - priority,
  };
}

function lineOf(group: string, lines: number | undefined): string {
  if (lines === undefined) return group;
  const [kind = group] = group.split(':');
  return `${kind}:${createHash('sha1').update(group).digest().readUInt32BE() % lines}`;
}

/**
 * Keys that wait already: "preserve run_at" keeps their place in the line ('replace' would send them to its end), and
 * sets a task that waits for its next try going again at once ('unsafe_dedupe' would drop what was asked while the task
 * runs). It takes over the new priority, also a lower one, so the better of both is passed.
 *
 * add_jobs leaves out a key whose task is taken by a worker between its two statements, so that the request would be
 * lost: asked again, it sees the task running and queues the key once more.
 */
async function submitChunk(db: Database | Knex.Transaction, specs: Map<string, Spec>): Promise<void> {
  for (let round = 0; specs.size > 0; round++) {
    if (round === maxRounds) throw new Error('The queue did not take a task');
    const { rows } = await db.raw<{ rows: { key: string }[] }>(
      `with asked as (
         select * from json_to_recordset(?::json) as asked
           (identifier text, payload json, queue_name text, max_attempts int, job_key text, priority int)
       ), specs as (
         select array_agg((identifier, payload, asked.queue_name, null, asked.max_attempts, job_key,
             least(asked.priority, waiting.priority), null)::graphile_worker.job_spec order by job_key) as list
         from asked
         left join graphile_worker.jobs as waiting on waiting.key = asked.job_key and waiting.locked_at is null
           and waiting.attempts < waiting.max_attempts
       )
       select key from graphile_worker.add_jobs((select list from specs), true)`,
      [JSON.stringify([...specs.values()])],
    );
    for (const { key } of rows) specs.delete(key);
  }
}

export interface FailedTask {
  id: string;
  task: TaskName;
  /** Kind and subject: `analyzeBook:<book id>`. */
  key: string;
  error: string;
  attempts: number;
  createdAt: Date;
}

/** Neither waiting nor running: it used up its attempts. Without a key it was asked for again, and the newer one counts. */
const isFailed = 'locked_at is null and attempts >= max_attempts and key is not null';
const isPending = '(locked_at is not null or attempts < max_attempts)';

/** Tasks that wait for an administrator's decision, newest first. */
export async function failedTasks(db: Database, limit = 100): Promise<FailedTask[]> {
  const { rows } = await db.raw<{ rows: FailedTask[] }>(
    `select id::text, task_identifier as task, key, coalesce(last_error, '') as error, attempts, created_at as "createdAt"
     from graphile_worker.jobs where ${isFailed} order by id desc limit ?`,
    [limit],
  );
  return rows;
}

/** How many tasks of each kind wait for an administrator's decision. */
export async function failedCounts(db: Database): Promise<{ task: TaskName; count: number }[]> {
  const { rows } = await db.raw<{ rows: { task: TaskName; count: number }[] }>(
    `select task_identifier as task, count(*)::int as count from graphile_worker.jobs
     where ${isFailed} group by task_identifier order by task_identifier`,
  );
  return rows;
}

/** Failed tasks by their ids; null: all of them. */
type FailedIds = string[] | null;

const chosen = `array(select id from graphile_worker.jobs
  where ${isFailed} and (cast(:ids as text[]) is null or id::text = any(:ids)))`;

/** Lets failed tasks begin anew, and says how many that are. */
export async function retryTasks(db: Database, ids: FailedIds): Promise<number> {
  // a worker that is idle looks at the table only when told so
  const { rows } = await db.raw<{ rows: [{ count: number }] }>(
    `with retried as materialized (select id from graphile_worker.reschedule_jobs(${chosen}, now(), null, 0)),
       told as materialized (select pg_notify('jobs:insert', json_build_object('count', count(*))::text) from retried)
     select (select count(*) from retried)::int as count from told`,
    { ids },
  );
  return rows[0].count;
}

/** Forgets failed tasks, and says how many that are. */
export async function discardTasks(db: Database, ids: FailedIds): Promise<number> {
  const { rows } = await db.raw<{ rows: [{ count: number }] }>(
    `select count(*)::int as count from graphile_worker.complete_jobs(${chosen})`,
    { ids },
  );
  return rows[0].count;
}

export interface PendingCounts {
  count: number;
  countByType: Partial<Record<TaskName, number>>;
}

/** What waits or runs. */
export async function pendingCounts(db: Database): Promise<PendingCounts> {
  const { rows } = await db.raw<{ rows: { task: TaskName; count: number }[] }>(
    `select task_identifier as task, count(*)::int as count from graphile_worker.jobs
     where ${isPending} group by task_identifier order by task_identifier`,
  );
  return {
    count: rows.reduce((sum, { count }) => sum + count, 0),
    countByType: Object.fromEntries(rows.map(({ task, count }) => [task, count])),
  };
}

/** Forgets everything that waits; what runs goes on. Tells how many were forgotten. */
export async function deletePending(db: Database): Promise<number> {
  const { rows } = await db.raw<{ rows: [{ count: number }] }>(
    `select count(*)::int as count from graphile_worker.complete_jobs(
       array(select id from graphile_worker.jobs where locked_at is null and attempts < max_attempts))`,
  );
  return rows[0].count;
}
