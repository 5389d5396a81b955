import { fork, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { deflateRawSync } from 'node:zlib';
import { defaultLimits } from '../src/media/limits';
import { openBook } from '../src/media/open-book';
import { createPagePool } from '../src/media/page-pool';
import { buildPdf, imagePage } from '../test/support/pdf-builder';
import { buildSevenZip } from '../test/support/seven-zip-builder';
import { buildTar } from '../test/support/tar-builder';
import { buildZip } from '../test/support/zip-builder';
import { login, type Ready, type Usage } from './media-server';
import { startPlainServer, type PlainServer } from './plain-server';

/** As in performance.md §4: pages of 400 KB that pack badly, read at random by eight connections. */
const pageCount = 60;
const pageBytes = 400 * 1024;
const connections = 8;
const seconds = 3;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** JPEGs of one size: a small one, and behind its end what makes it as heavy as a scan. */
async function makePages(): Promise<Buffer[]> {
  const picture = sharp({ create: { width: 1200, height: 1800, channels: 3, background: '#808080' } });
  const jpeg = await picture.jpeg().toBuffer();
  return Array.from({ length: pageCount }, (_, n) => {
    const page = Buffer.alloc(pageBytes);
    let state = n + 1;
    for (let at = 0; at < pageBytes; at += 4) page.writeUInt32LE((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0), at);
    jpeg.copy(page);
    return page;
  }); // prettier-ignore
}

const nameOf = (n: number) => `${String(n + 1).padStart(3, '0')}.jpg`;

async function makeLibrary(folder: string, pages: Buffer[]): Promise<void> {
  const series = path.join(folder, 'library', 'Series');
  const plain = path.join(folder, 'plain');
  for (const place of [series, plain, path.join(folder, 'library', 'Pictures', 'folder')]) mkdirSync(place, { recursive: true });
  const parts = pages.map((data, n) => ({ name: nameOf(n), data }));
  for (const { name, data } of parts) {
    writeFileSync(path.join(plain, name), data);
    writeFileSync(path.join(folder, 'library', 'Pictures', 'folder', name), data);
  }
  const save = (name: string, bytes: Buffer) => writeFileSync(path.join(series, name), bytes);
  save('stored.cbz', buildZip(parts));
  save('deflated.cbz', buildZip(parts.map((part) => ({ ...part, method: 8 }))));
  save('tar.cbt', buildTar(parts));
  save('scans.pdf', buildPdf(pages.map((data) => imagePage(data, 1200, 1800))));
  save('solid.cb7', await buildSevenZip(parts, ['-mx=1']));
  save('text.pdf', buildPdf(pages.slice(0, 12).map(() => ({ content: 'BT /F1 12 Tf 20 200 Td (page) Tj ET', page: '/MediaBox [0 0 200 300]' }))));
} // prettier-ignore

interface Target {
  port: number;
  paths: string[];
  headers: string;
}

/** A client that costs little beside the server it measures: it looks at nothing but the length of the answer. */
function ask(socket: Socket, head: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let missing = -1;
    let size = 0;
    const done = (error?: Error) => {
      socket.off('data', take).off('error', done);
      if (error) reject(error);
      else resolve(size);
    };
    const take = (chunk: Buffer) => {
      if (missing < 0) {
        const end = chunk.indexOf('\r\n\r\n');
        const text = chunk.toString('latin1', 0, end);
        if (!text.startsWith('HTTP/1.1 200')) return done(new Error(text.split('\r\n')[0] ?? ''));
        size = Number(/content-length: (\d+)/iu.exec(text)?.[1]);
        missing = size + end + 4;
      }
      missing -= chunk.length;
      if (missing === 0) done();
    };
    socket.on('data', take).on('error', done);
    socket.write(head);
  });
}

const open = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.setNoDelay(true)));
    socket.once('error', reject);
  });

interface Measured {
  /** Requests a second. */
  rate: number;
  megabytes: number;
  p50: number;
  p99: number;
}

