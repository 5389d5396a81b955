import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { publicId } from '../src/base/public-id';
import { silentLog } from '../src/base/log';
import { closeDatabase, openDatabase, type Database } from '../src/db/database';
import { startEmbedded } from '../src/db/embedded';
import { migrate } from '../src/db/migrate';
import { createApp } from '../src/http/app';
import { createEventHub } from '../src/http/event-hub';
import { createApiKey } from '../src/library/api-keys';
import { createAuthentication } from '../src/library/authentication';
import { openBookPages } from '../src/library/book-pages';
import { createPosters } from '../src/library/posters';
import { createSessions } from '../src/library/sessions';
import { createViewers } from '../src/library/viewers';
import { defaultLimits } from '../src/media/limits';
import { Book } from '../src/model/book';
import { createQueue, migrateQueue } from '../src/queue/queue';
import { createTaskTotals } from '../src/queue/task-times';
import { zipOf } from '../scripts/zip-file';
import { drain, contextOf } from '../test/library/support';
import { aLibrary } from '../test/support/builders';
import { put } from '../test/support/book-builders';
import { scanLibrary } from '../src/library/scan';
import { seedCatalogue, type SeedSize } from './seed';

/** performance.md §10: 200 ms is the line that nothing a person waits for may cross. */
const hardLimit = 200;
const rounds = 40;
const pagesEach = 40;

const small: SeedSize = { series: 10_000, booksEach: 5 };
const large: SeedSize = { series: 100_000, booksEach: 10 };

type Figures = [p50: number, p95: number];

function figures(times: number[]): Figures {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
  return [at(0.5), at(0.95)];
}

const shown = (times: Figures): string => times.map((time) => time.toFixed(1).padStart(7)).join(' ');
const print = (line: string): void => void process.stdout.write(`${line}\n`);

interface Site {
  db: Database;
  /** Reads the answer to its end; throws unless it is a 200. */
  get: (path: string, agent?: Agent) => Promise<number>;
  close: () => Promise<void>;
}

/** The whole HTTP side, as main.ts wires it, but for the worker. */
async function open(db: Database, cacheDir: string, key: string): Promise<Site> {
  const log = silentLog();
  const queue = createQueue(db);
  const sessions = createSessions(db);
  const rememberMeDays = () => Promise.resolve(365);
  const yes = () => Promise.resolve(true);
  const pages = await openBookPages({ db, cacheDir });
  const events = createEventHub({ db, log });
  const record = () => Promise.resolve();
  const app = createApp({
    config: { basePath: '', trustProxy: false, corsOrigins: [] },
    ...{ log, db, queue, sessions, pages, events, rememberMeDays, taskTotals: createTaskTotals() },
    authentication: createAuthentication({ db, sessions, viewers: createViewers(db), record, rememberMeDays }),
    posters: createPosters({ db, queue, limits: defaultLimits }),
    health: { database: yes, migrations: yes, workers: () => true },
    draining: () => false,
    webFiles: new Map(),
  });
  const handle = app.callback();
  const server = createServer((incoming, response) => void handle(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const common = new Agent({ keepAlive: true });
  return {
    db,
    get: (at, agent = common) => get(server, agent, at, key),
    close: async () => {
      common.destroy();
      events.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pages.close();
    },
  };
}

function get(server: Server, agent: Agent, at: string, key: string): Promise<number> {
  const { port } = server.address() as AddressInfo;
  const headers = { 'x-api-key': key, 'accept-encoding': 'identity' };
  return new Promise((resolve, reject) => {
    const sent = request({ port, path: at, agent, headers }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('error', reject).on('end', () => {
        if (response.statusCode === 200) resolve(bytes);
        else reject(new Error(`${at} answers ${response.statusCode}`));
      });
    });
    sent.on('error', reject).end();
  });
}

async function statementsOf({ db, get }: Site, at: string): Promise<number> {
  let count = 0;
  const counting = () => void count++;
  db.on('query', counting);
  await get(at).finally(() => db.removeListener('query', counting));
  return count;
}

async function times(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const found: number[] = [];
  for (let round = 0; round < count; round++) {
    const begin = performance.now();
    await work();
    found.push(performance.now() - begin);
  }
  return found;
}

/** Paths of the feeds: those that every app opens, deep pages, searches, and the longest documents there are. */
async function feedsOf(db: Database, libraryId: string): Promise<string[]> {
  const book = await Book.query(db)
    .findOne({ mediaStatus: 'READY', libraryId })
    .orderBy('createdAt', 'desc')
    .throwIfNotFound();
  const library = publicId(libraryId);
  const v1 = [
    ...['catalog', 'keep-reading', 'ondeck', 'series', 'series?page=400', 'series?letter=a', 'series/latest'],
    ...['series/letters', 'books/latest', 'books/latest?size=50', 'books/latest?size=100', 'books/latest?page=1500'],
    ...[`books/latest?library=${library}`, 'books?search=lanterns', 'books?search=author%2012', 'books?search=zzqx'],
    ...['books?status=read', 'libraries', `libraries/${library}`, 'publishers', 'genres', 'tags'],
    ...[`series/${publicId(book.seriesId)}`, `books/${publicId(book.id)}`],
  ];
  const v2 = [
    ...['catalog', 'libraries/browse', 'libraries/books/latest', 'libraries/books/latest?size=50'],
    ...['libraries/keep-reading', 'libraries/on-deck', 'search?query=lanterns', `series/${publicId(book.seriesId)}`],
  ];
  return [...v1.map((at) => `/opds/v1.2/${at}`), ...v2.map((at) => `/opds/v2/${at}`)];
}

/** Processor time of this process, which asks and answers: says more than the clock where other work shares the machine. */
async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await times(rounds, work);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / rounds;
}

