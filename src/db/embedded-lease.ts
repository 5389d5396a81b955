import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { superuser } from './embedded-cluster';
import { StartFailure } from './start-failure';

/**
 * Ownership of the embedded server: a session that holds an advisory lock in its maintenance database. It ends with the
 * process that holds it, however that dies, and also counts between containers that share a volume.
 */
export interface Lease {
  /** Resolves when the session is gone: the server died, or we gave it back. */
  lost: Promise<void>;
  release(): Promise<void>;
}

/** The server answers only later (`waiting`: no socket yet, or recovering, or shutting down). */
export type Knock = { lease: Lease } | 'waiting' | 'nobody';

const ownerLock = 0x6b69726531;
/** Milliseconds for the session of a killed owner to disappear. */
const grace = 3_000;

/** Connects to the server behind the socket, makes us its owner and sees to it that `database` exists. */
export async function knock(socketFolder: string, database: string): Promise<Knock> {
  const client = new Client({
    host: socketFolder,
    port: 5432,
    user: superuser,
    database: 'postgres',
    application_name: `kiremisu owner: process ${process.pid} on ${hostname()}`,
  });
  const lost = new Promise<void>((resolve) => client.once('end', resolve));
  // without a listener the end of the server would be an uncaught exception
  client.on('error', () => undefined);
  try {
    await client.connect();
    await own(client);
    await createDatabase(client, database);
  } catch (error) {
    await client.end().catch(() => undefined);
    return later(error);
  }
  const session = client as Client & Quiet;
  session.unref();
  const release = async () => {
    session.ref();
    await client.end();
  };
  return { lease: { lost, release } };
}

/** The types of pg leave these out: an idle lease alone does not keep a process alive. */
interface Quiet {
  ref(): void;
  unref(): void;
}

async function own(client: Client): Promise<void> {
  const deadline = Date.now() + grace;
  for (;;) {
    const { rows } = await client.query<{ own: boolean }>('select pg_try_advisory_lock($1) as own', [ownerLock]);
    if (rows[0]?.own) return;
    if (Date.now() > deadline) break;
    await pause(50);
  }
  const { rows } = await client.query<{ name: string }>(
    `select application_name as name from pg_stat_activity join pg_locks using (pid)
     where locktype = 'advisory' and granted and application_name like 'kiremisu owner: %'`,
  );
  const owner = rows[0]?.name.replace('kiremisu owner: ', '') ?? 'another process';
  throw new StartFailure(`Another KireMisu (${owner}) uses this DATA_DIR: stop it, or choose another DATA_DIR`);
}

async function createDatabase(client: Client, name: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
}

function later(error: unknown): 'waiting' | 'nobody' {
  const code = (error as { code?: unknown }).code;
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'nobody';
  // cannot_connect_now (starting, recovering, stopping), admin_shutdown, or cut off while it stops
  if (code === '57P03' || code === '57P01' || code === 'ECONNRESET' || code === 'EPIPE') return 'waiting';
  if (error instanceof Error && error.message === 'Connection terminated unexpectedly') return 'waiting';
  throw error;
}
