import { setTimeout as pause } from 'node:timers/promises';
import { createWatcher } from '../library/watch';
import { createQueue } from '../queue/queue';
import { runThread } from './thread';

/** New libraries and series are watched after this time at the latest. */
const refreshEvery = 20_000;

void runThread(1, async ({ db, log, signal, tellReady }) => {
  const watcher = createWatcher({ db, queue: createQueue(db), log });
  tellReady();
  while (!signal.aborted) {
    await watcher.refresh().catch((error: unknown) => log.warn({ err: error }, 'the folders to watch are not known'));
    await pause(refreshEvery, undefined, { signal }).catch(() => undefined);
  }
  watcher.close();
});