async function measureFeeds(site: Site, libraryId: string): Promise<boolean> {
  let isGood = true;
  print('feed                                           p50     p95  processor  statements   bytes');
  for (const at of await feedsOf(site.db, libraryId)) {
    const bytes = await site.get(at);
    const statements = await statementsOf(site, at);
    const found: number[] = [];
    const processor = await processorTime(async () => found.push(...(await times(1, () => site.get(at)))));
    const [p50, p95] = figures(found);
    const isSlow = p95 > hardLimit;
    if (isSlow) isGood = false;
    const numbers = [processor.toFixed(1).padStart(10), String(statements).padStart(11), String(bytes).padStart(8)];
    print(
      `${at.replace(/[0-9A-Z]{26}/g, '{id}').padEnd(42)} ${shown([p50, p95])} ${numbers.join(' ')}${isSlow ? '  SLOW' : ''}`,
    );
  }
  return isGood;
}

/** Noise, so that a page has the weight of a scan: 1,400 pixels wide, some 300 kB. */
async function page(): Promise<Buffer> {
  const create = { width: 1400, height: 2000, channels: 3 as const, background: '#888' };
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 12 };
  return sharp({ create: { ...create, noise } })
    .jpeg({ quality: 50 })
    .toBuffer();
}

async function makeBooks(db: Database, url: string, root: string): Promise<Book[]> {
  const data = await page();
  const files = Array.from({ length: pagesEach }, (_, index) => ({
    name: `${String(index).padStart(3, '0')}.jpg`,
    data,
  }));
  for (let book = 1; book <= 4; book++) put(root, `Streamed/Streamed ${book}.cbz`, zipOf(files));
  const library = await aLibrary(db, { name: 'Real files', root, hashFiles: false });
  await scanLibrary(contextOf({ db, url }), { libraryId: library.id, deep: false });
  await drain({ db, url });
  return Book.query(db).where({ libraryId: library.id, mediaStatus: 'READY' });
}

/** Every client has its own connection and reads on: the next page is asked for when the last one has come whole. */
async function turnPages(
  site: Site,
  books: Book[],
  clients: number,
  width: number | null,
  turns: number,
): Promise<void> {
  const query = width === null ? '' : `?maxWidth=${width}`;
  const found: number[] = [];
  let bytes = 0;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const book = books[client % books.length];
      let next = client * 7;
      const turn = async () =>
        (bytes += await site.get(
          `/opds/v1.2/books/${publicId(book?.id ?? '')}/pages/${next++ % pagesEach}${query}`,
          agent,
        ));
      found.push(...(await times(turns, turn)));
      agent.destroy();
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  const name = `${clients} clients, ${width === null ? 'as they are' : `${width} pixels wide`}`;
  print(
    `${name.padEnd(42)} ${shown(figures(found))}  ${(found.length / seconds).toFixed(0).padStart(6)} pages/s ${(bytes / seconds / 1e6).toFixed(0)} MB/s`,
  );
}

async function measurePages(site: Site, books: Book[]): Promise<void> {
  print('pages                                           p50     p95');
  for (const [clients, turns] of [
    [1, 200],
    [20, 40],
    [100, 20],
  ] as const) {
    await turnPages(site, books, clients, null, turns);
    await turnPages(site, books, clients, 800, Math.ceil(turns / 4));
  }
}

async function atSize(size: SeedSize): Promise<boolean> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-bench-opds-'));
  // the server's own user has to pass
  chmodSync(folder, 0o755);
  const log = silentLog();
  const embedded = await startEmbedded({ dataDir: path.join(folder, 'db'), log });
  const db = await openDatabase(embedded.url, { log });
  try {
    await migrate(db);
    await migrateQueue(embedded.url, log);
    print(`\n-- ${size.series} series, ${size.series * size.booksEach} books --`);
    const { userId, libraryIds } = await seedCatalogue(db, size);
    const { key } = await createApiKey(db, userId, 'bench');
    const books = await makeBooks(db, embedded.url, path.join(folder, 'books'));
    const site = await open(db, path.join(folder, 'cache'), key);
    try {
      const isGood = await measureFeeds(site, libraryIds[0] ?? '');
      await measurePages(site, books);
      return isGood;
    } finally {
      await site.close();
    }
  } finally {
    await closeDatabase(db);
    await embedded.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Latency of the feeds, and readers who turn pages; with `--large` also at 100,000 series and a million books. */
export async function opds(): Promise<boolean> {
  const sizes = process.argv.includes('--large') ? [small, large] : [small];
  let isGood = true;
  for (const size of sizes) if (!(await atSize(size))) isGood = false;
  return isGood;
}
