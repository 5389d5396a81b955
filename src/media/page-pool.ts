import { defaultLimits, type MediaLimits } from './limits';
import { createPageCache } from './page-cache';
import { createPageMaker, keyOf, type MadePage, type PageRequest } from './page-maker';
import { createRunner, createThreads, dataOf } from './page-runner';
import type { Conversion } from './page-task';
import { createReadAhead } from './read-ahead';
import { createSlots } from './slots';

export type { MadePage, PageRequest } from './page-maker';

/** Pages that are not simply bytes of a file: unpacked, rendered or converted in threads, and kept on disk. */
export interface PagePool {
  page(request: PageRequest, signal?: AbortSignal): Promise<MadePage>;
  /** A page turned into another format out of bytes at hand. */
  convert(data: Uint8Array, conversion: Conversion, signal?: AbortSignal): Promise<MadePage>;
  /** Pages of a book that are likely to be wanted next: made while nobody waits for others, if they are costly. */
  expect(requests: PageRequest[]): void;
  /** Resolves when no expected page is left to make. */
  settled(): Promise<void>;
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

/** Starts no thread yet; the cache folder is read and belongs to this pool alone. */
export async function createPagePool({
  threads = 1,
  limits = defaultLimits,
  cacheDir,
  cacheBytes = GiB,
}: PagePoolOptions): Promise<PagePool> {
  const cache = await createPageCache(cacheDir, cacheBytes);
  const pool = createThreads(threads);
  const slots = createSlots(threads);
  const run = createRunner(pool, slots);
  const page = createPageMaker(run, cache, limits);
  const ahead = createReadAhead<PageRequest>(
    () => slots.taken < threads,
    async (request) => {
      if (!cache.has(await keyOf(request))) await page(request);
    },
  );

  return {
    page: (request, signal) => page(request, signal).finally(() => ahead.resume()),
    async convert(data, conversion, signal) {
      const result = await run({ kind: 'convert', data, conversion, limits }, limits.pageMilliseconds, signal);
      return { data: dataOf(result), mediaType: `image/${conversion.format}` };
    },
    expect: (requests) => ahead.expect(requests[0]?.path ?? '', requests),
    settled: () => ahead.settled(),
    async close() {
      ahead.stop();
      await pool.destroy();
    },
  };
}
