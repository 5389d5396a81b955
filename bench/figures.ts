/** Percentiles of a list of times. */
export type Figures = [p50: number, p95: number, p99: number];

export function figures(times: readonly number[]): Figures {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(sorted.length * part) - 1] ?? NaN;
  return [at(0.5), at(0.95), at(0.99)];
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

export const cells = (values: readonly number[]): string =>
  values.map((value) => value.toFixed(1).padStart(7)).join('');

/** `--name=value` of the command line; null without it. */
export function option(name: string): string | null {
  const start = `--${name}=`;
  return process.argv.find((argument) => argument.startsWith(start))?.slice(start.length) ?? null;
}