async function load({ port, paths, headers }: Target, duration = seconds): Promise<Measured> {
  const times: number[] = [];
  let bytes = 0;
  const begin = performance.now();
  const end = begin + duration * 1000;
  const run = async (_: unknown, lane: number) => {
    const socket = await open(port);
    for (let n = lane * 7; performance.now() < end; n += 13) {
      const started = performance.now();
      const size = await ask(socket, `GET ${paths[n % paths.length]} HTTP/1.1\r\nHost: bench\r\n${headers}\r\n`);
      bytes += size;
      times.push(performance.now() - started);
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, run));
  const elapsed = (performance.now() - begin) / 1000;
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.floor((times.length - 1) * part)] ?? NaN;
  return { rate: times.length / elapsed, megabytes: bytes / elapsed / 1e6, p50: at(0.5), p99: at(0.99) };
}

class Child {
  constructor(private readonly child: ChildProcess) {
    child.setMaxListeners(50);
  }
  ended(): Promise<void> {
    return new Promise((resolve) => this.child.once('exit', () => resolve()));
  }
  receive<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      this.child.once('message', (message) => resolve(message as T));
      this.child.once('exit', () => reject(new Error('the server ended')));
    });
  }
  usage(): Promise<Usage> {
    this.child.send('usage');
    return this.receive<Usage>();
  }
  stop(): Promise<void> {
    this.child.send('stop');
    return this.ended();
  }
}

interface Row extends Measured {
  name: string;
  cpu: number;
  memory: number;
}

async function measure(name: string, target: Target, server: { usage(): Promise<Usage> }): Promise<Row> {
  const before = await server.usage();
  const measured = await load(target);
  const after = await server.usage();
  return { name, ...measured, cpu: (after.cpu - before.cpu) / (measured.rate * seconds), memory: after.memory };
}

function show({ name, rate, megabytes, p50, p99, cpu, memory }: Row, floor?: Row): void {
  const share = floor ? `${((100 * rate) / floor.rate).toFixed(0).padStart(4)} %` : '      ';
  const figures = [rate.toFixed(0).padStart(7), megabytes.toFixed(0).padStart(6), share, p50.toFixed(1).padStart(6), p99.toFixed(1).padStart(6)];
  print(`  ${name.padEnd(26)}${figures.join(' ')} ${cpu.toFixed(2).padStart(7)} ${(memory / 1e6).toFixed(0).padStart(6)}`);
} // prettier-ignore

const median = (rows: Row[]): Row => rows.toSorted((a, b) => a.rate - b.rate)[rows.length >> 1] as Row;

/** A session, as every client that keeps cookies has one; the first request pays for the password. */
async function sessionOf(port: number): Promise<string> {
  const basic = Buffer.from(`${login.email}:${login.password}`).toString('base64');
  const answer = await fetch(`http://127.0.0.1:${port}/api/v2/users/me`, { headers: { authorization: `Basic ${basic}`, 'x-auth-token': '' } }); // prettier-ignore
  return `X-Auth-Token: ${answer.headers.get('x-auth-token') ?? ''}\r\n`;
}

interface Bench {
  child: Child;
  ready: Ready;
  plain: PlainServer;
  headers: string;
}

const pathsOf = ({ ready }: Bench, name: string, count = pageCount) =>
  Array.from({ length: count }, (_, n) => `/api/v1/books/${ready.books[name]}/pages/${n + 1}`);

/** The first page of books that nobody opened since the server started, then its pages one after the other. */
async function cold(bench: Bench, name: string, count: number): Promise<void> {
  const socket = await open(bench.ready.port);
  const times: number[] = [];
  for (const at of pathsOf(bench, name, count)) {
    const begin = performance.now();
    await ask(socket, `GET ${at} HTTP/1.1\r\nHost: bench\r\n${bench.headers}\r\n`);
    times.push(performance.now() - begin);
  }
  socket.destroy();
  const rest = times.slice(1).toSorted((a, b) => a - b);
  const shown = [times[0], rest[rest.length >> 1], rest.at(-1)].map((time) => (time ?? NaN).toFixed(1).padStart(8));
  print(`  ${name.padEnd(26)}${shown.join(' ')}`);
}

