import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { barriers, type Account } from './embedded-account';
import { StartFailure } from './start-failure';

const run = promisify(execFile);

/** macOS has no C.UTF-8. With plain C, trigrams and case folding see nothing beyond ASCII. */
export const locale = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';

/**
 * What Postgres is to call a folder that it starts in. Below a folder that its account may not enter (a data directory
 * in /root, or in a `mktemp -d` of root) the true path is of no use to it, but a process always reaches the folder it
 * stands in. Checked with initdb, parallel plans, recovery and extensions.
 */
export function nameOf(folder: string, account: Account | undefined): string {
  if (!account || barriers(folder, account).length === 0) return folder;
  if (process.platform === 'linux') return ownFolder;
  throw new StartFailure(
    `The account that runs Postgres cannot enter ${folder}: choose another DATA_DIR, start KireMisu as an ordinary user, or set DATABASE_URL`,
  );
}

export const ownFolder = '/proc/self/cwd';

/** How every program of Postgres is started: none of our environment, the right account. */
export function spawnOptions(account: Account | undefined, cwd: string) {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: locale, TZ: 'UTC' };
  return { cwd, env, ...account };
}

/** Runs a program of Postgres to its end; rejects with its own words. */
export async function runCommand(file: string, args: string[], account: Account | undefined, cwd = '/'): Promise<void> {
  try {
    await run(file, args, { ...spawnOptions(account, cwd), timeout: 120_000 });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(stderr?.trim() || message, { cause: error });
  }
}
