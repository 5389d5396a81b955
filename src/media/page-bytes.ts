import { read } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fail } from '../base/errors';
import { resolveInside } from '../base/files';
import { createBufferPool, type BufferPool } from './buffer-pool';
import { openSource, readInto } from './byte-source';
import { createFileHandles, type OpenedFile } from './file-handles';
import { defaultLimits, type MediaLimits } from './limits';
import type { Container, PageLocation, SpanLocation, ZipLocation } from './reader';
import { checkSpan, openSpan } from './span';
import { isPlainMethod } from './zip-methods';
import { checkContent, dataOffset, inflateWhole, localHeaderBytes, openEntry, refusal } from './zip-entry';

export interface OpenPageOptions {
  /** Changes whenever the file does (its time and size): an open file of another version is not used. */
  version?: string;
  signal?: AbortSignal;
}

/** The bytes of a page in a buffer that has to be given back once they are sent. */
export interface BufferedPage {
  data: Buffer;
  size: number;
  /** Call when nobody reads `data` any more, so after the answer was written, not when it was handed over. */
  release(): void;
}

/** A page too large for a buffer. */
export interface StreamedPage {
  stream: Readable;
  size: number;
}

export type OpenedPage = BufferedPage | StreamedPage;

export interface PageOpener {
  /** The bytes of a page whose place is known: one positioned read. Only for locations that `isDirect` accepts. */
  openPage(file: string, container: Container, location: PageLocation, options?: OpenPageOptions): Promise<OpenedPage>;
  /**
   * The same for a page of an open file whose checksum was compared: one read, without a promise. False: it is none, ask
   * `openPage`. `done` gets null when the read failed; `openPage` then finds out why.
   */
  readAtHand(file: string, location: PageLocation, version: string, done: (page: BufferedPage | null) => void): boolean;
  close(): Promise<void>;
}

/** True for pages that are bytes of a file; others have to be unpacked or rendered by the page pool. */
export function isDirect(location: PageLocation): boolean {
  if (location.kind === 'zip') return isPlainMethod(location.method);
  return location.kind !== 'entry' && location.kind !== 'render';
}

/** Names and extra fields of local headers are rarely longer; if one is, a second read follows. */
const slackBytes = 320;
const maxVerified = 10_000;

async function readSpan(file: OpenedFile, location: SpanLocation, pool: BufferPool): Promise<BufferedPage> {
  const { offset, size } = location;
  if (!(offset >= 0 && size >= 0)) throw fail('ERR_2003', { offset, size });
  const buffer = pool.take(size);
  try {
    const data = buffer.subarray(0, size);
    if ((await readInto(file.handle, data, offset)) < size) throw fail('ERR_2003', { truncated: true });
    if (typeof location.crc32 === 'number' && !file.verified.has(offset)) {
      checkSpan(data, location);
      if (file.verified.size < maxVerified) file.verified.set(offset, offset);
    }
    return { data, size, release: () => pool.give(buffer) };
  } catch (error) {
    pool.give(buffer);
    throw error;
  }
}

/** Reads header and data at once; gives the data, nearly always as a part of `buffer`. */
async function readPacked({ handle }: OpenedFile, { offset, compressedSize }: ZipLocation, buffer: Buffer) {
  const first = buffer.subarray(0, localHeaderBytes + slackBytes + compressedSize);
  const count = await readInto(handle, first, offset);
  const start = dataOffset(first.subarray(0, count));
  if (start + compressedSize <= count) return { start, packed: first.subarray(start, start + compressedSize) };
  const packed = start + compressedSize <= buffer.length ? buffer.subarray(start, start + compressedSize) : Buffer.allocUnsafe(compressedSize); // prettier-ignore
  if ((await readInto(handle, packed, offset + start)) < compressedSize) throw fail('ERR_2003', { truncated: true });
  return { start, packed };
}

