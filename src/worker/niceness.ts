import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { Log } from '../base/log';

/**
 * The lowest CPU priority for this process: beside thumbnails the API keeps 67 % of its idle rate that way, 19 %
 * otherwise. Linux counts by thread: those there already are lowered one by one, those to come inherit it.
 */
export function lowerPriority(log: Log): void {
  for (const thread of threads()) {
    try {
      setPriority(thread, constants.priority.PRIORITY_LOW);
    } catch (error) {
      log.warn({ err: error }, 'the priority could not be lowered');
      return;
    }
  }
}

function threads(): number[] {
  if (process.platform !== 'linux') return [process.pid];
  return readdirSync('/proc/self/task').map(Number);
}
