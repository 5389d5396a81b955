import { Client } from 'pg';

/** Seed of the hash that makes a worker's name an advisory lock, so that no other lock of ours meets it. */
const seed = 0x6b776c;

/** SQL: the lock of the worker whose name is the expression. */
export const lockOf = (worker: string): string => `hashtextextended(${worker}, ${seed})`;

/** A session of its own, whose locks say which workers live: they end with the process, however it ends. */
export interface WorkerLock {
  take(worker: string): Promise<void>;
  close(): Promise<void>;
}

/** `lost` is told when the session breaks: others may take the worker's tasks from then on. */
export async function openWorkerLock(url: string, lost: (error: Error) => void): Promise<WorkerLock> {
  const client = new Client({ connectionString: url, application_name: 'kiremisu worker lock', keepAlive: true });
  let closing = false;
  client.on('error', (error) => {
    if (!closing) lost(error);
  });
  client.on('end', () => {
    if (!closing) lost(new Error('The session that holds the worker lock ended'));
  });
  await client.connect();
  // a runner takes the locks of all of its workers at once, a connection does one thing at a time
  let turn: Promise<unknown> = Promise.resolve();
  return {
    take: async (worker) => {
      const taken = turn.then(() => client.query(`select pg_advisory_lock(${lockOf('$1')})`, [worker]));
      turn = taken.catch(() => undefined);
      await taken;
    },
    close: async () => {
      closing = true;
      await client.end();
    },
  };
}
