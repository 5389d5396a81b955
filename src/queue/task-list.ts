import type { Job } from 'graphile-worker';
import { z } from 'zod';
import { withContext } from '../base/context';
import { isCoded } from '../base/errors';
import type { TaskTimer } from './task-times';
import type { Handlers, TaskContext, TaskName } from './tasks';

const envelope = z.object({ payload: z.unknown(), correlationId: z.string() });

/** What the tasks of one runner share. */
export interface Work extends Pick<TaskContext, 'db' | 'queue' | 'log' | 'signal'> {
  handlers: Handlers;
  /** Tasks that run, or were cut off by the stop: to be given back. */
  unfinished: Map<string, Job>;
  timer: TaskTimer;
}

type GraphileTask = (payload: unknown, helpers: { job: Job }) => Promise<void>;

/** Our handlers as graphile-worker wants them. */
export function taskList(work: Work): Record<string, GraphileTask> {
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
      work.timer.ran(name, performance.now() - started);
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
