import { stat } from 'node:fs/promises';
import type { MediaLimits } from './limits';
import { openBook } from './open-book';
import type { Reader } from './reader';

/** Opens books for one page at a time, and keeps the last one open for the page that is likely to follow. */
export interface BookKeeper {
  /** Not for overlapping calls: a thread does one task after the other. */
  use<T>(file: string, limits: MediaLimits, work: (reader: Reader) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Kept {
  key: string;
  reader: Reader;
  timer: NodeJS.Timeout;
}

/** Opening a PDF of 80 MB takes half a second, rendering a page of it less (performance.md §5). */
export function createBookKeeper(idleMilliseconds = 20_000): BookKeeper {
  let kept: Kept | null = null;

  const close = async () => {
    const last = kept;
    kept = null;
    clearTimeout(last?.timer);
    await last?.reader.close();
  };
  const keep = (key: string, reader: Reader) => {
    const timer = setTimeout(() => void close(), idleMilliseconds);
    timer.unref();
    kept = { key, reader, timer };
  };
  const take = (key: string): Reader | null => {
    if (kept?.key !== key) return null;
    const { reader, timer } = kept;
    clearTimeout(timer);
    kept = null;
    return reader;
  };
  return {
    close,
    async use(file, limits, work) {
      const stats = await stat(file).catch(() => null);
      const key = `${file}\0${stats?.size}\0${stats?.mtimeMs}`;
      const known = take(key);
      await close();
      const reader = known ?? (await openBook(file, { limits }));
      try {
        const result = await work(reader);
        keep(key, reader);
        return result;
      } catch (error) {
        await reader.close();
        throw error;
      }
    },
  };
}
