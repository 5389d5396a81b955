import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { run, type Job, type Runner as GraphileRunner, type WorkerPool } from 'graphile-worker';
import { Pool } from 'pg';
import type { Log } from '../base/log';
import type { Database } from '../db/database';
import { graphileLog } from './graphile-log';
import { forgetSuperseded } from './liveness';
import { createQueue, queueSchema } from './queue';
import { taskList, type Work } from './task-list';
import { createTaskTimer } from './task-times';
import type { Handlers } from './tasks';
import { openWorkerLock, type WorkerLock } from './worker-lock';

export interface RunnerOptions {
  url: string;
  db: Database;
  handlers: Handlers;
  log: Log;
  /** Tasks at a time. */
  concurrency?: number;
  /** Stops the runner when it aborts. */
  signal?: AbortSignal;
  /** Milliseconds that a task has to react when the runner stops; then it is given back while it still runs. */
  grace?: number;
  /** Milliseconds between looks for tasks whose time has come. */
  pollInterval?: number;
}

/** Takes tasks from the queue and runs them, until it is stopped. */
export interface Runner {
  /** Takes nothing more, aborts what runs, gives back what does not finish. */
  stop(): Promise<void>;
  /** Resolves after a stop; rejects when the runner ended by itself: its process should end and be started again. */
  ended: Promise<void>;
}

/** An idle worker is woken by NOTIFY; this is for tasks whose time comes (a next try, a line that is free again). */
const defaultPollInterval = 1_000;
/** A line is free a few milliseconds after its task is done, for which the queue library does not look by itself. */
const lineFreeAfter = 15;

interface Connections {
  pool: Pool;
  lock: WorkerLock;
}

/** Starts a runner: one queue worker with its own connections and a lock that says that it lives. */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const { url, db, log, handlers, concurrency = 1, grace = 4_000 } = options;
  const stopping = new AbortController();
  const timer = createTaskTimer(db, log);
  const shared = { db, queue: createQueue(db), log, signal: stopping.signal, handlers };
  const work: Work = { ...shared, unfinished: new Map(), timer };
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    if (stopping.signal.aborted) return;
    failure = error;
    log.error({ err: error }, 'the runner ended by itself');
    stopping.abort();
  };
  const pool = openPool(url, concurrency, log);
  const { pollInterval = defaultPollInterval } = options;
  const connections = { pool, lock: await openWorkerLock(url, fail) };
  let worker: WorkerPool | undefined;
  const runner = await runGraphile(work, connections, { concurrency, pollInterval }, (started) => {
    worker = started;
  }).catch(async (error: unknown) => {
    await close(connections);
    throw error;
  });

  const live = async (): Promise<void> => {
    const endedByItself = runner.promise.then(() => fail(new Error('The queue library stopped')), fail);
    await Promise.race([aborted(stopping.signal), endedByItself]);
    await Promise.race([stopGracefully(runner), pause(grace, undefined, { ref: false })]);
    await giveBack(db, worker?.id, [...work.unfinished.values()]).catch((error: unknown) =>
      // the sweep does it
      log.warn({ err: error }, 'tasks could not be given back'),
    );
    await Promise.race([timer.close(), pause(500, undefined, { ref: false })]);
    await close(connections);
    if (failure !== undefined) throw failure;
  };
  const ended = live();
  // logged already; told to whoever waits for it
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended.catch(() => undefined);
  };
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  if (options.signal?.aborted) void stop();
  return { stop, ended };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

async function runGraphile(
  work: Work,
  { pool, lock }: Connections,
  pace: { concurrency: number; pollInterval: number },
  began: (worker: WorkerPool) => void,
): Promise<GraphileRunner> {
  // before the worker looks for its first task: a task is never held by a worker without lock
  const startWorker = async (_context: unknown, { worker }: { worker: { workerPool: WorkerPool } }) => {
    began(worker.workerPool);
    await lock.take(worker.workerPool.id);
  };
  const runner = await run({
    pgPool: pool,
    schema: queueSchema,
    ...pace,
    noHandleSignals: true,
    parsedCronItems: [],
    logger: graphileLog(work.log),
    taskList: taskList(work),
    preset: {
      // batched only so that a stop waits for them, and so that they are tried again while the database is away
      worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 },
      plugins: [{ name: 'worker-lock', worker: { hooks: { startWorker } } }],
    },
  });
  runner.events.on('job:complete', ({ job, worker }) => {
    if (job.job_queue_id === null) return;
    setTimeout(() => {
      if (!work.signal.aborted) worker.workerPool.nudge(1);
    }, lineFreeAfter).unref();
  });
  return runner;
}

async function close({ pool, lock }: Connections): Promise<void> {
  await Promise.all([lock.close(), pool.end()]);
}

function openPool(url: string, concurrency: number, log: Log): Pool {
  // one connection listens, one completes
  const pool = new Pool({ connectionString: url, max: concurrency + 2, application_name: 'kiremisu runner' });
  const report = (err: Error) => log.warn({ err }, 'a connection of the queue broke');
  pool.on('error', report);
  pool.on('connect', (client) => client.on('error', report));
  return pool;
}

async function stopGracefully(runner: GraphileRunner): Promise<void> {
  // rejects when it has stopped already
  await runner.stop().catch(() => undefined);
}

/** A stop is no failure: the try does not count, and there is no pause before the next. */
async function giveBack(db: Database, worker: string | undefined, jobs: Job[]): Promise<void> {
  if (worker === undefined || jobs.length === 0) return;
  await db.transaction(async (trx) => {
    await trx.raw('select graphile_worker.force_unlock_workers(array[?])', [worker]);
    for (const { id, attempts } of jobs) {
      // without a key it was asked for again meanwhile, and the newer one counts
      await trx.raw(
        `select id from graphile_worker.reschedule_jobs(array(select id from graphile_worker.jobs
           where id = ? and key is not null and locked_at is null), now(), null, ?)`,
        [id, attempts - 1],
      );
    }
    await forgetSuperseded(trx);
  });
}
