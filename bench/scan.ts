import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { zipOf } from '../scripts/zip-file';
import { readConfig } from '../src/base/config';
import { silentLog } from '../src/base/log';
import { closeDatabase, openDatabase, type Database } from '../src/db/database';
import { startEmbedded } from '../src/db/embedded';
import { migrate } from '../src/db/migrate';
import { createLibrary } from '../src/library/libraries';
import { scanLibrary } from '../src/library/scan';
import { defaultLimits } from '../src/media/limits';
import { createQueue, migrateQueue } from '../src/queue/queue';
import { findSeries } from '../src/search/find-series';
import { sliceOf } from '../src/search/slice';
import type { Viewer } from '../src/search/viewer';
import { startWorkerProcess } from '../src/worker/process';

/** As in performance.md §7: folders of five small archives, ten tiny pages and a ComicInfo.xml in each. */
const booksEach = 5;
const pagesEach = 10;
const count = Number(process.env['BENCH_BOOKS'] ?? 50_000);

const goals = { booksPerSecond: 4_000, rescanToFind: 2.5, slowdownWhileScanning: 1.5, p99: 200 };

async function makeTree(root: string): Promise<void> {
  const draw = (red: number) =>
    sharp({ create: { width: 16, height: 24, channels: 3, background: { r: red, g: 80, b: 120 } } })
      .jpeg()
      .toBuffer();
  const pages = await Promise.all(Array.from({ length: pagesEach }, (_, index) => draw(index * 20)));
  const longAgo = new Date('2024-05-01T12:00:00Z');
  for (let series = 0; series < count / booksEach; series++) {
    const folder = path.join(root, `Series ${String(series).padStart(6, '0')}`);
    mkdirSync(folder);
    for (let book = 1; book <= booksEach; book++) {
      const info = `<?xml version="1.0"?><ComicInfo><Series>Series ${series}</Series><Number>${book}</Number><Title>Part ${book}</Title><Writer>Somebody</Writer><Genre>Drama, Action</Genre></ComicInfo>`;
      const files = pages.map((data, index) => ({ name: `${String(index + 1).padStart(3, '0')}.jpg`, data }));
      const file = path.join(folder, `Volume ${book}.cbz`);
      writeFileSync(file, zipOf([{ name: 'ComicInfo.xml', data: Buffer.from(info) }, ...files]));
      utimesSync(file, longAgo, longAgo);
    }
    utimesSync(folder, longAgo, longAgo);
  }
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const percentile = (values: number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? NaN;

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const everybody: Viewer = {
  ...{ userId: '00000000-0000-0000-0000-000000000000', email: '', roles: new Set(['ADMIN'] as const) },
  ...{ libraryIds: null, ageRestriction: null, labelsAllow: [], labelsExclude: [] },
};

/** How long the first page of the series takes, asked for ten times a second. */
async function browse(db: Database, until: () => Promise<boolean>): Promise<number[]> {
  const times: number[] = [];
  while (!(await until())) {
    times.push(
      await timed(() => findSeries(db, everybody, { sort: ['metadata.titleSort'], slice: sliceOf({ size: 20 }) })),
    );
    await pause(100);
  }
  return times;
}

async function isAnalysed(db: Database): Promise<boolean> {
  const { rows } = await db.raw<{ rows: [{ total: number; open: number }] }>(
    `select count(*)::int as total, count(*) filter (where media_status = 'UNKNOWN')::int as open from book`,
  );
  return rows[0].total >= count && rows[0].open === 0;
}

interface Bench {
  db: Database;
  url: string;
  root: string;
}

async function cold({ db, url, root }: Bench): Promise<{ rate: number; busy: number[] }> {
  const log = silentLog();
  const config = readConfig({ DATABASE_URL: url, DATA_DIR: path.dirname(root) }, []);
  const worker = await startWorkerProcess({
    config: { ...config, databaseUrl: url },
    handlerDeps: { limits: defaultLimits, mangadex: config.mangadex },
    log,
  });
  while (!worker.ready()) await pause(50);
  const start = performance.now();
  await createLibrary(
    { db, queue: createQueue(db) },
    { name: 'Bench', root, hashFiles: false, importBarcodeIsbn: false },
  );
  let next = 0;
  const marks: [number, number][] = [];
  const busy = await browse(db, async () => {
    const now = performance.now();
    if (now < next) return false;
    next = now + 500;
    const { rows } = await db.raw<{ rows: [{ ready: number }] }>(
      `select count(*)::int as ready from book where media_status = 'READY'`,
    );
    marks.push([now - start, rows[0].ready]);
    return isAnalysed(db);
  });
  const seconds = (performance.now() - start) / 1000;
  const at = (part: number) => (marks.find(([, ready]) => ready >= count * part)?.[0] ?? NaN) / 1000;
  print(
    `cold scan: ${count} books readable after ${seconds.toFixed(1)} s (first tenth ${at(0.1).toFixed(1)} s, nine tenths ${at(0.9).toFixed(1)} s)`,
  );
  await worker.stop();
  return { rate: count / seconds, busy };
}

async function rescans({ db, root }: Bench): Promise<number> {
  const log = silentLog();
  const library = await db<{ id: string }>('library').first('id');
  const signal = new AbortController().signal;
  const context = { db, queue: createQueue(db), log, signal, attempt: 1, lastAttempt: false };
  const ours: number[] = [];
  const finds: number[] = [];
  for (let round = 0; round < 5; round++) {
    finds.push(await timed(() => spawnSync('find', [root, '-printf', '%p %s %T@\n'], { maxBuffer: 1 << 30 })));
    ours.push(await timed(() => scanLibrary(context, { libraryId: library?.id ?? '', deep: false })));
  }
  print(`rescan without changes: ${median(ours).toFixed(0)} ms, find: ${median(finds).toFixed(0)} ms`);
  return median(ours) / median(finds);
}

/** System calls of a walk, by the kernel's count; nothing where strace is not installed. */
function systemCalls(root: string): void {
  const program = `
    require(${JSON.stringify(path.resolve(__dirname, '../node_modules/tsx/dist/cjs/index.cjs'))});
    const { walk } = require(${JSON.stringify(path.resolve(__dirname, '../src/library/walk.ts'))});
    const options = { scanCbx: true, scanPdf: true, scanEpub: true, scanImageFolders: true, scanForceModifiedTime: false, scanDirectoryExclusions: [], oneshotsDirectory: null };
    if (process.argv[1] === 'walk') walk(${JSON.stringify(root)}, options, { series() {}, problem() {} }, new AbortController().signal);`;
  const traced = (argument: string): Map<string, number> | null => {
    const { status, stderr } = spawnSync(
      'strace',
      ['-f', '-c', '-e', 'trace=file,desc', process.execPath, '-e', program, argument],
      {
        encoding: 'utf8',
      },
    );
    if (status !== 0) return null;
    const lines = stderr.split('\n').map((line) => line.trim().split(/\s+/));
    return new Map(
      lines.flatMap((cells) => (/^\d+$/.test(cells[3] ?? '') ? [[cells.at(-1) ?? '', Number(cells[3])] as const] : [])),
    );
  };
  const idle = traced('idle');
  const walked = traced('walk');
  if (!idle || !walked) return print('system calls: strace is not here or may not trace');
  const folders = Number(
    execFileSync('sh', ['-c', `find ${JSON.stringify(root)} -type d | wc -l`], { encoding: 'utf8' }),
  );
  const more = [...walked]
    .map(([name, calls]) => [name, calls - (idle.get(name) ?? 0)] as const)
    .filter(([, calls]) => calls > folders / 10);
  print(
    `system calls of a walk (${count} files, ${folders} folders): ${more.map(([name, calls]) => `${name} ${calls}`).join(', ')}`,
  );
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Cold scan, rescan against `find`, browsing meanwhile, system calls. `BENCH_BOOKS` sets the size. */
export async function scan(): Promise<boolean> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-bench-'));
  chmodSync(folder, 0o755);
  const root = path.join(folder, 'library');
  mkdirSync(root);
  const log = silentLog();
  print(`making ${count} archives…`);
  await makeTree(root);
  const postgres = await startEmbedded({ dataDir: path.join(folder, 'data'), log });
  const db = await openDatabase(postgres.url, { log, applicationName: 'bench' });
  try {
    await migrate(db);
    await migrateQueue(postgres.url, log);
    const bench = { db, url: postgres.url, root };
    const { rate, busy } = await cold(bench);
    await db.raw('vacuum analyze');
    const end = performance.now() + 2_000;
    const idle = await browse(db, () => Promise.resolve(performance.now() > end));
    const ratio = await rescans(bench);
    systemCalls(root);
    const slowdown = median(busy) / median(idle);
    print(`books a second: ${rate.toFixed(0)} (goal ${goals.booksPerSecond})`);
    print(`rescan / find: ${ratio.toFixed(2)} (goal ${goals.rescanToFind})`);
    print(
      `browsing: ${median(idle).toFixed(1)} ms idle, ${median(busy).toFixed(1)} ms while scanning (×${slowdown.toFixed(2)}), p99 ${percentile(busy, 0.99).toFixed(0)} ms`,
    );
    return rate >= goals.booksPerSecond && ratio <= goals.rescanToFind && percentile(busy, 0.99) <= goals.p99;
  } finally {
    await closeDatabase(db);
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
