/** Work that nobody waits for yet: done one piece at a time, only while nobody waits for anything. */
export interface ReadAhead<T> {
  /** What is likely to be wanted next of a book; takes the place of what was expected of it before. */
  expect(book: string, requests: T[]): void;
  /** Called when somebody's work has ended. */
  resume(): void;
  /** Resolves when nothing is left to do. */
  settled(): Promise<void>;
  stop(): void;
}

/** Books whose next pages are kept in mind; more than that are not read at once on a small server. */
const maxBooks = 16;

export function createReadAhead<T>(isIdle: () => boolean, make: (request: T) => Promise<unknown>): ReadAhead<T> {
  const expected = new Map<string, T[]>();
  let running: Promise<void> | null = null;
  let stopped = false;

  const next = (): T | null => {
    for (const [book, requests] of expected) {
      const request = requests.shift();
      if (requests.length === 0) expected.delete(book);
      if (request !== undefined) return request;
    }
    return null;
  };
  const run = async () => {
    while (!stopped && isIdle()) {
      const request = next();
      if (request === null) return;
      // whoever asks for the page itself is told what is wrong with it
      await make(request).catch(() => undefined);
    }
  };
  const resume = () => {
    running ??= run().finally(() => (running = null));
  };
  return {
    resume,
    expect(book, requests) {
      expected.delete(book);
      if (requests.length > 0) expected.set(book, [...requests]);
      const oldest = expected.keys().next().value;
      if (expected.size > maxBooks && oldest !== undefined) expected.delete(oldest);
      resume();
    },
    async settled() {
      while (running !== null) await running;
    },
    stop() {
      stopped = true;
      expected.clear();
    },
  };
}
