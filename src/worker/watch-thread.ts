import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../db/database';
import { createWatcher } from '../library/watch';
import { createQueue } from '../queue/queue';
import { runThread } from './thread';

/** Folders that came otherwise than before our eyes are watched after this time at the latest. */
const refreshEvery = 20_000;
/** How often is asked whether a library is new, changed or was scanned: then its folders are watched at once. */
const askEvery = 1_000;

/** Another text when a library came, went, changed or was scanned. */
async function librariesAre(db: Database): Promise<string> {
  const { rows } = await db.raw<{ rows: [{ state: string }] }>(
    `select coalesce(string_agg(concat_ws(' ', id, root, watch, last_scan_at), ',' order by id), '') as state from library`,
  );
  return rows[0].state;
}

void runThread(1, async ({ db, log, signal, tellReady }) => {
  const watcher = createWatcher({ db, queue: createQueue(db), log });
  tellReady();
  let known = '';
  for (let passed = refreshEvery; !signal.aborted; passed += askEvery) {
    const state = await librariesAre(db).catch(() => known);
    if (state !== known || passed >= refreshEvery) {
      await watcher.refresh().catch((error: unknown) => log.warn({ err: error }, 'the folders to watch are not known'));
      known = state;
      passed = 0;
    }
    await pause(askEvery, undefined, { signal }).catch(() => undefined);
  }
  watcher.close();
});
