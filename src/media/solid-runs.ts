import { fail } from '../base/errors';

/** One run through an archive, and who waits for which entry of it. */
export interface SolidRun {
  /** Resolves when the entry is in the cache, with its bytes if they are at hand; rejects when the run ended without it. */
  wait(index: number): Promise<Buffer | null>;
  arrived(index: number, data: Buffer | null): void;
  ended(error: Error | null): void;
}

interface Waiter {
  resolve: (data: Buffer | null) => void;
  reject: (error: Error) => void;
}

/** Requests for pages of one archive share the run that is going on: a solid archive is unpacked once for all of them. */
export function createSolidRun(): SolidRun {
  const there = new Set<number>();
  const waiting = new Map<number, Waiter[]>();
  let end: { error: Error } | null = null;
  return {
    wait(index) {
      if (there.has(index)) return Promise.resolve(null);
      if (end) return Promise.reject(end.error);
      return new Promise((resolve, reject) => {
        waiting.set(index, [...(waiting.get(index) ?? []), { resolve, reject }]);
      });
    },
    arrived(index, data) {
      there.add(index);
      for (const { resolve } of waiting.get(index) ?? []) resolve(data);
      waiting.delete(index);
    },
    ended(error) {
      end = { error: error ?? fail('ERR_2003', { reason: 'not in the archive' }) };
      for (const { reject } of [...waiting.values()].flat()) reject(end.error);
      waiting.clear();
    },
  };
}
