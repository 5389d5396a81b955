import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { silentLog } from '../src/base/log';
import { publicId } from '../src/base/public-id';
import { closeDatabase, openDatabase } from '../src/db/database';
import { startEmbedded } from '../src/db/embedded';
import { migrate } from '../src/db/migrate';
import { createApp } from '../src/http/app';
import { createEventHub } from '../src/http/event-hub';
import { createAuthentication } from '../src/library/authentication';
import { openBookPages } from '../src/library/book-pages';
import { createPosters } from '../src/library/posters';
import { scanLibrary } from '../src/library/scan';
import { createSessions } from '../src/library/sessions';
import { claim } from '../src/library/users';
import { createViewers } from '../src/library/viewers';
import { defaultLimits } from '../src/media/limits';
import { Book } from '../src/model/book';
import { createQueue, migrateQueue } from '../src/queue/queue';
import { createTaskTotals } from '../src/queue/task-times';
import { contextOf, drain } from '../test/library/support';
import { aLibrary } from '../test/support/builders';

/** What the server of the bench tells when it is ready. */
export interface Ready {
  port: number;
  /** Ids by file name. */
  books: Record<string, string>;
}

/** What a server has used so far. */
export interface Usage {
  /** Milliseconds of processor. */
  cpu: number;
  /** Bytes. */
  memory: number;
}

const log = silentLog();

export const login = { email: 'bench@example.org', password: 'not a secret' };

/** Scans the folder and ends. */
async function scan(folder: string): Promise<void> {
  const postgres = await startEmbedded({ dataDir: path.join(folder, 'data'), log });
  const { url } = postgres;
  const db = await openDatabase(url, { log, applicationName: 'bench' });
  await migrate(db);
  await migrateQueue(url, log);
  const options = { root: path.join(folder, 'library'), importBarcodeIsbn: false, hashFiles: false };
  const library = await aLibrary(db, options);
  await scanLibrary(contextOf({ db, url }), { libraryId: library.id, deep: false });
  await drain({ db, url });
  await claim(db, login.email, login.password);
  await closeDatabase(db);
  await postgres.stop();
}

/** The whole HTTP side over the scanned folder, in a process of its own so that its work can be told from the client's. */
async function serve(folder: string): Promise<void> {
  const postgres = await startEmbedded({ dataDir: path.join(folder, 'data'), log });
  const db = await openDatabase(postgres.url, { log, applicationName: 'bench' });
  const queue = createQueue(db);
  const sessions = createSessions(db);
  const rememberMeDays = () => Promise.resolve(365);
  const yes = () => Promise.resolve(true);
  const pages = await openBookPages({ db, cacheDir: path.join(folder, 'cache'), permittedMilliseconds: 3_000 });
  const record = () => Promise.resolve();
  const app = createApp({
    config: { basePath: '', trustProxy: false, corsOrigins: [] },
    ...{ log, db, queue, sessions, pages, events: createEventHub({ db, log }), rememberMeDays },
    taskTotals: createTaskTotals(),
    authentication: createAuthentication({ db, sessions, viewers: createViewers(db), record, rememberMeDays }),
    posters: createPosters({ db, queue, limits: defaultLimits }),
    health: { database: yes, migrations: yes, workers: () => true },
    draining: () => false,
    webFiles: new Map(),
  });
  const handle = app.callback();
  const server = createServer((incoming, response) => void handle(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const books = await Book.query(db).select('id', 'name');
  process.on('message', (message) => {
    if (message === 'usage') {
      const { user, system } = process.cpuUsage();
      process.send?.({ cpu: (user + system) / 1000, memory: process.memoryUsage.rss() } satisfies Usage);
    }
    if (message === 'stop') {
      const closed = closeDatabase(db).then(() => postgres.stop());
      void closed.then(() => process.exit(0));
    }
  });
  const { port } = server.address() as AddressInfo;
  const ids = Object.fromEntries(books.map(({ id, name }) => [name, publicId(id)]));
  process.send?.({ port, books: ids } satisfies Ready);
}

const [, , folder = '', mode = ''] = process.argv;
const work = mode === 'scan' ? scan(folder) : serve(folder);
void work.catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
  process.exit(1);
});
