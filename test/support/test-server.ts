import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { silentLog } from '../../src/base/log';
import { closeDatabase, openDatabase } from '../../src/db/database';
import { startEmbedded } from '../../src/db/embedded';
import { stopServer } from '../../src/db/embedded-postmaster';
import { migrate } from '../../src/db/migrate';

/** How test files learn of the server: Jest hands the environment on to its workers. */
export const serverVariable = 'KIREMISU_TEST_SERVER';
export const templateVariable = 'KIREMISU_TEST_TEMPLATE';
export const failureVariable = 'KIREMISU_TEST_FAILURE';

const prefix = 'kiremisu-test-';

export interface TestServer {
  url: string;
  template: string;
  stop(): Promise<void>;
}

/** One Postgres for the whole run, our own in a temporary folder or that of TEST_DATABASE_URL, with a migrated template. */
export async function startTestServer(): Promise<TestServer> {
  const external = process.env['TEST_DATABASE_URL'];
  const server = external ? { url: external, stop: async () => {} } : await startOwnServer();
  const template = `kiremisu_test_template_${process.pid}`;
  const stop = async () => {
    await run(server.url, `drop database if exists ${template}`);
    await server.stop();
  };
  try {
    await run(server.url, `create database ${template}`);
    const db = await openDatabase(databaseUrl(server.url, template), { log: silentLog() });
    await migrate(db).finally(() => closeDatabase(db));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: server.url, template, stop };
}

async function startOwnServer(): Promise<{ url: string; stop(): Promise<void> }> {
  await sweep();
  const dataDir = mkdtempSync(path.join(tmpdir(), `${prefix}${process.pid}-`));
  const embedded = await startEmbedded({ dataDir, log: silentLog(), fsync: false });
  const stop = async () => {
    await embedded.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { url: embedded.url, stop };
}

/** Ends the servers of runs that were killed, and removes their folders. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(prefix))) {
    const pid = Number(/\d+/.exec(name)?.[0]);
    if (isAlive(pid)) continue;
    const folder = path.join(tmpdir(), name);
    await stopServer(path.join(folder, 'postgres/17'), 0).catch(() => undefined);
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // another user's
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The same server, another database. */
export function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs one statement on the server's own database. */
export async function run(server: string, statement: string): Promise<void> {
  const client = new Client(server);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
