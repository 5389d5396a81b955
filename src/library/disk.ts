import { readdirSync, statSync, type Dirent, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';

/** A local disk answers in microseconds, and then synchronous calls cost a third of asynchronous ones (performance.md §7). */
const slowCallMilliseconds = 0.5;
const callsBeforeJudging = 40;
/** How long the thread may be kept from its other work. */
const breathMilliseconds = 20;
const inFlight = 16;

export type Failure = { failed: NodeJS.ErrnoException };

/** Reads folders: one call at a time where the disk is fast, many at once where each call has to travel (network shares). */
export interface Disk {
  list(folder: string): Promise<Dirent[] | Failure>;
  stat(files: string[]): Promise<(Stats | Failure)[]>;
  /** True when it pays to have several folders under way. */
  readonly isSlow: boolean;
}

export const isFailure = (value: object): value is Failure => 'failed' in value;

const failure = (error: unknown): Failure => ({ failed: error as NodeJS.ErrnoException });

function attempt<T>(work: () => T): T | Failure {
  try {
    return work();
  } catch (error) {
    return failure(error);
  }
}

function statOf(file: string): Stats | Failure {
  try {
    return statSync(file);
  } catch (error) {
    return failure(error);
  }
}

/** Runs at most `limit` at once; the others wait in line. */
function limiter(limit: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await work();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}

/** `threshold`: milliseconds a call above which the disk counts as slow. */
export function createDisk(threshold = slowCallMilliseconds): Disk {
  let calls = 0;
  let spent = 0;
  let isSlow = false;
  let lastBreath = performance.now();
  const limited = limiter(inFlight);
  const async = <T>(work: () => Promise<T>) => limited(() => work().catch(failure));

  async function measured<T>(count: number, work: () => T): Promise<T> {
    const start = performance.now();
    const result = work();
    const end = performance.now();
    calls += count;
    spent += end - start;
    isSlow = calls >= callsBeforeJudging && spent / calls > threshold;
    if (end - lastBreath > breathMilliseconds) {
      await breathe();
      lastBreath = performance.now();
    }
    return result;
  }

  return {
    get isSlow() {
      return isSlow;
    },
    list: (folder) =>
      isSlow
        ? async(() => readdir(folder, { withFileTypes: true }))
        : measured(1, () => attempt(() => readdirSync(folder, { withFileTypes: true }))),
    stat: (files) =>
      isSlow
        ? Promise.all(files.map((file) => async(() => stat(file))))
        : measured(files.length, () => files.map(statOf)),
  };
}
