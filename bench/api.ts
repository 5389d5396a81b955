import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newId } from '../src/base/public-id';
import { silentLog } from '../src/base/log';
import { closeDatabase, openDatabase, type Database } from '../src/db/database';
import { startEmbedded } from '../src/db/embedded';
import { migrate } from '../src/db/migrate';
import { createApp } from '../src/http/app';
import { createEventHub } from '../src/http/event-hub';
import { createApiKey } from '../src/library/api-keys';
import { createAuthentication } from '../src/library/authentication';
import { openBookPages } from '../src/library/book-pages';
import { createPosters } from '../src/library/posters';
import { createSessions } from '../src/library/sessions';
import { createUser, unrestricted } from '../src/library/users';
import { createViewers } from '../src/library/viewers';
import { defaultLimits } from '../src/media/limits';
import { createQueue, migrateQueue } from '../src/queue/queue';
import { createTaskTotals } from '../src/queue/task-times';
import { findSubjects, operationsOf, type Operation } from './api-operations';
import { seedCatalogue, type SeedSize } from './seed';

/** performance.md §10: G6 for the statements; nothing a person waits for may take longer than the last one. */
const goals = { small: { sql: 5 }, large: { sql: 25 }, hard: 200 };
const rounds = 100;
const warmUps = 4;

type Figures = [p50: number, p95: number, p99: number];

function figures(times: number[]): Figures {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(sorted.length * part) - 1] ?? NaN;
  return [at(0.5), at(0.95), at(0.99)];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

interface Api {
  db: Database;
  ask(operation: Operation): Promise<void>;
  close(): Promise<void>;
}

