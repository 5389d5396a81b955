import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { ensureBuild, startBuiltServer, untilReady, type BuiltServer } from './built-server';
import { inOrder, load, type Measured, type Target } from './load';
import {
  largePages,
  makeLibrary,
  makePages,
  pageBytes,
  pageCount,
  pageName,
  solidPages,
  temporaryFolder,
  textPages,
  type Places,
} from './media-files';
import { startPlainServer, type PlainServer } from './plain-server';
import { ending } from './stopping';
import { readSolid } from './solid';
import type { Usage } from './usage';

const connections = 8;
const seconds = 3;
const rounds = 3;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const milliseconds = (time: number | undefined) => (time ?? NaN).toFixed(1).padStart(8);

interface Row extends Measured {
  name: string;
  /** Milliseconds of processor a page. */
  cpu: number;
  usage: Usage;
}

async function measure(name: string, target: Target, server: { usage(): Usage }): Promise<Row> {
  const before = server.usage();
  const measured = await load(target, seconds, connections);
  const usage = server.usage();
  return { name, ...measured, cpu: (usage.cpu - before.cpu) / measured.requests, usage };
}

function show({ name, rate, megabytes, p50, p99, cpu, usage }: Row, floor?: Row): void {
  const share = floor ? `${((100 * rate) / floor.rate).toFixed(0).padStart(4)} %` : '      ';
  const figures = [rate.toFixed(0).padStart(7), megabytes.toFixed(0).padStart(6), share, p50.toFixed(1).padStart(6), p99.toFixed(1).padStart(6)];
  print(`  ${name.padEnd(26)}${figures.join(' ')} ${cpu.toFixed(2).padStart(7)} ${(usage.memory / 1e6).toFixed(0).padStart(6)}`);
} // prettier-ignore

