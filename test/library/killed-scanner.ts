import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestDatabase } from '../support/database';
import type { ScannerOptions, ScannerOrder } from './programs/scanner';

const program = path.join(__dirname, 'programs/scanner.ts');

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Processes that are killed in the middle of their work. The next one starts meanwhile: that takes longer than the work. */
export function useKilledScanners(database: TestDatabase) {
  let standby: { child: ChildProcess; isReady: Promise<unknown> } | null = null;

  function start() {
    const options: ScannerOptions = { database: database.url };
    const child = fork(program, [JSON.stringify(options)], {
      execArgv: ['--require', 'tsx/cjs'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return { child, isReady: once(child, 'message') };
  }

  afterEach(async () => {
    if (standby) await end(standby.child);
    standby = null;
  });

  /** Has it work for so many milliseconds, or until it dies by itself, and kills it. Tells how far it came. */
  return async function workAndKill(order: ScannerOrder, milliseconds: number | 'until death'): Promise<string> {
    const { child, isReady } = standby ?? start();
    await isReady;
    standby = start();
    let said: unknown = 'nothing';
    child.on('message', (message) => (said = message));
    const begun = once(child, 'message');
    child.send(order);
    await begun;
    if (milliseconds !== 'until death') await pause(milliseconds);
    // it may have died before its first word was heard
    else if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await end(child);
    return said === 'begun' ? `killed after ${milliseconds}` : String(said);
  };
}
