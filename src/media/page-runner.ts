import path from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { fail, isCoded } from '../base/errors';
import type { PageTask, PageTaskResult } from './page-task';
import type { Slots } from './slots';

/** The threads that make pages; they end when nothing is to be done. */
export function createThreads(threads: number): Piscina<{ task: PageTask; port?: MessagePort }, PageTaskResult> {
  const extension = path.extname(__filename);
  return new Piscina({
    filename: path.join(__dirname, `page-thread${extension}`),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 30_000,
    // from sources the thread needs the loader of its own; `--import` does not reach a thread on Node 20
    execArgv: extension === '.ts' ? ['--require', require.resolve('tsx/cjs')] : [],
    // a thread that sleeps in Atomics.wait would neither close files nor deliver messages
    atomics: 'disabled',
  });
}

const bufferOf = (data: Uint8Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** The bytes that a task gave, or its error. */
export function dataOf(result: PageTaskResult): Buffer {
  if ('failed' in result) throw fail(result.failed.code, result.failed.details);
  if ('solid' in result) throw fail('ERR_2003', { reason: 'no data' });
  return bufferOf(result.data);
}

/**
 * Runs a task with a time limit; a thread that does not come back is ended and replaced. The time of a task begins when a
 * thread is free for it.
 */
export function createRunner(pool: ReturnType<typeof createThreads>, slots: Slots) {
  const runNow = async (task: PageTask, milliseconds: number, signal?: AbortSignal, port?: MessagePort) => {
    const timeout = AbortSignal.timeout(milliseconds);
    const either = signal ? AbortSignal.any([timeout, signal]) : timeout;
    const transferList = port ? [port] : [];
    try {
      return await pool.run(port ? { task, port } : { task }, { signal: either, transferList });
    } catch (error) {
      if (timeout.aborted) throw fail('ERR_2006', { kind: task.kind }, error);
      if (signal?.aborted === true) throw error;
      throw isCoded(error) ? error : fail('ERR_2003', { kind: task.kind }, error);
    }
  };
  return async (task: PageTask, milliseconds: number, signal?: AbortSignal, port?: MessagePort) => {
    try {
      return await slots.run(() => runNow(task, milliseconds, signal, port), signal);
    } finally {
      port?.close();
    }
  };
}

export type Runner = ReturnType<typeof createRunner>;
