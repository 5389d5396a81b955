import { loadavg } from 'node:os';

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

/** Rounds of a measurement: at least ten, so that there are percentiles, then until the time is over or there are enough. */
export async function rounds(most: number, seconds: number, round: () => Promise<void>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (let done = 0; done < most && (done < Math.min(10, most) || performance.now() < end); done++) await round();
}

/** Of the machine in the last minute: what times by the clock are worth. */
export const load = (): string => loadavg()[0]?.toFixed(1) ?? '?';
