import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../base/log';
import type { Database } from '../db/database';
import { closeForgottenAnalyses } from '../library/analysis-progress';
import { sweepDeadWorkers } from '../queue/liveness';
import { failAbandonedOperations } from '../queue/operations';
import { taskRules } from '../queue/tasks';

const sweepEvery = 5_000;

/** Looks after what dead processes left behind, at once and every few seconds, until the signal aborts. */
export async function keepSweeping(db: Database, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await sweepDeadWorkers(db, log);
      await failAbandonedOperations(db, Object.keys(taskRules));
      await closeForgottenAnalyses(db);
    } catch (error) {
      log.warn({ err: error }, 'the sweep failed');
    }
    await pause(sweepEvery, undefined, { signal }).catch(() => undefined);
  }
}
