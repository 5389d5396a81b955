import { statfsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../base/log';
import { findBinaries } from './embedded-binaries';
import { makeCluster, placeCluster, superuser } from './embedded-cluster';
import { knock, type Lease } from './embedded-lease';
import {
  forgetDeadServer,
  launch,
  runningServer,
  signalServer,
  stopServer,
  type Launched,
  type Postmaster,
} from './embedded-postmaster';
import { socketFolderFor } from './embedded-socket';
import { StartFailure } from './start-failure';

export interface EmbeddedOptions {
  dataDir: string;
  log: Log;
  /** Off only for tests: a power cut would cost the database. */
  fsync?: boolean;
  /** A cluster made in advance by scripts/make-template.mjs. */
  template?: string;
  /** Where root copies the programs when the account of Postgres cannot reach the installed ones. */
  refuge?: string;
  /** The programs of Postgres; by default those of the npm package. */
  native?: string;
}

export interface Embedded {
  /** Connection string over the server's Unix socket. */
  url: string;
  stop(): Promise<void>;
}

const database = 'kiremisu';
/** Where the container image carries a cluster made in advance. */
export const defaultTemplate = '/usr/local/share/kiremisu/postgres-template';
const defaultRefuge = '/var/lib/kiremisu';
/** Recovery after a crash reads up to `max_wal_size`; a slow disk may need minutes. */
const startPatience = 10 * 60_000;
/** Children of a killed server hold its memory until they notice. */
const leftoverPatience = 10_000;
/** Leaves room within the ten seconds that a container engine grants. */
const stopPatience = 5_000;

/** Starts, or takes over, the Postgres server below `dataDir`, keeps it alive and stops it in the end. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { log } = options;
  const stopping = new AbortController();
  const postmaster = await inWords(options.dataDir, () => prepare(options));
  const first = await inWords(postmaster.logFile, () => takeOver(postmaster, log, stopping.signal));
  // the last resort of a process that ends without stop(): the signal alone, nothing can be awaited here
  const onExit = () => signalServer(postmaster.folder, 'SIGINT');
  process.once('exit', onExit);
  const keeping = keep(postmaster, first, log, stopping.signal);
  const stop = async () => {
    stopping.abort();
    // gives the lease back: from then on until the server is gone, nobody else gets an answer from it
    await keeping;
    await stopServer(postmaster.folder, stopPatience);
    process.off('exit', onExit);
  };
  let stopped: Promise<void> | undefined;
  return {
    url: `postgres://${superuser}@localhost/${database}?host=${encodeURIComponent(postmaster.socketFolder)}`,
    // once: later the server of this folder may be somebody else's
    stop: () => (stopped ??= stop()),
  };
}

async function prepare(options: EmbeddedOptions): Promise<Postmaster> {
  const { dataDir, log, fsync = true, template = defaultTemplate, refuge = defaultRefuge, native } = options;
  if (process.platform === 'win32') {
    throw new StartFailure('The bundled Postgres is not used on Windows: set DATABASE_URL to a Postgres of your own');
  }
  const place = await placeCluster(path.resolve(dataDir));
  const { home, folder, account } = place;
  const shelters = [...(account ? [path.join(refuge, 'bin')] : []), path.join(home, 'bin')];
  const binaries = await findBinaries({ account, shelters, log, native });
  await makeCluster(place, binaries, { fsync, template });
  const socketFolder = runningServer(folder)?.socketFolder ?? (await socketFolderFor(folder, account));
  return { program: binaries.postgres, folder, socketFolder, logFile: path.join(home, 'postgres.log'), account, fsync };
}

/** Comes back as the owner of a server that answers: of one that runs already, or of a new one. */
async function takeOver(postmaster: Postmaster, log: Log, signal: AbortSignal): Promise<Lease> {
  const begin = Date.now();
  let launched: Launched | undefined;
  try {
    for (let delay = 5, note = begin + 5_000; ; delay = Math.min(delay * 1.5, 250)) {
      signal.throwIfAborted();
      const answer = await knock(postmaster.socketFolder, database);
      if (typeof answer === 'object') return await ours(answer.lease, postmaster);
      if (answer === 'nobody' && !runningServer(postmaster.folder) && (launched?.hasEnded() ?? true)) {
        if (launched) refuseUnlessPassing(launched.lastWords(), begin, postmaster);
        forgetDeadServer(postmaster);
        launched = launch(postmaster);
      }
      if (Date.now() > begin + startPatience)
        throw new StartFailure(`The database does not come up: see ${postmaster.logFile}`);
      if (Date.now() > note) {
        log.info({ seconds: Math.round((Date.now() - begin) / 1000) }, 'waiting for the database to come up');
        note += 10_000;
      }
      await pause(delay, undefined, { signal });
    }
  } catch (error) {
    await launched?.end(stopPatience);
    throw error;
  }
}

/** A server that answers although none of our processes is it runs in another container on the same volume. */
async function ours(lease: Lease, { folder }: Postmaster): Promise<Lease> {
  if (runningServer(folder)) return lease;
  await lease.release();
  throw new StartFailure(`The database in ${folder} is run by another container or machine: stop that one first`);
}

/** Starts the server again whenever it dies, until told to stop. */
async function keep(postmaster: Postmaster, first: Lease, log: Log, signal: AbortSignal): Promise<void> {
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  let lease: Lease | undefined = first;
  for (let delay = 100; !signal.aborted;) {
    if (lease) await Promise.race([lease.lost, stopped]);
    if (signal.aborted) break;
    try {
      log.error('the database server is gone: starting it again');
      lease = await takeOver(postmaster, log, signal);
      delay = 100;
    } catch (error) {
      lease = undefined;
      if (signal.aborted) break;
      log.error({ err: error, delay }, 'the database server does not start');
      await Promise.race([pause(delay), stopped]);
      delay = Math.min(delay * 2, 10_000);
    }
  }
  await lease?.release().catch(() => undefined);
}

function refuseUnlessPassing(lastWords: string, begin: number, { folder }: Postmaster): void {
  const passing = /lock file "[^"]*" already exists|pre-existing shared memory block|is still in use/.test(lastWords);
  if (passing && Date.now() < begin + leftoverPatience) return;
  const reason = /(?:FATAL|PANIC):\s+(.*)/.exec(lastWords)?.[1] ?? lastWords.trim().split('\n').at(-1);
  if (reason) throw new Error(reason);
  // on a full disk it could not even write its log
  const full = statfsSync(folder).bavail < 1_000;
  throw new Error(full ? 'No space left' : 'it ended without a word');
}

/** Turns what the system or Postgres said into a sentence with a remedy. */
async function inWords<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StartFailure) throw error;
    throw new StartFailure(sentence(error instanceof Error ? error.message : String(error), where), { cause: error });
  }
}

function sentence(reason: string, where: string): string {
  if (/ENOSPC|EDQUOT|No space left/.test(reason)) {
    return `There is no space left for the database (${where}): make room there, choose another DATA_DIR, or set DATABASE_URL`;
  }
  if (/EACCES|EPERM|EROFS|Permission denied|Read-only/.test(reason)) {
    return `The database cannot be written (${where}: ${reason}): give the folder to the user that runs KireMisu, or choose another DATA_DIR`;
  }
  return `The bundled Postgres does not start (${reason}; see ${where}): set DATABASE_URL to use a Postgres of your own`;
}
