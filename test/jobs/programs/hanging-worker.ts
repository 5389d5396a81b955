import { silentLog } from '../../../src/base/log';
import { openDatabase } from '../../../src/db/database';
import { startRunner } from '../../../src/queue/runner';
import { handlersOf } from '../support';

/** A worker of its own process that takes a task and never ends it; it tells when it has begun. */
async function hang(url: string): Promise<void> {
  const log = silentLog();
  const db = await openDatabase(url, { log });
  const forever = () => {
    process.send?.('entered');
    return new Promise<never>(() => undefined);
  };
  await startRunner({ url, db, log, handlers: handlersOf({ analyzeBook: forever, scanLibrary: forever }) });
}

void hang(process.argv[2] ?? '');
