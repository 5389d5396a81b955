import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { totalmem } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Account } from './embedded-account';
import { nameOf, ownFolder, spawnOptions } from './embedded-command';

/** How to start the server of one cluster. */
export interface Postmaster {
  program: string;
  folder: string;
  socketFolder: string;
  logFile: string;
  account: Account | undefined;
  fsync: boolean;
}

/** A parameter that Postgres does not know: by it we, and people, recognise the server of a folder among the processes. */
const mark = 'kiremisu.folder';
const megabyte = 1024 * 1024;

function settings({ folder, socketFolder, account, fsync }: Postmaster): Record<string, string> {
  // in a container the limit counts; without one, constrainedMemory() is 0 or absurdly high
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity) / megabyte;
  const sockets = socketFolder === folder ? nameOf(folder, account) : socketFolder;
  return {
    [mark]: folder,
    listen_addresses: '',
    unix_socket_directories: `"${sockets.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    max_connections: '100',
    shared_buffers: `${Math.round(Math.min(128, Math.max(16, memory / 8)))}MB`,
    effective_cache_size: `${Math.round(Math.min(4096, memory / 2))}MB`,
    work_mem: '8MB',
    random_page_cost: '1.1',
    jit: 'off',
    // containers get 64 MB of /dev/shm, too little for parallel plans
    dynamic_shared_memory_type: 'mmap',
    // nobody replicates this server
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_wal_size: '512MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // starts, stops and crashes; what a statement did wrong is in our own log
    log_min_messages: 'log',
    log_checkpoints: 'off',
    ...(fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
}

/** A server that was started here. */
export interface Launched {
  hasEnded(): boolean;
  /** What it wrote to its log since its start, or why it could not be started. */
  lastWords(): string;
  /** Ends it, even one so young that it has no lock file. */
  end(patience: number): Promise<void>;
}

/** Starts the server in a session of its own: Ctrl-C in the terminal reaches only us, so that requests are drained first. */
export function launch(postmaster: Postmaster): Launched {
  keepShort(postmaster.logFile);
  const output = openSync(postmaster.logFile, 'a', 0o600);
  const begin = fstatSync(output).size;
  const options = Object.entries(settings(postmaster)).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { program, folder, account } = postmaster;
  const child = spawn(program, ['-D', nameOf(folder, account), ...options], {
    ...spawnOptions(account, folder),
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.unref();
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  const hasEnded = () => failure !== undefined || child.exitCode !== null || child.signalCode !== null;
  return {
    hasEnded,
    end: (patience) => endInSteps((signal) => child.kill(signal), hasEnded, patience),
    lastWords: () => failure?.message ?? readFileSync(postmaster.logFile).subarray(begin).toString(),
  };
}

function keepShort(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > megabyte) renameSync(logFile, `${logFile}.1`);
}

/** The first line of `postmaster.pid` and its fifth, where a server that has got so far names its socket's folder. */
export interface LockFile {
  pid: number;
  socketFolder: string | undefined;
}

const lockFileOf = (folder: string) => path.join(folder, 'postmaster.pid');

function readLockFile(file: string): LockFile | undefined {
  try {
    const [pid = '', , , , sockets = ''] = readFileSync(file, 'utf8').split('\n');
    return { pid: Number(pid), socketFolder: sockets === ownFolder ? path.dirname(file) : sockets || undefined };
  } catch {
    return undefined;
  }
}

/** The live server of this cluster, whoever started it. A number that belongs to another process now does not count. */
export function runningServer(folder: string): LockFile | undefined {
  const lock = readLockFile(lockFileOf(folder));
  return lock && isServerOf(lock.pid, folder) ? lock : undefined;
}

function isServerOf(pid: number, folder: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    // of a zombie the command line is empty
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0${mark}=${folder}\0`);
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes(` ${mark}=${folder} `);
  } catch {
    return false;
  }
}

/**
 * Lets a new server pass the lock files of a dead one whose number is in use by another process (after a restart of a
 * container it usually is). The cluster's is not removed: Postgres reads in it whether children of the old server still
 * use its memory, and takes its parent's number, ours, for stale. Was a server begun in between, its file is put back.
 */
export function forgetDeadServer({ folder, socketFolder }: Postmaster): void {
  const file = lockFileOf(folder);
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (!isServerOf(readLockFile(aside)?.pid ?? 0, folder)) {
      const rest = readFileSync(aside, 'utf8').split('\n').slice(1);
      writeFileSync(aside, [process.pid, ...rest].join('\n'));
    }
    linkSync(aside, file);
  } catch {
    // there was none, or yet another server made its own in the meantime
  }
  rmSync(aside, { force: true });
  if (runningServer(folder)) return;
  for (const name of ['.s.PGSQL.5432', '.s.PGSQL.5432.lock']) rmSync(path.join(socketFolder, name), { force: true });
}

/** Ends the server of this cluster, if there is one. */
export async function stopServer(folder: string, patience: number): Promise<void> {
  const pid = runningServer(folder)?.pid;
  if (pid === undefined) return;
  await endInSteps(
    (signal) => signalServer(folder, signal),
    () => !isServerOf(pid, folder),
    patience,
  );
}

/** Fast shutdown; then an immediate one, which costs a recovery at the next start; then by force. */
async function endInSteps(
  kill: (signal: NodeJS.Signals) => void,
  hasEnded: () => boolean,
  patience: number,
): Promise<void> {
  for (const [signal, wait] of [
    ['SIGINT', patience],
    ['SIGQUIT', 2_000],
    ['SIGKILL', 1_000],
  ] as const) {
    if (hasEnded()) return;
    kill(signal);
    const deadline = Date.now() + wait;
    while (!hasEnded() && Date.now() < deadline) await pause(10);
  }
}

/** Signals the server if it lives: SIGINT ends its clients' sessions and then itself. */
export function signalServer(folder: string, signal: NodeJS.Signals): void {
  const server = runningServer(folder);
  if (!server) return;
  try {
    process.kill(server.pid, signal);
  } catch {
    // it ended between the look and the signal
  }
}
