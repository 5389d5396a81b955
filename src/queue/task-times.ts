import type { Log } from '../base/log';
import type { Database } from '../db/database';
import { emit, type TaskTimes } from './events';
import type { TaskName } from './tasks';

/** Sums up the runs of tasks by their kind. */
export interface TaskTotals {
  add(times: readonly TaskTimes[]): void;
  all(): TaskTimes[];
}

export function createTaskTotals(): TaskTotals {
  const totals = new Map<TaskName, TaskTimes>();
  return {
    add(times) {
      for (const { task, count, seconds, longest } of times) {
        const known = totals.get(task) ?? { task, count: 0, seconds: 0, longest: 0 };
        totals.set(task, {
          ...{ task, count: known.count + count, seconds: known.seconds + seconds },
          longest: Math.max(known.longest, longest),
        });
      }
    },
    all: () => [...totals.values()],
  };
}

export interface TaskTimer {
  ran(task: TaskName, milliseconds: number): void;
  /** Tells what is left. */
  close(): Promise<void>;
}

/** Tells the server now and then what ran here: a notification for each task would cost more than some tasks. */
export function createTaskTimer(db: Database, log: Log, every = 5_000): TaskTimer {
  let totals = createTaskTotals();
  const tell = async (): Promise<void> => {
    const times = totals.all();
    if (times.length === 0) return;
    totals = createTaskTotals();
    await emit(db, { type: 'TasksRun', times }).catch((error: unknown) =>
      log.warn({ err: error }, 'the times of tasks could not be told'),
    );
  };
  const timer = setInterval(() => void tell(), every);
  timer.unref();
  return {
    ran: (task, milliseconds) => {
      const seconds = milliseconds / 1000;
      totals.add([{ task, count: 1, seconds, longest: seconds }]);
    },
    close: async () => {
      clearInterval(timer);
      await tell();
    },
  };
}
