import { stat } from 'node:fs/promises';
import path from 'node:path';
import { codedFileError } from './byte-source';
import { defaultLimits, type MediaLimits } from './limits';
import { createUnpacker } from './entry-unpacker';
import { createPageCache } from './page-cache';
import { createRunner, createThreads, dataOf } from './page-runner';
import type { Conversion } from './page-task';
import { pictureType } from './picture-type';
import type { Container, PageLocation } from './reader';
import { createSingleFlight } from './single-flight';

export interface PageRequest {
  path: string;
  container: Container;
  location: PageLocation;
  convert?: 'jpeg' | 'png';
  /** Without `convert` the page becomes a JPEG of at most this width. */
  maxWidth?: number;
  /** A JPEG whose longest edge is at most this. */
  edge?: number;
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

/** What the pages of a file are kept under: another file at the same path has other pages. */
async function identityOf({ path: file, location }: PageRequest): Promise<string> {
  const target = location.kind === 'file' ? path.join(file, location.name) : file;
  const stats = await stat(target).catch((error: unknown) => Promise.reject(codedFileError(error)));
  return `${target}\0${stats.size}\0${stats.mtimeMs}`;
}

function placeOf(location: PageLocation): string {
  if (location.kind === 'entry') return `entry ${location.index}`;
  if (location.kind === 'render') return `render ${location.page} ${location.as ?? ''}`;
  return 'offset' in location ? `${location.kind} ${location.offset} ${location.size}` : 'file';
}

function conversionOf({ convert, maxWidth, edge }: PageRequest): Conversion | null {
  if (edge !== undefined) return { format: 'jpeg', edge };
  if (convert === undefined && maxWidth === undefined) return null;
  return { format: convert ?? 'jpeg', ...(maxWidth === undefined ? {} : { maxWidth }) };
}

/** Starts no thread yet; the cache folder is read and belongs to this pool alone. */
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
