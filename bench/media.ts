import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { ensureBuild, startBuiltServer, untilReady, type BuiltServer } from './built-server';
import { inOrder, load, type Measured, type Target } from './load';
import {
  makeLibrary,
  makePages,
  pageBytes,
  pageCount,
  pageName,
  temporaryFolder,
  textPages,
  type Places,
} from './media-files';
import { startPlainServer, type PlainServer } from './plain-server';
import { ending } from './stopping';
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

const median = (rows: Row[]): Row => rows.toSorted((a, b) => a.rate - b.rate)[rows.length >> 1] as Row;

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
  const rest = times.slice(1).toSorted((a, b) => a - b);
  print(`  ${name.padEnd(26)}${[times[0], rest[rest.length >> 1], rest.at(-1)].map(milliseconds).join(' ')}`);
}

async function coldOnes(bench: Bench, books: [name: string, book: string, options?: { count?: number; query?: string }][]) {
  print('\n  cold, one connection          first   median      max   (ms)');
  for (const [name, book, options] of books) await cold(bench, name, book, options);
} // prettier-ignore

const files = { stored: 'stored.cbz', deflated: 'deflated.cbz', tar: 'tar.cbt', scans: 'scans.pdf' };

async function measureDirect(bench: Bench): Promise<boolean> {
  const { server, plain, places } = bench;
  const forgotten = Object.values(files).every((file) => forgetFile(path.join(places.series, file)));
  print(`\n  files are ${forgotten ? 'not ' : ''}in the memory of the system for what follows`);
  await coldOnes(bench, [
    ['stored CBZ', 'stored'],
    ['deflated CBZ', 'deflated'],
    ['TAR', 'tar'],
    ['PDF of scans', 'scans'],
    ['folder', 'folder'],
  ]);
  const floors: Row[] = [];
  const rows: Row[] = [];
  const bytes = { port: plain.port, paths: Array.from({ length: pageCount }, (_, n) => `/${pageName(n)}`), headers: '' };
  for (let round = 0; round < rounds; round++) {
    floors.push(await measure(plain.name, bytes, plain));
    rows.push(await measure('stored CBZ', pagesOf(bench, 'stored'), server));
  }
  const [floor, stored] = [median(floors), median(rows)];
  print(`\n  warm, ${connections} connections       pages/s   MB/s  share    p50    p99  CPU ms  MB RSS`);
  show(floor);
  show(stored, floor);
  for (const [name, book] of [['TAR', 'tar'], ['folder', 'folder'], ['PDF of scans', 'scans'], ['deflated CBZ', 'deflated']] as const)
    show(await measure(name, pagesOf(bench, book), server), floor);
  const share = stored.rate / floor.rate;
  print(`\n  stored CBZ against ${floor.name}: ${(100 * share).toFixed(0)} % of its rate (goal 70), ${(stored.cpu / floor.cpu).toFixed(1)} times its CPU (goal 2), ${(stored.usage.memory / 1e6).toFixed(0)} MB (goal 150)`);
  return share >= 0.7 && stored.usage.memory < 150e6;
} // prettier-ignore

async function measureMade(bench: Bench): Promise<void> {
  const { server } = bench;
  const converted = { count: textPages, query: '?convert=png' };
  await coldOnes(bench, [
    ['solid 7z', 'solid'],
    ['rendered PDF', 'text', { count: textPages }],
    ['JPEG to PNG', 'stored', converted],
  ]);
  print('\n  warm, from the cache on disk');
  show(await measure('solid 7z', pagesOf(bench, 'solid'), server));
  show(await measure('rendered PDF', pagesOf(bench, 'text', { count: textPages }), server));
  show(await measure('JPEG to PNG', pagesOf(bench, 'stored', converted), server));
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
  const books = await analyse(dataDir, [places.books], 7);
  const plain = await startPlainServer(folder, places.plain);
  return ending(plain.stop, async () => {
    const server = await startBuiltServer({ dataDir, folders: [] });
    return ending(server.stop, async () => {
      const bench = { server, books, plain, places, headers: await server.session() };
      const isFast = await measureDirect(bench);
      await measureMade(bench);
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
