import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { silentLog } from '../src/base/log';
import { publicId } from '../src/base/public-id';
import { closeDatabase, openDatabase, type Database } from '../src/db/database';
import { startEmbedded } from '../src/db/embedded';
import { createLibrary } from '../src/library/libraries';
import { createQueue } from '../src/queue/queue';
import { ensureBuild, login } from './built-server';
import { inOrder } from './load';
import { makeTree } from './scan-tree';
import { ending } from './stopping';

const count = Number(process.env['BENCH_BOOKS'] ?? 50_000);
/** performance.md §10, G8 and G9. */
const goals = { rate: 4_000, tenths: 1.2, coldToFind: 45, rescanToFind: 2.5, busyToIdle: 1.5, p99: 200 };
const patience = Number(process.env['BENCH_SECONDS'] ?? 400) * 1000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const at = (values: number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? NaN;
const median = (values: number[]) => at(values, 0.5);

interface Bench {
  db: Database;
  root: string;
  libraryId: string;
  port: number;
  server: ChildProcess;
}

/** Milliseconds of the program that sets the floor: it looks at every file once. */
function find(root: string): number {
  const begin = performance.now();
  spawnSync('find', [root, '-printf', '%p %s %T@\n'], { stdio: ['ignore', 'ignore', 'ignore'] });
  return performance.now() - begin;
}

/** The built server as users run it, on the database of the bench. */
async function startServer(dataDir: string, url: string): Promise<{ server: ChildProcess; port: number }> {
  const { PATH, HOME, TMPDIR } = process.env;
  const settings = { DATA_DIR: dataDir, DATABASE_URL: url, HOST: '127.0.0.1', PORT: '0', MANGADEX: 'off' };
  const admin = { ADMIN_EMAIL: login.email, ADMIN_PASSWORD: login.password };
  const program = path.resolve(__dirname, '../dist/src/main.js');
  const server = spawn(process.execPath, [program], {
    env: { PATH, HOME, TMPDIR, ...settings, ...admin },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  for await (const chunk of server.stderr) {
    said += String(chunk);
    const port = /ready at http:\/\/[^/\s]*?:(\d+)/u.exec(said)?.[1];
    if (port !== undefined) return { server, port: Number(port) };
  }
  throw new Error(`The server did not start: ${said}`);
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGTERM');
  await once(server, 'exit');
}

interface Browsing {
  list: number[];
  page: number[];
}

/** What a reader does, ten times a second: the first page of all series, and a page of a book. */
async function browse({ db, port }: Bench, isOver: () => boolean): Promise<Browsing> {
  const times: Browsing = { list: [], page: [] };
  const headers = `Authorization: Basic ${Buffer.from(`${login.email}:${login.password}`).toString('base64')}\r\n`;
  let book: string | undefined;
  while (!isOver()) {
    const list = '/api/v1/series?size=20&sort=metadata.titleSort,asc';
    times.list.push(...(await inOrder({ port, headers, paths: [list] })));
    book ??= (await db<{ id: string; mediaStatus: string }>('book').where({ mediaStatus: 'READY' }).first('id'))?.id;
    if (book) {
      times.page.push(...(await inOrder({ port, headers, paths: [`/api/v1/books/${publicId(book)}/pages/1`] })));
    }
    await pause(100);
  }
  return times;
}

async function readable(db: Database): Promise<number> {
  const { rows } = await db.raw<{ rows: [{ count: number }] }>(
    `select count(*)::int as count from book where media_status = 'READY'`,
  );
  return rows[0].count;
}

/** Milliseconds until each tenth of the books could be read. */
async function watchTenths(db: Database, begin: number): Promise<number[]> {
  const tenths: number[] = [];
  while (tenths.length < 10) {
    const ready = await readable(db);
    const now = performance.now() - begin;
    while (tenths.length < 10 && ready >= (count * (tenths.length + 1)) / 10) tenths.push(now);
    if (now > patience) throw new Error(`${ready} of ${count} books can be read after ${Math.round(now / 1000)} s`);
    await pause(50);
  }
  return tenths;
}

/** Milliseconds of a scan from the moment that somebody asks for it, and of it alone. */
async function rescan({ db, libraryId }: Bench): Promise<number> {
  const begin = new Date();
  await createQueue(db).submit('scanLibrary', { libraryId, deep: false }, { priority: 8 });
  for (;;) {
    const { rows } = await db.raw<{ rows: { ms: number }[] }>(
      `select extract(epoch from finished_at - started_at)::float8 * 1000 as ms from operation
       where kind = 'scanLibrary' and started_at >= ? and state = 'done'`,
      [begin],
    );
    if (rows[0]) return rows[0].ms;
    await pause(20);
  }
}

/** The process that scans, which the server has started. */
function workerOf({ pid = 0 }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

/** All system calls of the process while it scans once, by the kernel's count. */
async function systemCalls(bench: Bench, folders: number): Promise<void> {
  if (process.platform !== 'linux' || spawnSync('strace', ['-V']).status !== 0) {
    return print('system calls: strace is not here');
  }
  const strace = spawn('strace', ['-f', '-c', '-p', String(workerOf(bench.server))], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  strace.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
  await pause(1_000);
  await rescan(bench);
  strace.kill('SIGINT');
  if (strace.exitCode === null) await once(strace, 'exit');
  const lines = said.split('\n').map((line) => line.trim().split(/\s+/u));
  const calls = lines.flatMap((cells) =>
    /^\d+$/u.test(cells[3] ?? '') && cells.at(-1) !== 'total' ? [[cells.at(-1) ?? '', Number(cells[3])] as const] : [],
  );
  if (calls.length === 0) return print('system calls: strace may not trace here');
  const total = calls.reduce((sum, [, calls]) => sum + calls, 0);
  const most = calls.sort(([, a], [, b]) => b - a).slice(0, 8);
  print(`system calls of a rescan, whole process: ${(total / count).toFixed(2)} a file (${folders} folders, ${count} files): ${most.map(([name, calls]) => `${name} ${calls}`).join(', ')}`); // prettier-ignore
}

function judge(name: string, value: number, goal: number, isLower = true): boolean {
  const isReached = isLower ? value <= goal : value >= goal;
  print(
    `${name}: ${value.toFixed(value < 100 ? 2 : 0)} (goal ${isLower ? '≤' : '≥'} ${goal})${isReached ? '' : ' – missed'}`,
  );
  return isReached;
}

/** The workers run, and the program has answered often enough to be as fast as it gets. */
async function warmUp(bench: Bench): Promise<void> {
  while (!(await fetch(`http://127.0.0.1:${bench.port}/health/ready`)).ok) await pause(100);
  const end = performance.now() + 3_000;
  await browse(bench, () => performance.now() > end);
}

async function cold(bench: Bench): Promise<{ busy: Browsing; results: boolean[] }> {
  const finds = [find(bench.root), find(bench.root), find(bench.root)];
  const begin = performance.now();
  const library = await createLibrary(
    { db: bench.db, queue: createQueue(bench.db) },
    { name: 'Bench', root: bench.root },
  );
  bench.libraryId = library.id;
  let isOver = false;
  const browsing = browse(bench, () => isOver);
  const tenths = await watchTenths(bench.db, begin).finally(() => (isOver = true));
  const total = tenths[9] ?? NaN;
  const [first = NaN, ninth = NaN] = [tenths[0], tenths[8]];
  print(`cold scan: ${count} books can be read after ${(total / 1000).toFixed(1)} s; first tenth ${first.toFixed(0)} ms, last ${(total - ninth).toFixed(0)} ms; find ${median(finds).toFixed(0)} ms`); // prettier-ignore
  const results = [
    judge('books a second', (count / total) * 1000, goals.rate, false),
    judge('cold scan / find', total / median(finds), goals.coldToFind),
    judge('last tenth / first tenth', (total - ninth) / first, goals.tenths),
  ];
  return { busy: await browsing, results };
}

async function rescans(bench: Bench): Promise<boolean> {
  const ours: number[] = [];
  const finds: number[] = [];
  for (let round = 0; round < 7; round++) {
    finds.push(find(bench.root));
    ours.push(await rescan(bench));
  }
  print(`rescan without changes: ${median(ours).toFixed(0)} ms; find ${median(finds).toFixed(0)} ms`);
  return judge('rescan / find', median(ours) / median(finds), goals.rescanToFind);
}

/** The scan over, what it asked for is still being done: posters, barcodes. These wait while it is measured. */
async function clearQueue(db: Database): Promise<void> {
  await db.raw(`select count(*) from graphile_worker.complete_jobs(array(
    select id from graphile_worker.jobs where locked_at is null and task_identifier <> 'scanLibrary'))`);
  for (;;) {
    const { rows } = await db.raw<{ rows: unknown[] }>(
      'select 1 from graphile_worker.jobs where locked_at is not null',
    );
    if (rows.length === 0) return;
    await pause(100);
  }
}

async function measure(bench: Bench, folders: number): Promise<boolean> {
  await warmUp(bench);
  const { busy, results } = await cold(bench);
  await clearQueue(bench.db);
  await bench.db.raw('vacuum analyze');
  const end = performance.now() + 5_000;
  const idle = await browse(bench, () => performance.now() > end);
  for (const what of ['list', 'page'] as const) {
    print(`${what}: ${median(idle[what]).toFixed(1)} ms idle, ${median(busy[what]).toFixed(1)} ms while scanning (p99 ${at(busy[what], 0.99).toFixed(0)} ms)`); // prettier-ignore
    results.push(judge(`${what} while scanning / idle`, median(busy[what]) / median(idle[what]), goals.busyToIdle));
    results.push(judge(`${what} while scanning, p99`, at(busy[what], 0.99), goals.p99));
  }
  results.push(await rescans(bench));
  await systemCalls(bench, folders);
  return results.every(Boolean);
}

/** Cold scan, browsing meanwhile, rescan against `find`, system calls. `BENCH_BOOKS` sets the size. */
export async function scan(): Promise<boolean> {
  ensureBuild();
  const folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-bench-'));
  return ending(
    () => rmSync(folder, { recursive: true, force: true }),
    async () => {
      chmodSync(folder, 0o755);
      const root = path.join(folder, 'library');
      print(`making ${count} archives…`);
      const folders = await makeTree(root, count);
      const log = silentLog();
      const postgres = await startEmbedded({ dataDir: path.join(folder, 'database'), log });
      return ending(
        () => postgres.stop(),
        async () => {
          const { server, port } = await startServer(path.join(folder, 'data'), postgres.url);
          return ending(
            () => stopServer(server),
            async () => {
              const db = await openDatabase(postgres.url, { log, applicationName: 'bench' });
              const bench = { db, root, port, server, libraryId: '' };
              return measure(bench, folders).finally(() => closeDatabase(db));
            },
          );
        },
      );
    },
  );
}