async function readZipPage(file: OpenedFile, location: ZipLocation, pool: BufferPool): Promise<BufferedPage> {
  const pooled = pool.take(localHeaderBytes + slackBytes + location.compressedSize);
  const giveBack = () => pool.give(pooled);
  try {
    const { packed, start } = await readPacked(file, location, pooled);
    // zlib writes into a buffer of its own, so that what was read is done with
    const data = location.method === 0 ? packed : await inflateWhole(packed, location);
    // the checksum costs as much as the read, so it is looked at once for each page of an open file
    if (!file.verified.has(location.offset)) checkContent(data, location);
    if (file.verified.size < maxVerified) file.verified.set(location.offset, location.offset + start);
    if (location.method === 0) return { data, size: data.length, release: giveBack };
    giveBack();
    return { data, size: data.length, release: () => undefined };
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** Where the bytes of a page lie in an open file, when nothing has to be done with them any more. */
function placeOf({ size, verified }: OpenedFile, location: PageLocation): { position: number; length: number } | null {
  if (location.kind === 'file') return { position: 0, length: size };
  if (location.kind !== 'span' && (location.kind !== 'zip' || location.method !== 0)) return null;
  const isUnchecked = location.kind === 'zip' || typeof location.crc32 === 'number';
  const position = isUnchecked ? verified.get(location.offset) : location.offset;
  return position === undefined || position < 0 ? null : { position, length: location.size };
}

/** The file that a location is in; inside a folder book links are resolved when it is opened, not for each page. */
function fileOf(file: string, location: PageLocation): { key: string; resolve: () => Promise<string> } {
  if (location.kind !== 'file') return { key: file, resolve: () => Promise.resolve(file) };
  return { key: path.join(file, location.name), resolve: () => resolveInside(file, location.name) };
}

function sizeOf(location: PageLocation): number {
  if (location.kind === 'zip') return Math.max(location.size, location.compressedSize);
  return location.kind === 'span' ? location.size : 0;
}

async function openStreamed(
  resolve: () => Promise<string>,
  location: PageLocation,
  limits: MediaLimits,
  signal?: AbortSignal,
): Promise<StreamedPage> {
  const source = await openSource(await resolve());
  try {
    const span = location.kind === 'span' ? location : ({ kind: 'span', offset: 0, size: source.size } as const);
    const stream =
      location.kind === 'zip'
        ? await openEntry(source, location, limits, signal)
        : openSpan(source, span, limits, signal);
    stream.once('close', () => void source.close());
    return { stream, size: location.kind === 'zip' ? location.size : span.size };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Opens pages for answers: keeps files open and buffers for the next page. */
export function createPageOpener({ limits = defaultLimits, openFiles = 64 } = {}): PageOpener {
  const handles = createFileHandles({ max: openFiles });
  const pool = createBufferPool();

  async function readPage(file: OpenedFile, location: PageLocation): Promise<BufferedPage | null> {
    if (location.kind === 'zip') return readZipPage(file, location, pool);
    if (location.kind === 'span') return readSpan(file, location, pool);
    if (file.size > limits.bufferedBytes) return null;
    return readSpan(file, { kind: 'span', offset: 0, size: file.size }, pool);
  }

  return {
    async openPage(file, container, location, { version = '', signal } = {}) {
      if (!isDirect(location)) throw fail('ERR_2003', { kind: location.kind, container });
      const refused = location.kind === 'zip' ? refusal(location, limits) : null;
      if (refused) throw fail(refused, { container });
      signal?.throwIfAborted();
      const { key, resolve } = fileOf(file, location);
      const read =
        sizeOf(location) > limits.bufferedBytes
          ? null
          : await handles.use(`${version}:${key}`, resolve, (opened) => readPage(opened, location));
      return read ?? openStreamed(resolve, location, limits, signal);
    },
    readAtHand(file, location, version, done) {
      const borrowed = handles.borrow(`${version}:${fileOf(file, location).key}`);
      if (!borrowed) return false;
      const place = placeOf(borrowed.file, location);
      if (!place || place.length > limits.bufferedBytes) {
        borrowed.giveBack();
        return false;
      }
      const { position, length } = place;
      const buffer = pool.take(length);
      const release = () => pool.give(buffer);
      read(borrowed.file.handle.fd, buffer, 0, length, position, (error, count) => {
        borrowed.giveBack();
        if (!error && count === length) return done({ data: buffer.subarray(0, length), size: length, release });
        release();
        done(null);
      });
      return true;
    },
    close: () => handles.close(),
  };
}
