import { once } from 'node:events';
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import { Piscina } from 'piscina';
import { fail, isCoded } from '../base/errors';
import { codedFileError } from './byte-source';
import { defaultLimits, type MediaLimits } from './limits';
import { createPageCache, type PageCache } from './page-cache';
import type { Conversion, PageTask, PageTaskResult, UnpackedFile } from './page-task';
import { pictureType } from './picture-type';
import type { Container, PageLocation } from './reader';
import { createSingleFlight } from './single-flight';
import { createSolidRun, type SolidRun } from './solid-runs';

export interface PageRequest {
  path: string;
  container: Container;
  location: PageLocation;
  convert?: 'jpeg' | 'png';
  /** Without `convert` the page becomes a JPEG of at most this width. */
  maxWidth?: number;
}

export interface MadePage {
  mediaType: string;
  data: Buffer;
}

/** Pages that are not simply bytes of a file: unpacked, rendered or converted in threads, and kept on disk. */
export interface PagePool {
  page(request: PageRequest, signal?: AbortSignal): Promise<MadePage>;
  /** A page turned into another format out of bytes at hand. */
  convert(data: Uint8Array, conversion: Conversion, signal?: AbortSignal): Promise<MadePage>;
  close(): Promise<void>;
}

export interface PagePoolOptions {
  threads?: number;
  limits?: MediaLimits;
  cacheDir: string;
  /** Bytes of made pages that are kept on disk. */
  cacheBytes?: number;
}

const GiB = 1024 ** 3;

function createThreads(threads: number): Piscina<{ task: PageTask; port?: MessagePort }, PageTaskResult> {
  const extension = path.extname(__filename);
  return new Piscina({
    filename: path.join(__dirname, `page-thread${extension}`),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 30_000,
    // from sources the thread needs the loader of its own; `--import` does not reach a thread on Node 20
    execArgv: extension === '.ts' ? ['--require', require.resolve('tsx/cjs')] : [],
    // a thread that sleeps in Atomics.wait would neither close files nor deliver messages
    atomics: 'disabled',
  });
}

/** What the pages of a file are kept under: another file at the same path has other pages. */
async function identityOf({ path: file, location }: PageRequest): Promise<string> {
  const target = location.kind === 'file' ? path.join(file, location.name) : file;
  const stats = await stat(target).catch((error: unknown) => Promise.reject(codedFileError(error)));
  return `${target}\0${stats.size}\0${stats.mtimeMs}`;
}

function placeOf(location: PageLocation): string {
  if (location.kind === 'entry') return `entry ${location.index}`;
  if (location.kind === 'render') return `render ${location.page}`;
  return 'offset' in location ? `${location.kind} ${location.offset} ${location.size}` : 'file';
}

const conversionOf = ({ convert, maxWidth }: PageRequest): Conversion | null =>
  convert === undefined && maxWidth === undefined
    ? null
    : { format: convert ?? 'jpeg', ...(maxWidth === undefined ? {} : { maxWidth }) };