/** The whole HTTP side, as main.ts wires it, but for the worker. */
async function startApi(db: Database, cacheDir: string, keys: { all: string; restricted: string }): Promise<Api> {
  const log = silentLog();
  const queue = createQueue(db);
  const sessions = createSessions(db);
  const viewers = createViewers(db);
  const rememberMeDays = () => Promise.resolve(365);
  const yes = () => Promise.resolve(true);
  const pages = await openBookPages({ db, cacheDir });
  const events = createEventHub({ db, log });
  const app = createApp({
    config: { basePath: '', trustProxy: false, corsOrigins: [] },
    ...{ log, db, queue, sessions, pages, events, rememberMeDays, taskTotals: createTaskTotals() },
    authentication: createAuthentication({ db, sessions, viewers, record: () => Promise.resolve(), rememberMeDays }),
    posters: createPosters({ db, queue, limits: defaultLimits }),
    health: { database: yes, migrations: yes, workers: () => true },
    draining: () => false,
    webFiles: new Map(),
  });
  const handle = app.callback();
  const server = createServer((incoming, response) => void handle(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new Agent({ keepAlive: true });
  return {
    db,
    ask: (operation) => ask(server, agent, operation, operation.restricted ? keys.restricted : keys.all),
    close: async () => {
      agent.destroy();
      events.close();
      await new Promise((resolve) => server.close(resolve));
      await pages.close();
    },
  };
}

function ask(server: Server, agent: Agent, { path: at, body }: Operation, key: string): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const json = body && JSON.stringify(body);
  const headers = { 'x-api-key': key, ...(json ? { 'content-type': 'application/json' } : {}) };
  return new Promise((resolve, reject) => {
    const options = { port, path: at, agent, headers, method: json ? 'POST' : 'GET' };
    const sent = request(options, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${at} answers ${response.statusCode}`));
      });
    });
    sent.on('error', reject).end(json);
  });
}

interface Statement {
  sql: string;
  bindings: readonly unknown[];
}

/** What a request asks of the database. */
async function statementsOf(api: Api, operation: Operation): Promise<Statement[]> {
  const statements: Statement[] = [];
  const listen = ({ sql, bindings }: Statement) => void statements.push({ sql, bindings });
  api.db.on('query', listen);
  await api.ask(operation).finally(() => api.db.removeListener('query', listen));
  return statements;
}

/** The same statements one after the other on a connection of the same pool: the floor of the request. */
async function replay(db: Database, statements: Statement[]): Promise<void> {
  const client = db.client as {
    acquireConnection(): Promise<Connection>;
    releaseConnection(c: Connection): Promise<void>;
  };
  const connection = await client.acquireConnection();
  try {
    for (const { sql, bindings } of statements) await connection.query(sql, bindings);
  } finally {
    await client.releaseConnection(connection);
  }
}

interface Connection {
  query(sql: string, bindings: readonly unknown[]): Promise<unknown>;
}

interface Row {
  name: string;
  http: Figures;
  sql: Figures;
  statements: number;
}

/** Request and bare statements take turns, so that whatever else the machine does hits both. */
async function measure(api: Api, operation: Operation): Promise<Row> {
  for (let round = 0; round < warmUps; round++) await api.ask(operation);
  const statements = await statementsOf(api, operation);
  const http: number[] = [];
  const sql: number[] = [];
  for (let round = 0; round < rounds; round++) {
    http.push(await timed(() => api.ask(operation)));
    sql.push(await timed(() => replay(api.db, statements)));
  }
  return { name: operation.name, http: figures(http), sql: figures(sql), statements: statements.length };
}

const cells = (values: Figures): string => values.map((value) => value.toFixed(1).padStart(7)).join('');

function line({ name, http, sql, statements }: Row, goal: number): string {
  const mark = http[1] >= goals.hard ? ' !!' : sql[1] >= goal ? ' *' : '';
  const ratio = `×${(http[0] / sql[0]).toFixed(2)}`;
  return `${name.padEnd(34)}${cells(http)}  ${cells(sql)}${String(statements).padStart(5)}${ratio.padStart(8)}${mark}`;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function seedLists(db: Database): Promise<void> {
  for (const [list, members, member, from] of [
    ['collection', 'collection_series', 'series_id', 'series'],
    ['read_list', 'read_list_book', 'book_id', 'book'],
  ]) {
    for (let number = 0; number < 50; number++) {
      const id = newId();
      await db.raw(
        `insert into ${list} (id, name, name_key, ordered, created_at, modified_at) values (:id, :name, :key, true, now(), now())`,
        { id, name: `List ${number}`, key: `list ${number}` },
      );
      await db.raw(
        `insert into ${members} (${list}_id, ${member}, position)
         select :id, id, row_number() over () - 1 from (select id from ${from} order by id offset :at limit 100) picked`,
        { id, at: number * 100 },
      );
    }
  }
}

/** Somebody who sees everything and reads, and somebody who sees two libraries without what is for adults. */
async function keysOf(
  db: Database,
  userId: string,
  libraryIds: string[],
): Promise<{ all: string; restricted: string }> {
  const { user } = await createUser(db, {
    ...{ email: 'restricted@example.org', password: 'a password of no use' },
    restrictions: {
      ...{ ...unrestricted, roles: ['PAGE_STREAMING'] },
      sharedLibraries: { all: false, libraryIds: libraryIds.slice(0, 2) },
      ageRestriction: { age: 16, mode: 'EXCLUDE' },
    },
  });
  const keyOf = async (id: string) => (await createApiKey(db, id, 'bench')).key;
  return { all: await keyOf(userId), restricted: await keyOf(user.id) };
}

async function measureAll(api: Api, goal: number): Promise<boolean> {
  print(`${''.padEnd(34)}${'HTTP, ms'.padStart(21)}  ${'bare SQL, ms'.padStart(21)}`);
  print(
    `${''.padEnd(34)}${['p50', 'p95', 'p99', '', 'p50', 'p95', 'p99'].map((head) => (head === '' ? '  ' : head.padStart(7))).join('')} stmt   ratio`,
  );
  let isFast = true;
  for (const operation of operationsOf(await findSubjects(api.db))) {
    const row = await measure(api, operation);
    print(line(row, goal));
    isFast &&= row.http[1] < goals.hard;
  }
  print(
    `¶ somebody from whom most is hidden; * p95 of the statements above ${goal} ms; !! p95 of the requests above ${goals.hard} ms`,
  );
  return isFast;
}

/**
 * Lists and look-ups of the clients on 10,000 series and 50,000 books, with `--large` on 100,000 and 1,000,000: how long
 * each takes, how many statements it sends, and how much the server adds to them.
 */
export async function api(): Promise<boolean> {
  const large = process.argv.includes('--large');
  const size: SeedSize = large ? { series: 100_000, booksEach: 10 } : { series: 10_000, booksEach: 5 };
  const folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-bench-'));
  chmodSync(folder, 0o755);
  const log = silentLog();
  const postgres = await startEmbedded({ dataDir: path.join(folder, 'data'), log });
  const db = await openDatabase(postgres.url, { log, applicationName: 'bench' });
  try {
    await migrate(db);
    await migrateQueue(postgres.url, log);
    print(`filling ${size.series} series, ${size.series * size.booksEach} books…`);
    const { userId, libraryIds } = await seedCatalogue(db, size);
    await seedLists(db);
    await db.raw('analyze');
    const server = await startApi(db, path.join(folder, 'cache'), await keysOf(db, userId, libraryIds));
    try {
      return await measureAll(server, large ? goals.large.sql : goals.small.sql);
    } finally {
      await server.close();
    }
  } finally {
    await closeDatabase(db);
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
