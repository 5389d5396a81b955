import { setTimeout as pause } from 'node:timers/promises';
import { run, type Job, type Runner as GraphileRunner, type WorkerPool } from 'graphile-worker';
import { Pool } from 'pg';
import { z } from 'zod';
import { withContext } from '../base/context';
import { isCoded } from '../base/errors';
import type { Log } from '../base/log';
import type { Database } from '../db/database';
import { graphileLog } from './graphile-log';
import { createQueue, queueSchema } from './queue';
import type { Handlers, TaskContext, TaskName } from './tasks';
import { openWorkerLock } from './worker-lock';

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
}

/** Takes tasks from the queue and runs them, until it is stopped. */
export interface Runner {
  /** Takes nothing more, aborts what runs, gives back what does not finish. */
  stop(): Promise<void>;
  /** Resolves after a stop; rejects when the runner ended by itself: its process should end and be started again. */
  ended: Promise<void>;
}

/** An idle worker is woken by NOTIFY; this is for tasks whose time comes (a next try, a line that is free again). */
const pollInterval = 1_000;
/** A line is free a few milliseconds after its task is done, for which the queue library does not look by itself. */
const lineFreeAfter = 15;

const envelope = z.object({ payload: z.unknown(), correlationId: z.string() });

interface Work extends Pick<TaskContext, 'db' | 'queue' | 'log' | 'signal'> {
  handlers: Handlers;
  /** Tasks that run, or were cut off by the stop: to be given back. */
  unfinished: Map<string, Job>;
}

/** Starts a runner: one queue worker with its own connections and a lock that says that it lives. */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const { url, db, log, handlers, concurrency = 1, grace = 4_000 } = options;
  const stopping = new AbortController();
  const work: Work = { db, queue: createQueue(db), log, signal: stopping.signal, handlers, unfinished: new Map() };
  const pool = openPool(url, concurrency, log);
  const lock = await openWorkerLock(url, (error) => fail(error));
  let queueWorker: WorkerPool | undefined;
  let failure: Error | undefined;
  let stopped: Promise<void> | undefined;

  const runner = await run({
    pgPool: pool,
    schema: queueSchema,
    concurrency,
    pollInterval,
    noHandleSignals: true,
    parsedCronItems: [],
    logger: graphileLog(log),
    taskList: taskList(work),
    preset: {
      // batched only so that a stop waits for them, and so that they are tried again while the database is away
      worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 },
      plugins: [
        {
          name: 'worker-lock',
          worker: {
            hooks: {
              // before the worker looks for its first task: a task is never held by a worker without lock
              startWorker: async (_context, { worker }) => {
                queueWorker = worker.workerPool;
                await lock.take(worker.workerPool.id);
              },
            },
          },
        },
      ],
    },
  }).catch(async (error: unknown) => {
    await Promise.all([lock.close(), pool.end()]);
    throw error;
  });

  function fail(error: Error): void {
    if (stopping.signal.aborted) return;
    failure = error;
    log.error({ err: error }, 'the runner ended by itself');
    void stop();
  }

  function stop(): Promise<void> {
    stopped ??= wind();
    return stopped;
  }

  async function wind(): Promise<void> {
    stopping.abort();
    await Promise.race([stopGracefully(runner), pause(grace, undefined, { ref: false })]);
    await giveBack(db, queueWorker?.id, [...work.unfinished.values()]).catch((error: unknown) =>
      // the sweep does it
      log.warn({ err: error }, 'tasks could not be given back'),
    );
    await Promise.all([lock.close(), pool.end()]);
  }

  runner.events.on('job:complete', ({ job }) => {
    if (job.job_queue_id === null) return;
    setTimeout(() => {
      if (!stopping.signal.aborted) queueWorker?.nudge(1);
    }, lineFreeAfter).unref();
  });
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  if (options.signal?.aborted) void stop();
  const ended = runner.promise
    .catch((error: unknown) => fail(error instanceof Error ? error : new Error(String(error))))
    .then(async () => {
      fail(new Error('The queue library stopped'));
      await stop();
      if (failure !== undefined) throw failure;
    });
  // told again to whoever asks
  ended.catch(() => undefined);
  return { stop, ended };
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

function taskList(work: Work): Record<string, (payload: unknown, helpers: { job: Job }) => Promise<void>> {
  const names = Object.keys(work.handlers) as TaskName[];
  return Object.fromEntries(names.map((name) => [name, (payload, { job }) => perform(work, name, payload, job)]));
}

async function perform(work: Work, name: TaskName, raw: unknown, job: Job): Promise<void> {
  const { payload, correlationId } = envelope.parse(raw);
  const { db, queue, signal } = work;
  const attempt = job.attempts;
  const lastAttempt = attempt >= job.max_attempts;
  const log = work.log.child({ task: name });
  // what lies in the queue was typed when it was submitted
  const handler = work.handlers[name] as (context: TaskContext, payload: unknown) => Promise<void>;
  await withContext({ correlationId, taskId: job.id }, async () => {
    const started = performance.now();
    const timing = () => ({ attempt, ms: Math.round(performance.now() - started) });
    work.unfinished.set(job.id, job);
    log.debug({ attempt }, 'task started');
    try {
      await handler({ db, queue, log, signal, attempt, lastAttempt }, payload);
      work.unfinished.delete(job.id);
      log.debug(timing(), 'task done');
    } catch (error) {
      if (signal.aborted) {
        log.info(timing(), 'task interrupted');
        throw error;
      }
      work.unfinished.delete(job.id);
      const fields = { ...timing(), err: error };
      if (lastAttempt) log.error(fields, 'task failed for good');
      if (!lastAttempt) log.warn(fields, 'task failed, it will be tried again');
      throw isCoded(error) ? new Error(`${error.code}: ${error.message}`, { cause: error }) : error;
    }
  });
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
  });
}
