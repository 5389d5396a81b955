import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { silentLog } from '../../src/base/log';
import { startRunner, type Runner, type RunnerOptions } from '../../src/queue/runner';
import { taskRules, type Handlers, type TaskContext, type TaskName, type Tasks } from '../../src/queue/tasks';

type Loose = { [T in TaskName]?: (context: TaskContext, payload: Tasks[T]) => unknown };

/** Handlers that must not be called, but for those given. */
export function handlersOf(some: Loose): Handlers {
  const unexpected = () => Promise.reject(new Error('This task was not expected'));
  const names = Object.keys(taskRules) as TaskName[];
  return Object.fromEntries(
    names.map((name) => {
      const given = some[name] as ((context: TaskContext, payload: unknown) => unknown) | undefined;
      return [
        name,
        given ? async (context: TaskContext, payload: unknown) => void (await given(context, payload)) : unexpected,
      ];
    }),
  ) as unknown as Handlers;
}

/** Waits until the condition holds; fails after half a minute, which only a machine with a lot else to do takes. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, patience = 30_000): Promise<void> {
  const deadline = Date.now() + patience;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited ${patience} ms in vain until ${what}`);
    await pause(10);
  }
}

/** A list that can be waited for. */
export function record<T>(): { seen: T[]; add(value: T): void; toHave(count: number): Promise<void> } {
  const seen: T[] = [];
  const added = new EventEmitter();
  return {
    seen,
    add: (value) => {
      seen.push(value);
      added.emit('added');
    },
    toHave: async (count) => {
      const signal = AbortSignal.timeout(15_000);
      while (seen.length < count) await once(added, 'added', { signal });
    },
  };
}

/** A promise to be kept by hand: what holds a handler until the test has looked. */
export function gate(): { opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Runs the queue in this process while `work` is going on. */
export async function whileRunning(
  options: Omit<RunnerOptions, 'log'> & { count?: number },
  work: (runners: Runner[]) => Promise<void>,
): Promise<void> {
  const { count = 1, ...rest } = options;
  const runners = await Promise.all(Array.from({ length: count }, () => startRunner({ ...rest, log: silentLog() })));
  try {
    await work(runners);
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()));
  }
}