const bufferOf = (data: Uint8Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

function dataOf(result: PageTaskResult): Buffer {
  if ('failed' in result) throw fail(result.failed.code, result.failed.details);
  if ('solid' in result) throw fail('ERR_2003', { reason: 'no data' });
  return bufferOf(result.data);
}

/** Runs a task with a time limit; a thread that does not come back is ended and replaced. */
function createRunner(pool: ReturnType<typeof createThreads>) {
  return async (task: PageTask, milliseconds: number, signal?: AbortSignal, port?: MessagePort) => {
    const timeout = AbortSignal.timeout(milliseconds);
    const either = signal ? AbortSignal.any([timeout, signal]) : timeout;
    const transferList = port ? [port] : [];
    try {
      return await pool.run(port ? { task, port } : { task }, { signal: either, transferList });
    } catch (error) {
      port?.close();
      if (timeout.aborted) throw fail('ERR_2006', { kind: task.kind }, error);
      if (signal?.aborted === true) throw error;
      throw isCoded(error) ? error : fail('ERR_2003', { kind: task.kind }, error);
    }
  };
}

type Runner = ReturnType<typeof createRunner>;

/** Unpacks entries of RAR archives: single ones on their own, all of a solid one together. */
function createUnpacker(run: Runner, cache: PageCache, limits: MediaLimits) {
  const runs = new Map<string, SolidRun>();
  const plain = new LRUCache<string, true>({ max: 10_000 });

  /** Into the cache with it; the entry that was asked for is read before, since the cache may not have room for it. */
  async function take(book: string, { index, file, size }: UnpackedFile, asked: number): Promise<Buffer | null> {
    const data = index === asked ? await readFile(file) : null;
    await cache.adopt(`${book}\0entry ${index}`, file, size);
    return data;
  }

  /** Everything that a run tells goes into the cache; returns the entry itself when the archive is not solid. */
  async function unpackFrom(book: string, file: string, index: number, solidRun: SolidRun): Promise<Buffer | null> {
    const folder = await cache.incoming();
    const { port1, port2 } = new MessageChannel();
    const adopted: Promise<void>[] = [];
    port1.on('message', (unpacked: UnpackedFile) => {
      adopted.push(take(book, unpacked, index).then((data) => solidRun.arrived(unpacked.index, data)));
    });
    const closed = once(port1, 'close');
    try {
      const task: PageTask = { kind: 'unpack', path: file, index, folder, maxBytes: cache.maxBytes / 2, limits };
      const result = await run(task, limits.bookMilliseconds, undefined, port2);
      await closed;
      await Promise.all(adopted);
      if ('solid' in result) return null;
      const data = dataOf(result);
      plain.set(book, true);
      return data;
    } finally {
      port1.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  function start(book: string, file: string, index: number): { solidRun: SolidRun; done: Promise<Buffer | null> } {
    const solidRun = createSolidRun();
    runs.set(book, solidRun);
    const forget = (error: Error | null) => {
      if (runs.get(book) === solidRun) runs.delete(book);
      solidRun.ended(error);
    };
    const done = unpackFrom(book, file, index, solidRun);
    done.then(() => forget(null), forget);
    return { solidRun, done };
  }

  async function unpackEntry(book: string, file: string, index: number): Promise<Buffer> {
    const key = `${book}\0entry ${index}`;
    const going = plain.has(book) ? undefined : runs.get(book);
    // a run that ends without the entry, or whose pages were thrown out already, leads to one of our own
    const shared =
      going &&
      (await going.wait(index).then(
        (data) => data ?? cache.get(key),
        () => null,
      ));
    if (shared) return shared;
    const next = runs.get(book);
    if (going && next && next !== going) return unpackEntry(book, file, index);
    const { solidRun, done } = start(book, file, index);
    const waited = solidRun.wait(index);
    waited.catch(() => undefined);
    const data = await Promise.race([done, waited]);
    const found = data ?? (await done) ?? (await cache.get(key));
    if (!found) throw fail('ERR_2003', { index });
    return found;
  }
  return unpackEntry;
}

export async function createPagePool({
  threads = 1,
  limits = defaultLimits,
  cacheDir,
  cacheBytes = GiB,
}: PagePoolOptions): Promise<PagePool> {
  const cache = await createPageCache(cacheDir, cacheBytes);
  const pool = createThreads(threads);
  const run = createRunner(pool);
  const unpackEntry = createUnpacker(run, cache, limits);
  const flights = createSingleFlight<Buffer>();

  async function cached(key: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const known = await cache.get(key);
    if (known) return known;
    const data = await make();
    // a full disk costs speed, not the page
    await cache.put(key, data).catch(() => undefined);
    return data;
  }
  async function makeConverted(identity: string, request: PageRequest, conversion: Conversion, signal: AbortSignal) {
    const { location, path: file } = request;
    if (location.kind !== 'entry' && location.kind !== 'render') {
      return dataOf(
        await run({ kind: 'page', path: file, location, limits, conversion }, limits.pageMilliseconds, signal),
      );
    }
    const data = await makeRaw(identity, request, signal);
    return dataOf(await run({ kind: 'convert', data, conversion, limits }, limits.pageMilliseconds, signal));
  }
  function makeRaw(identity: string, { path: file, location }: PageRequest, signal: AbortSignal): Promise<Buffer> {
    return cached(`${identity}\0${placeOf(location)}`, async () => {
      if (location.kind === 'entry') return unpackEntry(identity, file, location.index ?? -1);
      return dataOf(await run({ kind: 'page', path: file, location, limits }, limits.pageMilliseconds, signal));
    });
  }

  return {
    async page(request, signal) {
      const identity = await identityOf(request);
      const conversion = conversionOf(request);
      const key = `${identity}\0${placeOf(request.location)}\0${conversion ? JSON.stringify(conversion) : ''}`;
      const make = (stop: AbortSignal) =>
        conversion
          ? cached(key, () => makeConverted(identity, request, conversion, stop))
          : makeRaw(identity, request, stop);
      const data = await flights.run(key, make, signal);
      return {
        data,
        mediaType: conversion ? `image/${conversion.format}` : (pictureType(data) ?? 'application/octet-stream'),
      };
    },
    async convert(data, conversion, signal) {
      const result = await run({ kind: 'convert', data, conversion, limits }, limits.pageMilliseconds, signal);
      return { data: dataOf(result), mediaType: `image/${conversion.format}` };
    },
    close: () => pool.destroy(),
  };
}
