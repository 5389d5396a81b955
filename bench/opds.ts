import { Agent } from 'node:http';
import path from 'node:path';
import sharp from 'sharp';
import { publicId } from '../src/base/public-id';
import type { Database } from '../src/db/database';
import { Book } from '../src/model/book';
import { Library } from '../src/model/library';
import { zipOf } from '../scripts/zip-file';
import { drain, contextOf } from '../test/library/support';
import { aLibrary } from '../test/support/builders';
import { put } from '../test/support/book-builders';
import { scanLibrary } from '../src/library/scan';
import { withCatalogue, type Catalogue, type SizeName } from './catalogue';
import { cells, figures, load, option, print, rounds, timed } from './figures';
import { openSite, replay, statementsOf, type Site } from './site';

/** performance.md §10: 200 ms is the line that nothing a person waits for may cross. */
const hardLimit = 200;
const most = Number(option('rounds') ?? 40);
/** For one feed. */
const seconds = 5;
const pagesEach = 40;

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

async function times(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const found: number[] = [];
  for (let round = 0; round < count; round++) found.push(await timed(work));
  return found;
}

/** Milliseconds of the processor since `before`: says more than the clock where other work shares the machine. */
function processorTime(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function measureFeed(site: Site, path: string, key: string): Promise<boolean> {
  const bytes = await site.ask({ path, key });
  const statements = await statementsOf(site, { path, key });
  const [http, sql, postgres, server]: [number[], number[], number[], number[]] = [[], [], [], []];
  await rounds(most, seconds, async () => {
    const before = process.cpuUsage();
    http.push(await timed(() => site.ask({ path, key })));
    server.push(processorTime(before));
    sql.push(await timed(async () => postgres.push(await replay(site.db, statements))));
  });
  const [asked, bare] = [figures(http), figures(sql)];
  const processors = [figures(postgres)[0], figures(server)[0]];
  const isSlow = asked[1] > hardLimit;
  const numbers = [String(statements.length).padStart(6), `×${(asked[0] / bare[0]).toFixed(2)}`.padStart(8)];
  const name = path.replace(/[0-9A-Z]{26}/g, '{id}').slice('/opds/'.length);
  print(
    `${name.padEnd(34)}${cells(asked)}  ${cells([...bare, ...processors])}${numbers.join('')}${String(bytes).padStart(8)}${isSlow ? '  SLOW' : ''}`,
  );
  return !isSlow;
}

async function measureFeeds(site: Site, libraryId: string, key: string): Promise<boolean> {
  print(`${''.padEnd(34)}${'HTTP, ms'.padStart(21)}  ${'bare SQL, ms'.padStart(21)}${'CPU, ms'.padStart(14)}`);
  print(`${'feed'.padEnd(34)}    p50    p95    p99      p50    p95    p99 Postgr   ours  stmt   ratio   bytes`);
  const feeds = await feedsOf(site.db, libraryId);
  let slow = 0;
  for (const at of feeds) if (!(await measureFeed(site, at, key))) slow++;
  print(`${feeds.length} feeds, ${slow} of them above ${hardLimit} ms (p95), load ${load()}`);
  return slow === 0;
}

/** Noise, so that a page has the weight of a scan: 1,400 pixels wide, some 300 kB. */
async function page(): Promise<Buffer> {
  const create = { width: 1400, height: 2000, channels: 3 as const, background: '#888' };
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 12 };
  return sharp({ create: { ...create, noise } })
    .jpeg({ quality: 50 })
    .toBuffer();
}

/** A library of real files, once a catalogue. */
async function makeBooks(db: Database, url: string, root: string): Promise<Book[]> {
  const made = await Library.query(db).findOne({ name: 'Real files' });
  if (made) return Book.query(db).where({ libraryId: made.id, mediaStatus: 'READY' });
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
  { site, books, key }: { site: Site; books: Book[]; key: string },
  { clients, width, turns }: { clients: number; width: number | null; turns: number },
): Promise<void> {
  const query = width === null ? '' : `?maxWidth=${width}`;
  const found: number[] = [];
  let bytes = 0;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const book = publicId(books[client % books.length]?.id ?? '');
      let next = client * 7;
      const turn = async () => {
        const at = `/opds/v1.2/books/${book}/pages/${next++ % pagesEach}${query}`;
        bytes += await site.ask({ path: at, key, agent });
      };
      found.push(...(await times(turns, turn)));
      agent.destroy();
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  const name = `${clients} clients, ${width === null ? 'as they are' : `${width} pixels wide`}`;
  const rate = `${(found.length / seconds).toFixed(0).padStart(6)} pages/s ${(bytes / seconds / 1e6).toFixed(0)} MB/s`;
  print(`${name.padEnd(40)}${cells(figures(found))}  ${rate}`);
}

async function measurePages(reading: { site: Site; books: Book[]; key: string }): Promise<void> {
  print(`${'pages'.padEnd(40)}    p50    p95    p99`);
  for (const [clients, turns] of [
    [1, 200],
    [20, 40],
    [100, 20],
  ] as const) {
    await turnPages(reading, { clients, width: null, turns });
    await turnPages(reading, { clients, width: 800, turns: Math.ceil(turns / 4) });
  }
}

async function atSize({ db, url, folder, libraryIds, keys }: Catalogue): Promise<boolean> {
  const books = await makeBooks(db, url, path.join(folder, 'books'));
  const site = await openSite(db, path.join(folder, 'cache'));
  try {
    const isGood = await measureFeeds(site, libraryIds[0] ?? '', keys.all);
    await measurePages({ site, books, key: keys.all });
    return isGood;
  } finally {
    await site.close();
  }
}

/** Latency of the feeds, and readers who turn pages; with `--large` on 100,000 series and a million books. */
export function opds(): Promise<boolean> {
  const name: SizeName = process.argv.includes('--large') ? 'large' : 'small';
  return withCatalogue(name, atSize);
}
