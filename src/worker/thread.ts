import { parentPort, workerData } from 'node:worker_threads';
import { createLog, type Log } from '../base/log';
import { outliveStrayRejections } from '../base/stray-rejections';
import { closeDatabase, openDatabase, type Database } from '../db/database';
import type { WorkerConfig } from './config';

export interface Thread {
  config: WorkerConfig;
  name: string;
  db: Database;
  log: Log;
  /** Aborts when Bree asks the thread to end. */
  signal: AbortSignal;
  /** Tells Bree that the thread does its work now. */
  tellReady: () => void;
}

/** Frame of a thread's program: opens what it needs, ends the thread with code 0, or 1 when the work failed. */
export async function runThread(connections: number, work: (thread: Thread) => Promise<void>): Promise<never> {
  const { config, job } = workerData as { config: WorkerConfig; job: { name: string } };
  const log = createLog(config.logLevel, { process: 'worker', thread: job.name }, config.logFile);
  const stopping = new AbortController();
  outliveStrayRejections();
  parentPort?.on('message', (message) => {
    if (message === 'cancel') stopping.abort();
  });
  try {
    const applicationName = `kiremisu ${job.name}`;
    const db = await openDatabase(config.databaseUrl, { log, max: connections, applicationName });
    const tellReady = () => parentPort?.postMessage('ready');
    await work({ config, name: job.name, db, log, signal: stopping.signal, tellReady });
    await closeDatabase(db);
    process.exit(0);
  } catch (error) {
    log.fatal({ err: error }, 'the thread failed');
    process.exit(1);
  }
}
