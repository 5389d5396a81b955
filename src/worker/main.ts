import { once } from 'node:events';
import { createLog } from '../base/log';
import { closeDatabase, openDatabase } from '../db/database';
import { createQueue } from '../queue/queue';
import type { FromWorker, ToWorker } from './config';
import { submitStartupScans } from './due';
import { lowerPriority } from './niceness';
import { keepSweeping } from './sweep';
import { startThreads } from './threads';

/** Threads give back what they do within four seconds; the server waits for this process seven. */
const drainLimit = 5_500;
/** For a stop while the database does not answer. */
const stopLimit = 6_500;

/** The second process: runs tasks in threads until the server asks it to end, or is gone. */
async function work({ config, firstStart }: ToWorker & { type: 'start' }, stopping: AbortSignal): Promise<void> {
  const log = createLog(config.logLevel, { process: 'worker' }, config.logFile);
  lowerPriority(log);
  const db = await openDatabase(config.databaseUrl, { log, max: 2, applicationName: 'kiremisu worker' });
  const sweeping = keepSweeping(db, log, stopping);
  const queue = createQueue(db);
  if (firstStart) {
    await submitStartupScans(db, queue);
    await queue.submit('cleanUp', {});
  }
  const threads = await startThreads(config, log);
  void threads.ready.then(() => tellServer({ type: 'ready' }));
  if (!stopping.aborted) await once(stopping, 'abort');
  await threads.stop(drainLimit);
  await sweeping;
  await closeDatabase(db);
  log.info('worker process ends');
}

function tellServer(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

/** A signal for the whole group (Ctrl-C), a stop and the end of the server may come together: the first counts. */
function listen(): void {
  const stopping = new AbortController();
  let started = false;
  const stop = () => {
    if (!started) process.exit(0);
    stopping.abort();
    setTimeout(() => process.exit(1), stopLimit).unref();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  process.on('message', (message: ToWorker) => {
    if (message.type === 'stop') return stop();
    started = true;
    work(message, stopping.signal).then(
      () => process.exit(0),
      (error: unknown) => {
        const { logLevel, logFile } = message.config;
        createLog(logLevel, { process: 'worker' }, logFile).fatal({ err: error }, 'worker process failed');
        process.exit(1);
      },
    );
  });
}

listen();
