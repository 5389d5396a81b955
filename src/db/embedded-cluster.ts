import { chmod, chown, cp, lchown, lstat, mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { accountFor, initdbAccount, type Account } from './embedded-account';
import type { Binaries } from './embedded-binaries';
import { locale, nameOf, runCommand } from './embedded-command';
import { StartFailure } from './start-failure';

/** The major version of the bundled programs: a cluster belongs to one. */
export const majorVersion = '17';
export const superuser = 'kiremisu';

/** Where the database lies and who runs it. */
export interface Place {
  /** `<data dir>/postgres`, links resolved: the cluster, its log, perhaps a copy of the programs. */
  home: string;
  /** The cluster itself: `<home>/17`. */
  folder: string;
  account: Account | undefined;
}

/** Finds or makes the folder of the database, and gives it to the account that runs Postgres. */
export async function placeCluster(dataDir: string): Promise<Place> {
  await mkdir(dataDir, { recursive: true });
  const entry = path.join(await realpath(dataDir), 'postgres');
  await mkdir(entry, { recursive: true, mode: 0o700 });
  const home = await realpath(entry);
  const folder = path.join(home, majorVersion);
  const account = accountFor([folder, home, path.dirname(entry)]);
  await takeOwnership(home, folder, account);
  return { home, folder, account };
}

/** Our own folder goes to the account, and so does a cluster that root copied or restored; nothing else is touched. */
async function takeOwnership(home: string, folder: string, account: Account | undefined): Promise<void> {
  const owner = (await stat(folder).catch(() => null))?.uid;
  if (account) {
    await chown(home, account.uid, account.gid);
    if (owner !== undefined && owner !== account.uid) await handOver(folder, account);
    return;
  }
  if (owner === undefined || owner === process.getuid?.()) return;
  throw new StartFailure(
    `The database in ${folder} belongs to another user (uid ${owner}): start KireMisu as that user, or give it to yours (chown -R)`,
  );
}

export async function handOver(folder: string, { uid, gid }: Account): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await lchown(path.join(entry.parentPath, entry.name), uid, gid);
  }
  await chown(folder, uid, gid);
}

export interface ClusterOptions {
  fsync: boolean;
  /** A cluster made before, for users whom initdb refuses; it also saves half a second. */
  template: string;
}

/** Makes the cluster unless it is there. It gets its name last, so a start that was cut off leaves nothing half made. */
export async function makeCluster(
  place: Place,
  binaries: Binaries,
  { fsync, template }: ClusterOptions,
): Promise<void> {
  if (await exists(path.join(place.folder, 'PG_VERSION'))) return;
  const draft = `${place.folder}.new-${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  try {
    await draw(draft, place.account, binaries, fsync, template);
    await rename(draft, place.folder);
  } catch (error) {
    // another process that started at the same time was faster
    if (!(await exists(path.join(place.folder, 'PG_VERSION')))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function draw(draft: string, account: Account | undefined, binaries: Binaries, fsync: boolean, template: string) {
  const author = initdbAccount(account);
  if (await exists(path.join(template, 'PG_VERSION'))) {
    await cp(template, draft, { recursive: true });
  } else if (author === null) {
    throw new StartFailure(
      `The user ${process.getuid?.()} has no name, and Postgres makes no database for such a user: run as a user that exists, or set DATABASE_URL`,
    );
  } else {
    await initdb(draft, author, binaries, fsync);
  }
  await chmod(draft, 0o700);
  if (account) await handOver(draft, account);
}

async function initdb(folder: string, author: Account | undefined, binaries: Binaries, fsync: boolean): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  if (author) await chown(folder, author.uid, author.gid);
  // who can reach the socket (the account and root, by the folder's mode) may connect
  const settings = [
    `--username=${superuser}`,
    `--locale=${locale}`,
    '--encoding=UTF8',
    '--auth=trust',
    '--no-instructions',
  ];
  await runCommand(
    binaries.initdb,
    ['-D', nameOf(folder, author), ...settings, ...(fsync ? [] : ['--no-sync'])],
    author,
    folder,
  );
}

async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => null)) !== null;
}
