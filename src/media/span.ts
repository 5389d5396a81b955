import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { fail } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { MediaLimits } from './limits';
import type { SpanLocation } from './reader';

/** Compares with what the archive promised. */
export function checkSpan(bytes: Uint8Array, { size, crc32: expected }: SpanLocation): void {
  if (bytes.length < size) throw fail('ERR_2003', { truncated: true });
  if (typeof expected === 'number' && crc32(bytes) !== expected) throw fail('ERR_2003', { crc: true });
}

const chunkBytes = 256 * 1024;

async function* chunks(source: ByteSource, { offset, size, crc32: expected }: SpanLocation): AsyncGenerator<Buffer> {
  let sum = 0;
  for (let done = 0; done < size;) {
    const chunk = await source.read(offset + done, Math.min(chunkBytes, size - done));
    if (chunk.length === 0) throw fail('ERR_2003', { truncated: true });
    done += chunk.length;
    sum = crc32(chunk, sum);
    if (done === size && typeof expected === 'number' && sum !== expected) throw fail('ERR_2003', { crc: true });
    yield chunk;
  }
}

/** A run of bytes of the file as a stream. */
export function openSpan(
  source: ByteSource,
  location: SpanLocation,
  limits: MediaLimits,
  signal?: AbortSignal,
): Readable {
  const { offset, size } = location;
  if (!(offset >= 0 && size >= 0 && offset + size <= source.size)) throw fail('ERR_2003', { offset, size });
  if (size > limits.entryBytes) throw fail('ERR_2001', { size });
  return Readable.from(chunks(source, location), { objectMode: false, ...(signal ? { signal } : {}) });
}
