/** What was started and has to end however the bench does. */
type Closer = () => Promise<void> | void;

const closers = new Set<Closer>();

/** Runs `work` with something started; it is ended after it, and also when somebody stops the bench by Ctrl-C. */
export async function ending<T>(closer: Closer, work: () => Promise<T>): Promise<T> {
  closers.add(closer);
  try {
    return await work();
  } finally {
    closers.delete(closer);
    await closer();
  }
}

/** Ends what was started last first, then the process; the embedded Postgres of a bench ends with its process. */
export function endOnSignals(): void {
  const end = async (code: number): Promise<void> => {
    for (const closer of [...closers].reverse()) await Promise.resolve(closer()).catch(() => undefined);
    process.exit(code);
  };
  // `once`: who presses Ctrl-C again does not want to wait
  process.once('SIGINT', () => void end(130));
  process.once('SIGTERM', () => void end(143));
}
