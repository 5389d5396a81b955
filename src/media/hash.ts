import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { codedFileError, openSource } from './byte-source';
import { listFiles } from './folder';
import { defaultLimits } from './limits';

const chunkBytes = 1024 * 1024;

/** Half as long as the digest: only equality matters, and clients know 32 digits (Komga's XXH3-128). */
const digits = 32;

/** The hash of bytes at hand, in the form of `hashFile`. SHA-1 is the fastest that Node has: 0.6 ms for a MiB. */
export const hashBytes = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex').slice(0, digits);

async function addFile(hash: ReturnType<typeof createHash>, file: string, signal?: AbortSignal): Promise<void> {
  const source = await openSource(file);
  try {
    for (let position = 0; position < source.size; position += chunkBytes) {
      signal?.throwIfAborted();
      hash.update(await source.read(position, chunkBytes));
    }
  } finally {
    await source.close();
  }
}

/** The hash of a whole file, 32 hexadecimal digits; of a folder book that of its files' names and contents in order. */
export async function hashFile(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha1');
  const stats = await stat(file).catch((error: unknown) => Promise.reject(codedFileError(error)));
  const names = stats.isDirectory() ? (await listFiles(file, defaultLimits)).sort() : null;
  if (!names) await addFile(hash, file, signal);
  for (const name of names ?? []) {
    hash.update(`${name}\0`);
    await addFile(hash, `${file}/${name}`, signal);
  }
  return hash.digest('hex').slice(0, digits);
}

/**
 * KOReader's partial MD5: up to 12 samples of 1024 bytes, at 0 and at 1024·4^i. Like KOReader and unlike Komga, a short
 * last sample counts with the bytes that there are (komga-media §10).
 */
export async function hashForKoreader(file: string): Promise<string> {
  const source = await openSource(file);
  try {
    const hash = createHash('md5');
    for (let i = -1; i <= 10; i++) {
      const sample = await source.read(i < 0 ? 0 : 1024 * 4 ** i, 1024);
      if (sample.length === 0) break;
      hash.update(sample);
    }
    return hash.digest('hex');
  } finally {
    await source.close();
  }
}
