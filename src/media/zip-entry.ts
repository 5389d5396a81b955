import { Readable, pipeline } from 'node:stream';
import { constants, crc32, createInflateRaw, inflateRaw, inflateRawSync } from 'node:zlib';
import { fail, isCoded } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { MediaLimits } from './limits';
import type { ZipLocation } from './reader';
import { isKnownMethod, isPlainMethod, unpackForeign } from './zip-methods';

export const localHeaderBytes = 30;
const chunkBytes = 256 * 1024;

/** Where the data begins, out of the local header: its name and extra field differ in length from the directory's. */
export function dataOffset(header: Buffer): number {
  if (header.length < localHeaderBytes || header.readUInt32LE(0) !== 0x04034b50)
    throw fail('ERR_2003', { header: true });
  return localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
}

/** The reason for which an entry cannot be read at all, or null. */
export function refusal(entry: Omit<ZipLocation, 'kind'> & { encrypted?: boolean }, limits: MediaLimits) {
  if (entry.encrypted === true) return 'ERR_1002';
  if (!isKnownMethod(entry.method)) return 'ERR_2004';
  if (entry.size > limits.entryBytes || entry.compressedSize > limits.entryBytes) return 'ERR_2001';
  if (entry.size > limits.ratioFromBytes && entry.size > entry.compressedSize * limits.ratio) return 'ERR_2001';
  if (entry.method === 0 && entry.size !== entry.compressedSize) return 'ERR_2003';
  return null;
}

function checkRefusal(location: ZipLocation, limits: MediaLimits): void {
  const code = refusal(location, limits);
  if (code) throw fail(code, { method: location.method, size: location.size });
}

/** Compares with what the directory promised. A CRC of 0 is what writers leave that do not compute one. */
export function checkContent(bytes: Uint8Array, location: ZipLocation): void {
  if (bytes.length !== location.size) throw fail('ERR_2003', { size: bytes.length, declared: location.size });
  if (location.crc32 !== 0 && crc32(bytes) !== location.crc32) throw fail('ERR_2003', { crc: true });
}

/** Inflates in one chunk: 40 % less work than the default 16 KiB chunks (performance.md §4). */
export function inflateWhole(packed: Uint8Array, location: ZipLocation): Promise<Buffer> {
  const options = { chunkSize: Math.max(64, location.size + 64), maxOutputLength: location.size + 64 };
  return new Promise((resolve, reject) => {
    inflateRaw(packed, options, (error, bytes) => {
      if (error) reject(fail('ERR_2003', {}, error));
      resolve(bytes);
    });
  });
}

/** The first bytes of an entry, as far as `wanted` or less when the data is short; throws when it is damaged. */
export async function readHead(
  source: ByteSource,
  location: ZipLocation,
  wanted: number,
  limits: MediaLimits,
): Promise<Buffer> {
  if (!isPlainMethod(location.method)) {
    return unpackForeign(await readRaw(source, location), location, limits, Math.min(wanted, location.size));
  }
  // most names are short: header and data come with one read
  const first = await source.read(location.offset, localHeaderBytes + 256 + wanted);
  const start = dataOffset(first);
  const length = Math.min(wanted, location.compressedSize);
  const packed =
    start + length <= first.length
      ? first.subarray(start, start + length)
      : await source.read(location.offset + start, length);
  if (location.method === 0) return packed;
  try {
    return inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 16_384 });
  } catch (error) {
    throw fail('ERR_2003', {}, error);
  }
}

/** An entry whole and verified; only for small ones. */
export async function readEntry(source: ByteSource, location: ZipLocation, limits: MediaLimits): Promise<Buffer> {
  checkRefusal(location, limits);
  const packed = await readRaw(source, location);
  const bytes = await unpackWhole(packed, location, limits);
  checkContent(bytes, location);
  return bytes;
}

/** Up to this size inflating takes less time than handing it to another thread. */
const smallBytes = 16 * 1024;

function inflateSmall(packed: Buffer, { size }: ZipLocation): Buffer {
  try {
    return inflateRawSync(packed, { chunkSize: Math.max(64, size + 64), maxOutputLength: size + 64 });
  } catch (error) {
    throw fail('ERR_2003', {}, error);
  }
}

async function unpackWhole(packed: Buffer, location: ZipLocation, limits: MediaLimits): Promise<Buffer> {
  if (location.method === 0) return packed;
  if (location.method === 8 && location.size <= smallBytes) return inflateSmall(packed, location);
  return location.method === 8 ? inflateWhole(packed, location) : unpackForeign(packed, location, limits);
}

/** The data of an entry as it lies in the file. */
async function readRaw(source: ByteSource, location: ZipLocation): Promise<Buffer> {
  const slack = 512;
  const read = await source.read(location.offset, localHeaderBytes + slack + location.compressedSize);
  const start = dataOffset(read);
  const end = start + location.compressedSize;
  const packed =
    end <= read.length ? read.subarray(start, end) : await source.read(location.offset + start, end - start);
  if (packed.length < location.compressedSize) throw fail('ERR_2003', { truncated: true });
  return packed;
}

async function* rawChunks(source: ByteSource, position: number, length: number) {
  for (let done = 0; done < length;) {
    const chunk = await source.read(position + done, Math.min(chunkBytes, length - done));
    if (chunk.length === 0) throw fail('ERR_2003', { truncated: true });
    done += chunk.length;
    yield chunk;
  }
}

async function* verified(chunks: AsyncIterable<Buffer>, location: ZipLocation) {
  let size = 0;
  let crc = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > location.size) throw fail('ERR_2003', { declared: location.size });
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (size !== location.size || (location.crc32 !== 0 && crc !== location.crc32)) throw fail('ERR_2003', { size });
}

async function* entryChunks(source: ByteSource, location: ZipLocation): AsyncGenerator<Buffer> {
  const header = await source.read(location.offset, localHeaderBytes);
  const packed = rawChunks(source, location.offset + dataOffset(header), location.compressedSize);
  if (location.method === 0) {
    yield* verified(packed, location);
    return;
  }
  const inflate = createInflateRaw({ chunkSize: chunkBytes });
  pipeline(Readable.from(packed), inflate, () => undefined);
  try {
    yield* verified(inflate, location);
  } catch (error) {
    throw isCoded(error) ? error : fail('ERR_2003', {}, error);
  } finally {
    inflate.destroy();
  }
}

/** An entry as a stream that counts and checks what it gives out; small ones are verified before the first byte. */
export async function openEntry(
  source: ByteSource,
  location: ZipLocation,
  limits: MediaLimits,
  signal?: AbortSignal,
): Promise<Readable> {
  checkRefusal(location, limits);
  const options = { objectMode: false, ...(signal ? { signal } : {}) };
  const isLarge = Math.max(location.size, location.compressedSize) > limits.bufferedBytes;
  if (isLarge && isPlainMethod(location.method)) {
    return Readable.from(entryChunks(source, location), options);
  }
  return bufferStream(await readEntry(source, location, limits), signal);
}

/** A buffer as a stream of bytes (`Readable.from` would treat it as a list of one, which is what we want, empty or not). */
export function bufferStream(bytes: Buffer, signal?: AbortSignal): Readable {
  return Readable.from(bytes.length > 0 ? [bytes] : [], { objectMode: false, ...(signal ? { signal } : {}) });
}