/** Reads a solid archive page by page through the pool, against one run through it. */
async function solidRatio(folder: string): Promise<number> {
  const file = path.join(folder, 'library', 'Series', 'solid.cb7');
  const reader = await openBook(file);
  const begin = performance.now();
  const { container, pages } = await reader.content();
  const once = performance.now() - begin;
  await reader.close();
  const pool = await createPagePool({ threads: 1, limits: defaultLimits, cacheDir: path.join(folder, 'solid-cache') });
  const started = performance.now();
  for (const { location } of pages) await pool.page({ path: file, container, location });
  const all = performance.now() - started;
  await pool.close();
  print(`\n  a solid 7z, page by page: ${all.toFixed(0)} ms; one run through it: ${once.toFixed(0)} ms; ratio ${(all / once).toFixed(2)} (goal ≤ 1.2; the start of a thread is in it)`); // prettier-ignore
  return all / once;
}

async function measureAll(bench: Bench): Promise<boolean> {
  const { child, ready, plain, headers } = bench;
  const target = (name: string, count?: number, more = '') => ({ port: ready.port, paths: pathsOf(bench, name, count), headers: headers + more }); // prettier-ignore
  const files = { port: plain.port, paths: Array.from({ length: pageCount }, (_, n) => `/${nameOf(n)}`), headers: '' };
  const coldOnes = async (...names: string[]) => {
    print('\n  cold, one connection          first   median      max   (ms)');
    for (const name of names) await cold(bench, name, name === 'text' ? 12 : pageCount);
  };
  await coldOnes('stored', 'deflated', 'tar', 'scans', 'folder');
  print(`\n  warm, ${connections} connections       pages/s   MB/s  share    p50    p99  CPU ms  MB RSS`);
  const rows: { floor: Row[]; stored: Row[] } = { floor: [], stored: [] };
  for (let round = 0; round < 3; round++) {
    rows.floor.push(await measure(plain.name, files, plain));
    rows.stored.push(await measure('stored CBZ', target('stored'), child));
  }
  const floor = median(rows.floor);
  const stored = median(rows.stored);
  show(floor);
  show(stored, floor);
  const others = [
    ['TAR', 'tar'],
    ['folder', 'folder'],
    ['PDF of scans', 'scans'],
    ['deflated CBZ', 'deflated'],
  ] as const;
  for (const [name, book] of others) show(await measure(name, target(book), child), floor);
  const packed = await measure(
    'deflated CBZ, gzip taken',
    target('deflated', pageCount, 'Accept-Encoding: gzip\r\n'),
    child,
  );
  show(packed, floor);
  await coldOnes('solid', 'text');
  print('\n  warm, from the cache');
  show(await measure('solid 7z', target('solid'), child), floor);
  show(await measure('rendered PDF', target('text', 12), child));
  const share = stored.rate / floor.rate;
  const cost = stored.cpu / floor.cpu;
  print(`\n  stored CBZ against ${floor.name}: ${(100 * share).toFixed(0)} % of its rate (goal 70), ${cost.toFixed(1)} times its CPU (goal 2), ${(stored.memory / 1e6).toFixed(0)} MB (goal 150)`); // prettier-ignore
  return share >= 0.7 && stored.memory < 150e6;
}

/** Pages over HTTP with everything in front of them, against a plain file server on the same bytes in the same run. */
export async function media(): Promise<boolean> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-media-bench-'));
  // the account that Postgres runs under has to get through
  chmodSync(folder, 0o755);
  let plain: PlainServer | null = null;
  let child: Child | null = null;
  try {
    const pages = await makePages();
    print(`  ${pageCount} pages of ${pageBytes / 1024} KiB, deflated to ${(100 * (deflateRawSync(pages[0] ?? Buffer.alloc(1)).length / pageBytes)).toFixed(0)} %`); // prettier-ignore
    await makeLibrary(folder, pages);
    const start = (...args: string[]) =>
      new Child(fork(path.join(__dirname, 'media-server.ts'), args, { execArgv: ['--import', 'tsx'] }));
    // a process of its own: what analysis needed is not what serving needs
    await start(folder, 'scan').ended();
    child = start(folder, 'serve');
    const ready = await child.receive<Ready>();
    plain = await startPlainServer(folder, path.join(folder, 'plain'));
    const headers = await sessionOf(ready.port);
    const isFast = await measureAll({ child, ready, plain, headers });
    return (await solidRatio(folder)) <= 1.5 && isFast;
  } finally {
    plain?.stop();
    await child?.stop().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}