const median = (times: number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN;
const medianRow = (rows: Row[]): Row => rows.toSorted((a, b) => a.rate - b.rate)[rows.length >> 1] as Row;

interface Bench {
  server: BuiltServer;
  /** Ids by name. */
  books: Record<string, string>;
  plain: PlainServer;
  places: Places;
  headers: string;
}

function pagesOf({ server, books, headers }: Bench, name: string, { count = pageCount, query = '' } = {}): Target {
  const address = `/api/v1/books/${books[name]}/pages`;
  return { port: server.port, paths: Array.from({ length: count }, (_, n) => `${address}/${n + 1}${query}`), headers };
}

/** Takes a file out of the memory of the system, where its tools can do that; else "cold" means "cold in the server" only. */
function forgetFile(file: string): boolean {
  try {
    execFileSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The first page of a book that nobody opened since the server started, then its pages one after the other. */
async function cold(bench: Bench, name: string, book: string, options: { count?: number; query?: string } = {}) {
  const times = await inOrder(pagesOf(bench, book, options));
  const rest = times.slice(1);
  print(`  ${name.padEnd(26)}${[times[0], median(rest), Math.max(...rest)].map(milliseconds).join(' ')}`);
}

async function coldOnes(bench: Bench, books: [name: string, book: string, options?: { count?: number; query?: string }][]) {
  print('\n  cold, one connection          first   median      max   (ms)');
  for (const [name, book, options] of books) await cold(bench, name, book, options);
} // prettier-ignore

const files = ['stored.cbz', 'deflated.cbz', 'tar.cbt', 'scans.pdf', 'solid.cb7', 'solid.cbr', 'large.cbz'];

async function measureDirect(bench: Bench): Promise<boolean> {
  const { server, plain, places } = bench;
  const forgotten = files.every((file) => forgetFile(path.join(places.series, file)));
  print(`\n  files are ${forgotten ? 'not ' : ''}in the memory of the system for what follows`);
  await coldOnes(bench, [
    ['stored CBZ', 'stored.cbz'],
    ['deflated CBZ', 'deflated.cbz'],
    ['TAR', 'tar.cbt'],
    ['PDF of scans', 'scans.pdf'],
    ['folder', 'folder'],
  ]);
  // what Node does often it compiles: a server is measured as it runs, not as it starts
  await load(pagesOf(bench, 'stored.cbz'), seconds, connections);
  const floors: Row[] = [];
  const rows: Row[] = [];
  const bytes = { port: plain.port, paths: Array.from({ length: pageCount }, (_, n) => `/${pageName(n)}`), headers: '' };
  for (let round = 0; round < rounds; round++) {
    floors.push(await measure(plain.name, bytes, plain));
    rows.push(await measure('stored CBZ', pagesOf(bench, 'stored.cbz'), server));
  }
  const [floor, stored] = [medianRow(floors), medianRow(rows)];
  print(`\n  warm, ${connections} connections       pages/s   MB/s  share    p50    p99  CPU ms  MB RSS`);
  show(floor);
  show(stored, floor);
  for (const [name, book] of [['TAR', 'tar.cbt'], ['folder', 'folder'], ['PDF of scans', 'scans.pdf'], ['deflated CBZ', 'deflated.cbz']] as const)
    show(await measure(name, pagesOf(bench, book), server), floor);
  const share = stored.rate / floor.rate;
  print(`\n  stored CBZ against ${floor.name}: ${(100 * share).toFixed(0)} % of its rate (goal 70), ${(stored.cpu / floor.cpu).toFixed(1)} times its CPU (goal 2), ${(stored.usage.memory / 1e6).toFixed(0)} MB (goal 150)`);
  return share >= 0.7 && stored.usage.memory < 150e6;
} // prettier-ignore

/** The first page of a large archive that nobody opened, against reading that page alone (goal G3). */
async function measureLarge(bench: Bench): Promise<void> {
  const file = path.join(bench.places.series, 'large.cbz');
  const wanted = bench.places.large.at(-1) ?? { position: 0, size: 0 };
  const target = pagesOf(bench, 'large.cbz', { count: largePages });
  const last = target.paths.at(-1) ?? '/';
  const [first = NaN, ...again] = await inOrder({ ...target, paths: Array.from({ length: 20 }, () => last) });
  const begin = performance.now();
  const descriptor = openSync(file, 'r');
  readSync(descriptor, Buffer.allocUnsafe(wanted.size), 0, wanted.size, wanted.position);
  closeSync(descriptor);
  const alone = performance.now() - begin;
  print(`\n  ${largePages} pages, ${(statSync(file).size / 1e9).toFixed(1)} GB, zip64: the last page of a book that nobody opened ${first.toFixed(1)} ms (goal: 10 over its own read), again ${median(again).toFixed(1)}, its own read ${alone.toFixed(1)}`);
} // prettier-ignore

/** Solid archives page by page, against one run through them (goal G4). */
async function measureSolid(bench: Bench, folder: string): Promise<void> {
  print('\n  solid, page by page (ms)      first   all    one run   ratio (goal 1.2; the start of a thread is in it)');
  for (const name of ['solid.cb7', 'solid.cbr']) {
    const { once, first, inOrder: all } = await readSolid(path.join(bench.places.series, name), folder);
    print(
      `  ${name.padEnd(26)}${[first, all, once].map(milliseconds).join(' ')} ${(all / once).toFixed(2).padStart(8)}`,
    );
  }
}

async function measureMade(bench: Bench): Promise<void> {
  const { server } = bench;
  const converted = { count: textPages, query: '?convert=png' };
  await coldOnes(bench, [
    ['solid 7z', 'solid.cb7'],
    ['solid RAR', 'solid.cbr', { count: solidPages }],
    ['stored RAR', 'stored.cbr'],
    ['rendered PDF', 'text.pdf', { count: textPages }],
    ['JPEG to PNG', 'stored.cbz', converted],
  ]);
  print('\n  warm, from the cache on disk');
  show(await measure('solid 7z', pagesOf(bench, 'solid.cb7'), server));
  show(await measure('rendered PDF', pagesOf(bench, 'text.pdf', { count: textPages }), server));
  show(await measure('JPEG to PNG', pagesOf(bench, 'stored.cbz', converted), server));
  print(`  at most ${(server.usage().peak / 1e6).toFixed(0)} MB, with the threads that unpack and render`);
}

/** Analysis is another run of the server: what it needed in memory is not what serving needs. */
async function analyse(dataDir: string, folders: string[], count: number): Promise<Record<string, string>> {
  const server = await startBuiltServer({ dataDir, folders });
  return ending(server.stop, () => untilReady(server, count));
}

async function measureIn(folder: string): Promise<boolean> {
  const pages = await makePages();
  print(`  ${pageCount} pages of ${pageBytes / 1024} KiB, deflated to ${(100 * (deflateRawSync(pages[0] ?? Buffer.alloc(1)).length / pageBytes)).toFixed(0)} %`); // prettier-ignore
  const places = await makeLibrary(folder, pages);
  const dataDir = path.join(folder, 'data');
  const books = await analyse(dataDir, [places.books], 10);
  const plain = await startPlainServer(folder, places.plain);
  return ending(plain.stop, async () => {
    const server = await startBuiltServer({ dataDir, folders: [] });
    return ending(server.stop, async () => {
      const bench = { server, books, plain, places, headers: await server.session() };
      const isFast = await measureDirect(bench);
      await measureLarge(bench);
      await measureMade(bench);
      await measureSolid(bench, folder);
      return isFast;
    });
  });
}

/** Pages over HTTP with everything in front of them, against a plain file server on the same bytes in the same run. */
export async function media(): Promise<boolean> {
  ensureBuild();
  const folder = temporaryFolder();
  return ending(
    () => rmSync(folder, { recursive: true, force: true }),
    () => measureIn(folder),
  );
}
