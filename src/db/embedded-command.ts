import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Account } from './embedded-account';

const run = promisify(execFile);

/** macOS has no C.UTF-8. With plain C, trigrams and case folding see nothing beyond ASCII. */
export const locale = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';

/** How every program of Postgres is started: none of our environment, a folder that anybody may enter, the right account. */
export function spawnOptions(account: Account | undefined) {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: locale, TZ: 'UTC' };
  return { cwd: '/', env, ...account };
}

/** Runs a program of Postgres to its end; rejects with its own words. */
export async function runCommand(file: string, args: string[], account: Account | undefined): Promise<void> {
  try {
    await run(file, args, { ...spawnOptions(account), timeout: 120_000 });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(stderr?.trim() || message, { cause: error });
  }
}
