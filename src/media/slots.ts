/** Turns for work of which only so much may be under way. First come, first served; who hangs up leaves the queue. */
export interface Slots {
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Under way or waiting. */
  readonly taken: number;
}

export function createSlots(count: number): Slots {
  const waiting = new Set<() => void>();
  let free = count;
  const enter = (signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    if (free > 0) {
      free--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(enterNow);
        reject(signal?.reason as Error);
      };
      const enterNow = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.add(enterNow);
    });
  };
  const leave = () => {
    const next = waiting.values().next().value;
    if (next === undefined) {
      free++;
      return;
    }
    waiting.delete(next);
    next();
  };
  return {
    async run(work, signal) {
      await enter(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
    get taken() {
      return count - free + waiting.size;
    },
  };
}
