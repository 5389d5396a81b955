import { createHash } from 'node:crypto';
import {
  chmod,
  chown,
  cp,
  lchown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Log } from '../base/log';
import { accountFor, barriers, initdbAccount, type Account } from './embedded-account';
import type { Binaries } from './embedded-binaries';
import { locale, runCommand } from './embedded-command';
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

/** Finds or makes the folder of the database, such that the account that runs Postgres can reach it. */
export async function placeCluster(dataDir: string, refuge: string, log: Log): Promise<Place> {
  await mkdir(dataDir, { recursive: true });
  const root = await realpath(dataDir);
  const entry = path.join(root, 'postgres');
  if ((await exists(entry)) && !(await stat(entry).catch(() => null))) {
    throw new StartFailure(
      `The database is missing: ${entry} is a link to a folder that is gone. Bring the folder back, or remove the link to begin with an empty database`,
    );
  }
  const account = accountFor([path.join(entry, majorVersion), entry, root]);
  if (account) await makeReachable(root, entry, account, refuge, log);
  await mkdir(entry, { recursive: true, mode: 0o700 });
  const home = await realpath(entry);
  const folder = path.join(home, majorVersion);
  await takeOwnership(home, folder, account);
  return { home, folder, account };
}

/** As root: lets the account through our own folder, or else, where an outer one is closed to it, moves the database out. */
async function makeReachable(root: string, entry: string, account: Account, refuge: string, log: Log): Promise<void> {
  const { uid, mode } = await stat(root);
  // 0711: through, but no looking around
  if (uid === 0 && barriers(root, account).includes(root)) await chmod(root, (mode & 0o7777) | 0o011);
  const home = (await exists(entry)) ? await realpath(entry) : root;
  const closed = barriers(home, account).filter((one) => one === root || one !== home);
  if (closed.length === 0) return;
  if (await exists(entry)) {
    throw new StartFailure(
      `The account that runs Postgres (uid ${account.uid}) cannot pass ${closed[0]}: open that folder (chmod o+x), choose another DATA_DIR, or set DATABASE_URL`,
    );
  }
  const target = path.join(refuge, createHash('sha256').update(root).digest('hex').slice(0, 16));
  await mkdir(target, { recursive: true, mode: 0o700 });
  await chmod(refuge, 0o755);
  await symlink(target, entry);
  log.warn(
    { folder: target, closed: closed[0] },
    'the database lies outside DATA_DIR, because Postgres does not run as root and its account cannot enter a folder above: back up both',
  );
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
  } else if (author === account) {
    await initdb(draft, author, binaries, fsync);
  } else {
    await drawElsewhere(draft, author, binaries, fsync);
  }
  await chmod(draft, 0o700);
  if (account) await handOver(draft, account);
}

/** The author is neither us nor the owner of the data directory, so it may not be able to enter that. */
async function drawElsewhere(
  draft: string,
  author: Account | undefined,
  binaries: Binaries,
  fsync: boolean,
): Promise<void> {
  const workshop = await mkdtemp(path.join(tmpdir(), 'kiremisu-cluster-'));
  try {
    await chmod(workshop, 0o711);
    await initdb(path.join(workshop, 'made'), author, binaries, fsync);
    await cp(path.join(workshop, 'made'), draft, { recursive: true });
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
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
  await runCommand(binaries.initdb, ['-D', folder, ...settings, ...(fsync ? [] : ['--no-sync'])], author);
}

/** True also for a link that leads nowhere. */
async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => null)) !== null;
}
