import Bree from 'bree';
import type { Log } from '../base/log';
import { extension, loaderArguments, programFile, type WorkerConfig } from './config';
import { growingPauses } from './pauses';

export interface Threads {
  /** All of them take tasks. */
  ready: Promise<void>;
  /** Asks all of them to end, and ends those that do not within the limit (milliseconds). */
  stop(limit: number): Promise<void>;
}

type Timetable = Pick<Bree.JobOptions, 'name' | 'timeout' | 'interval' | 'cron'>;

/** What `tick-thread` submits, and when. A machine that is off at night gets its clean-up when the server starts. */
const timetable: Timetable[] = [
  { name: 'due-scans', timeout: 0, interval: 60_000 },
  { name: 'due-metadata', timeout: 20_000, interval: 60_000 },
  { name: 'clean-up', cron: '17 3 * * *' },
];

/** Bree keeps the clock and the threads: `drain-1…N` run tasks, `watch` watches folders; they are started again when they die. */
export async function startThreads(config: WorkerConfig, log: Log): Promise<Threads> {
  const drains = Array.from({ length: config.workers }, (_, index) => `drain-${index + 1}`);
  const stopping = new AbortController();
  const bree = new Bree({
    root: false,
    logger: false,
    defaultExtension: extension.slice(1),
    acceptedExtensions: ['.js', '.ts'],
    worker: { execArgv: loaderArguments, workerData: { config } },
    jobs: [
      ...drains.map((name) => ({ name, path: programFile('drain-thread'), timeout: 0 })),
      { name: 'watch', path: programFile('watch-thread'), timeout: 0 },
      ...timetable.map((job) => ({ ...job, path: programFile('tick-thread') })),
    ],
    errorHandler: (error, { name }) => log.error({ err: error, thread: name }, 'a thread reports an error'),
    workerMessageHandler: ({ name }) => bree.emit('thread ready', name),
  });
  const ready = allReady(bree, drains);
  restartDead(bree, [...drains, 'watch'], stopping.signal, log);
  await bree.start();
  return {
    ready,
    stop: async (limit) => {
      stopping.abort();
      const timer = setTimeout(() => endAll(bree, log), limit);
      await bree.stop();
      clearTimeout(timer);
    },
  };
}

function allReady(bree: Bree, names: string[]): Promise<void> {
  const missing = new Set(names);
  return new Promise((resolve) => {
    bree.on('thread ready', (name: string) => {
      missing.delete(name);
      if (missing.size === 0) resolve();
    });
  });
}

/** Bree leaves a dead thread dead. */
function restartDead(bree: Bree, names: string[], stopping: AbortSignal, log: Log): void {
  const pauses = new Map(names.map((name) => [name, growingPauses()]));
  bree.on('worker deleted', (name: string) => {
    const nextPause = pauses.get(name);
    if (nextPause === undefined || stopping.aborted) return;
    const delay = nextPause();
    log.error({ thread: name, delay }, 'a thread ended and is started again');
    const timer = setTimeout(() => void bree.run(name), delay);
    stopping.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}

function endAll(bree: Bree, log: Log): void {
  for (const [name, thread] of bree.workers) {
    log.warn({ thread: name }, 'a thread does not end and is cut off');
    void thread.terminate();
  }
}
