import { setTimeout as pause } from 'node:timers/promises';
import { knex, type Knex } from 'knex';
import type { Log } from '../base/log';
import { knexConfig, type ConnectionSettings } from './knex-config';
import { StartFailure } from './start-failure';

export type Database = Knex;

export interface DatabaseOptions extends ConnectionSettings {
  log: Log;
  /** Milliseconds to wait for a server that does not answer yet. */
  patience?: number;
}

/** Not up yet: refused, unknown host (a compose network that is being built), socket missing, starting, too many clients. */
const passing = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'EPIPE'],
  ...['57P03', '57P01', '53300', '08006'],
]);

/** Opens a pool, after waiting for a server that is still starting. */
export async function openDatabase(
  url: string,
  { log, patience = 60_000, ...settings }: DatabaseOptions,
): Promise<Database> {
  const db = knex(knexConfig(url, { log, ...settings }));
  try {
    await untilItAnswers(db, log, patience);
    return db;
  } catch (error) {
    await db.destroy();
    const code = codeOf(error);
    throw new StartFailure(
      `The database (DATABASE_URL) cannot be used: ${reasonOf(error)}${code ? ` (${code})` : ''}`,
      {
        cause: error,
      },
    );
  }
}

export async function closeDatabase(db: Database): Promise<void> {
  await db.destroy();
}

async function untilItAnswers(db: Database, log: Log, patience: number): Promise<void> {
  const deadline = Date.now() + patience;
  for (let delay = 50; ; delay = Math.min(delay * 2, 2_000)) {
    try {
      await db.raw('select 1');
      return;
    } catch (error) {
      const code = codeOf(error);
      if (!code || !passing.has(code) || Date.now() + delay > deadline) throw error;
      log.info({ code, delay }, 'waiting for the database');
      await pause(delay);
    }
  }
}

/** The code of a failure; of the first part when several addresses of a name were tried. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Lets a transaction take the time it needs, whatever the limit of requests is. */
export const takeTime = async (trx: Knex.Transaction): Promise<void> =>
  void (await trx.raw('set local statement_timeout = 0'));

const cancelled = '57014';

/** Whether a statement was given up after its time, or waited in vain for a connection of the pool. */
export function isOverdue(error: unknown): boolean {
  const native: unknown = (error as { nativeError?: unknown } | null)?.nativeError ?? error;
  return codeOf(native) === cancelled || (native instanceof Error && native.name === 'KnexTimeoutError');
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
