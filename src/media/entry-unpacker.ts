import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { MessageChannel } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import { fail } from '../base/errors';
import type { MediaLimits } from './limits';
import type { PageCache } from './page-cache';
import { dataOf, type Runner } from './page-runner';
import type { PageTask, UnpackedFile } from './page-task';
import { createSolidRun, type SolidRun } from './solid-runs';

/** Unpacks entries of RAR archives: single ones on their own, all of a solid one together. */
export function createUnpacker(run: Runner, cache: PageCache, limits: MediaLimits) {
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
