import { readFileSync } from 'node:fs';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLog } from '../src/base/log';
import type { Database } from '../src/db/database';
import { createApp } from '../src/http/app';
import { createEventHub } from '../src/http/event-hub';
import { createAuthentication } from '../src/library/authentication';
import { openBookPages } from '../src/library/book-pages';
import { createPosters } from '../src/library/posters';
import { createSessions } from '../src/library/sessions';
import { createViewers } from '../src/library/viewers';
import { defaultLimits } from '../src/media/limits';
import { createQueue } from '../src/queue/queue';
import { createTaskTotals } from '../src/queue/task-times';

export interface Ask {
  path: string;
  key: string;
  /** Sent by POST. */
  body?: object | undefined;
  agent?: Agent;
}

/** The whole HTTP side, as main.ts wires it, but for the worker. */
export interface Site {
  db: Database;
  /** Reads the answer to its end and tells its length; throws unless it is a 200. */
  ask(what: Ask): Promise<number>;
  close(): Promise<void>;
}

export async function openSite(db: Database, cacheDir: string): Promise<Site> {
  const log = silentLog();
  const queue = createQueue(db);
  const sessions = createSessions(db);
  const rememberMeDays = () => Promise.resolve(365);
  const yes = () => Promise.resolve(true);
  const pages = await openBookPages({ db, cacheDir });
  const events = createEventHub({ db, log });
  const record = () => Promise.resolve();
  const app = createApp({
    config: { basePath: '', trustProxy: false, corsOrigins: [] },
    ...{ log, db, queue, sessions, pages, events, rememberMeDays, taskTotals: createTaskTotals() },
    authentication: createAuthentication({ db, sessions, viewers: createViewers(db), record, rememberMeDays }),
    posters: createPosters({ db, queue, limits: defaultLimits }),
    health: { database: yes, migrations: yes, workers: () => true },
    draining: () => false,
    shutDown: () => undefined,
    webFiles: new Map(),
  });
  const handle = app.callback();
  const server = createServer((incoming, response) => void handle(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const common = new Agent({ keepAlive: true });
  return {
    db,
    ask: (what) => ask(server, { agent: common, ...what }),
    close: async () => {
      common.destroy();
      events.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pages.close();
    },
  };
}

function ask(server: Server, { path, key, body, agent }: Ask): Promise<number> {
  const { port } = server.address() as AddressInfo;
  const json = body && JSON.stringify(body);
  const headers = {
    ...{ 'x-api-key': key, 'accept-encoding': 'identity' },
    ...(json ? { 'content-type': 'application/json' } : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ port, path, agent, headers, method: json ? 'POST' : 'GET' }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('error', reject).on('end', () => {
        if (response.statusCode === 200) resolve(bytes);
        else reject(new Error(`${path} answers ${response.statusCode}`));
      });
    });
    sent.on('error', reject).end(json);
  });
}

export interface Statement {
  sql: string;
  bindings: readonly unknown[];
  /** Under which it is kept prepared. */
  name?: string | undefined;
}

/** What a request asks of the database. */
export async function statementsOf(site: Site, what: Ask): Promise<Statement[]> {
  const statements: Statement[] = [];
  const listen = ({ sql, bindings, options }: Statement & { options?: { name?: string } }) =>
    void statements.push({ sql, bindings, name: options?.name });
  site.db.on('query', listen);
  await site.ask(what).finally(() => site.db.removeListener('query', listen));
  return statements;
}

interface Connection {
  processID: number;
  query(statement: { text: string; values: readonly unknown[]; name?: string | undefined }): Promise<unknown>;
}

/** Nanoseconds that a process has had a processor; NaN where there is no /proc. */
function processorTime(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]);
  } catch {
    return NaN;
  }
}

/**
 * The same statements one after the other on a connection of the same pool: the floor of the request. Tells how many
 * milliseconds Postgres computed, which other work on the machine does not change much.
 */
export async function replay(db: Database, statements: readonly Statement[]): Promise<number> {
  const client = db.client as {
    acquireConnection(): Promise<Connection>;
    releaseConnection(c: Connection): Promise<void>;
  };
  const connection = await client.acquireConnection();
  try {
    const before = processorTime(connection.processID);
    for (const { sql, bindings, name } of statements) await connection.query({ text: sql, values: bindings, name });
    return (processorTime(connection.processID) - before) / 1e6;
  } finally {
    await client.releaseConnection(connection);
  }
}
