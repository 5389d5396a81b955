import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { silentLog } from '../../src/base/log';
import { startEmbedded, type Embedded, type EmbeddedOptions } from '../../src/db/embedded';
import { runningServer, stopServer } from '../../src/db/embedded-postmaster';

export const isRoot = process.getuid?.() === 0;

/** A process of its own that runs a server. */
export interface Owner {
  child: ChildProcess;
  url?: string;
  refused?: string;
}

export interface Servers {
  /** A new folder, as `mktemp -d` makes it: closed to everybody else. */
  folder(): string;
  /** A new folder that everybody may pass through. */
  openFolder(): string;
  start(options: Omit<EmbeddedOptions, 'log'>): Promise<Embedded>;
  own(options: Omit<EmbeddedOptions, 'log'>, uid?: number): Promise<Owner>;
  /** A cluster made once: other tests begin with a copy of it, which is faster than initdb. */
  template(): string;
}

/** Servers and folders for the tests of one file; whatever is left of them afterwards is ended and removed. */
export function useServers(): Servers {
  const folders: string[] = [];
  const started: Embedded[] = [];
  const owners: ChildProcess[] = [];
  let template = '';
  let refuge = '';

  const folder = () => {
    const made = mkdtempSync(path.join(tmpdir(), 'kiremisu-embedded-'));
    folders.push(made);
    return made;
  };
  const openFolder = () => {
    const made = folder();
    chmodSync(made, 0o755);
    return made;
  };
  const start = async (options: Omit<EmbeddedOptions, 'log'>) => {
    const embedded = await startEmbedded({ fsync: false, template, refuge, ...options, log: silentLog() });
    started.push(embedded);
    return embedded;
  };
  const own = async (options: Omit<EmbeddedOptions, 'log'>, uid?: number): Promise<Owner> => {
    const child = spawnOwner({ fsync: false, template, refuge, ...options }, uid);
    owners.push(child);
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
    return { child, ...(JSON.parse(line) as { url?: string; refused?: string }) };
  };

  beforeAll(async () => {
    refuge = openFolder();
    const dataDir = folder();
    await (await start({ dataDir })).stop();
    template = clusterOf(dataDir);
  });

  afterEach(async () => {
    for (const child of owners.splice(0)) child.kill('SIGKILL');
    for (const embedded of started.splice(0)) await embedded.stop();
    for (const made of folders) await stopServer(clusterOf(made), 0);
  });

  afterAll(() => {
    for (const made of folders) rmSync(made, { recursive: true, force: true });
  });

  return { folder, openFolder, start, own, template: () => template };
}

export const clusterOf = (dataDir: string) => path.join(dataDir, 'postgres/17');

export function serverPid(dataDir: string): number {
  const server = runningServer(clusterOf(dataDir));
  if (!server) throw new Error(`No server of ${dataDir} is running`);
  return server.pid;
}

function spawnOwner(options: Omit<EmbeddedOptions, 'log'>, uid?: number): ChildProcess {
  const script = path.join(__dirname, 'embedded-owner.ts');
  return spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(options)], {
    cwd: path.resolve(__dirname, '../..'),
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid, env: { PATH: process.env['PATH'], HOME: options.dataDir } }),
  });
}

/** The rows of one statement. */
export async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Waits until a condition holds: for what another process does and tells nobody. */
export async function until<T>(what: string, look: () => T | Promise<T>, patience = 30_000): Promise<T> {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await pause(20)) {
    try {
      const found = await look();
      if (found) return found;
    } catch {
      // not yet
    }
  }
  throw new Error(`Never happened: ${what}`);
}
