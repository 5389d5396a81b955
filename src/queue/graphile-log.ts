import { Logger } from 'graphile-worker';
import type { Log } from '../base/log';

/**
 * graphile-worker's own messages as ours: constant text, its words as a field. What it says about each task is dropped;
 * the runner logs tasks itself.
 */
export function graphileLog(log: Log): Logger {
  return new Logger((scope) => (level, detail, meta) => {
    if (meta?.['failure'] === true) return;
    const severity: string = level;
    const fields = { detail, ...(scope.label === undefined ? {} : { part: scope.label }) };
    if (severity === 'error')
      return log.error({ ...fields, err: meta?.['error'] }, 'the queue library reports an error');
    if (severity === 'warning') return log.warn(fields, 'the queue library warns');
    log.trace(fields, 'the queue library says');
  });
}
