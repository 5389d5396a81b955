import { stat } from 'node:fs/promises';
import path from 'node:path';
import { codedFileError } from './byte-source';
import { createUnpacker } from './entry-unpacker';
import type { MediaLimits } from './limits';
import type { PageCache } from './page-cache';
import { dataOf, type Runner } from './page-runner';
import type { Conversion } from './page-task';
import { pictureType } from './picture-type';
import { nextVolume } from './rar-volumes';
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

/** What the pages of a file are kept under: a renamed file is the same, another one at the same path is not. */
async function identityOf({ path: file, container, location }: PageRequest): Promise<string> {
  const target = location.kind === 'file' ? path.join(file, location.name) : file;
  const stats = await stat(target).catch((error: unknown) => Promise.reject(codedFileError(error)));
  // file systems without numbers for their files say 0
  const own = [stats.ino === 0 ? target : `${stats.dev} ${stats.ino}`, stats.size, stats.mtimeMs];
  return [...own, ...(isRar.has(container) ? await laterVolumes(target) : [])].join('\0');
}

const isRar = new Set<Container>(['rar4', 'rar5']);

/** A page may lie in another volume than the first. Costs one look for a RAR that is a single file. */
async function laterVolumes(file: string): Promise<number[]> {
  const first = path.basename(file);
  const found: number[] = [];
  for (let name = nextVolume(first, first); name !== null; name = nextVolume(name, first)) {
    const stats = await stat(path.join(path.dirname(file), name)).catch(() => null);
    if (stats === null) break;
    found.push(stats.ino, stats.size, stats.mtimeMs);
  }
  return found;
}

function keyIn(identity: string, request: PageRequest): string {
  const conversion = conversionOf(request);
  return `${identity}\0${placeOf(request.location)}${conversion ? `\0${JSON.stringify(conversion)}` : ''}`;
}

export const keyOf = async (request: PageRequest) => keyIn(await identityOf(request), request);

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

/** Makes pages once for all who want them at the same time, and keeps them. */
export function createPageMaker(run: Runner, cache: PageCache, limits: MediaLimits) {
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

  return async function page(request: PageRequest, signal?: AbortSignal): Promise<MadePage> {
    const identity = await identityOf(request);
    const conversion = conversionOf(request);
    const key = keyIn(identity, request);
    const make = (stop: AbortSignal) =>
      conversion
        ? cached(key, () => makeConverted(identity, request, conversion, stop))
        : makeRaw(identity, request, stop);
    const data = await flights.run(key, make, signal);
    const mediaType = conversion ? `image/${conversion.format}` : (pictureType(data) ?? 'application/octet-stream');
    return { data, mediaType };
  };
}
