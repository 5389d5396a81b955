import { silentLog } from '../../../src/base/log';
import { openDatabase } from '../../../src/db/database';
import { enrich } from '../../../src/library/enrich/run';
import { createQueue } from '../../../src/queue/queue';

/** A process that works through what is due, to be killed: database, server. */
async function main([url = '', server = '']: string[]): Promise<void> {
  const log = silentLog();
  const db = await openDatabase(url, { log });
  const context = {
    db,
    queue: createQueue(db),
    log,
    signal: new AbortController().signal,
    attempt: 1,
    lastAttempt: false,
  };
  const mangadex = { mode: 'auto' as const, apiUrl: server, uploadsUrl: server };
  await enrich(context, {}, { mangadex, tuning: { interval: 1, backoff: 1, lease: 600 } });
  await db.destroy();
}

void main(process.argv.slice(2));
