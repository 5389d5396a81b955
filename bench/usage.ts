import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface Usage {
  /** Milliseconds of processor. */
  cpu: number;
  /** Bytes resident now. */
  memory: number;
  /** Bytes resident at most. */
  peak: number;
}

const tick = 10;

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(/\s+/u).map(Number);
}

function usageOfOne(pid: number): Usage {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'mu').exec(status)?.[1] ?? NaN) * 1024;
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) * tick,
    memory: kilobytes('VmRSS'),
    peak: kilobytes('VmHWM'),
  };
}

/** Of a process with all its threads, and on demand of the processes it started; figures are NaN where there is no /proc. */
export function usageOf(pid: number, { children = false } = {}): Usage {
  if (process.platform !== 'linux') return { cpu: NaN, memory: NaN, peak: NaN };
  const all = [pid, ...(children ? childrenOf(pid) : [])].map(usageOfOne);
  const sum = (figure: (one: Usage) => number) => all.reduce((total, one) => total + figure(one), 0);
  return { cpu: sum(({ cpu }) => cpu), memory: sum(({ memory }) => memory), peak: sum(({ peak }) => peak) };
}
