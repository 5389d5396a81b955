import path from 'node:path';
import type { Knex } from 'knex';
import { knexSnakeCaseMappers } from 'objection';
import { types, type Client } from 'pg';
import type { Log } from '../base/log';
import { migrationSource } from './migration-source';
import { createStatementNames } from './prepared';

export interface ConnectionSettings {
  /** Takes what knex has to say; without it, knex writes to the terminal. */
  log?: Log;
  max?: number;
  applicationName?: string;
  /** Milliseconds until Postgres gives up a statement; 0, the default, is never: scans and tasks take what they need. */
  statementTimeout?: number;
  /** Milliseconds until Postgres ends a session that does nothing inside a transaction; 0 is never. */
  idleInTransactionTimeout?: number;
  /** Whether hot statements are prepared under names; not where a pooler hands one session to several clients. */
  preparedStatements?: boolean;
}

const { INT8, NUMERIC, DATE } = types.builtins;
/** Arrays of the types above; their oids are constants of Postgres (pg_type.dat) that pg does not name. */
const [INT8_ARRAY, NUMERIC_ARRAY, DATE_ARRAY, INT4_ARRAY, FLOAT8_ARRAY, TEXT_ARRAY] = [
  1016, 1231, 1182, 1007, 1022, 1009,
];

type Parse = (text: string) => unknown;
const parserOf = (oid: number) => types.getTypeParser(oid, 'text') as Parse;

/** Numbers as numbers (counts and bytes stay far below 2^53), dates as the `yyyy-MM-dd` they are, without a time zone. */
const parsers = new Map<number, Parse>([
  [INT8, Number],
  [NUMERIC, Number],
  [DATE, String],
  [INT8_ARRAY, parserOf(INT4_ARRAY)],
  [NUMERIC_ARRAY, parserOf(FLOAT8_ARRAY)],
  [DATE_ARRAY, parserOf(TEXT_ARRAY)],
]);

/** Per connection and not in pg's global table: graphile-worker reads the same types its own way. */
export const typeParsers = {
  getTypeParser: (oid: number, format: string): Parse =>
    (format === 'binary' ? undefined : parsers.get(oid)) ?? (types.getTypeParser(oid, format as 'text') as Parse),
};

/** The database described once: the server, the knex command line and the tests call this. */
export function knexConfig(url: string, settings: ConnectionSettings = {}): Knex.Config {
  const {
    log,
    max = 10,
    applicationName = 'kiremisu',
    statementTimeout = 0,
    idleInTransactionTimeout = 60_000,
    preparedStatements = true,
  } = settings;
  return {
    client: 'pg',
    connection: { connectionString: url, application_name: applicationName, types: typeParsers, keepAlive: true },
    // whoever waits for a connection waits about as long as for a statement, but long enough for one to be made
    ...(statementTimeout > 0 && { acquireConnectionTimeout: Math.max(statementTimeout, 10_000) }),
    pool: {
      min: 0,
      max,
      // by SET, not as start-up parameters, which poolers such as PgBouncer refuse
      afterCreate: (connection: Client, done: (error: Error | null, connection: Client) => void) => {
        connection
          .query(
            `set statement_timeout = ${statementTimeout}; set idle_in_transaction_session_timeout = ${idleInTransactionTimeout}`,
          )
          .then(() => done(null, connection))
          .catch((error: unknown) => done(error instanceof Error ? error : new Error(String(error)), connection));
      },
    },
    ...(preparedStatements && { userParams: { statementNames: createStatementNames() } }),
    ...(log && { log: knexLogger(log) }),
    migrations: { migrationSource: migrationSource() },
    seeds: {
      directory: path.resolve(__dirname, '../../seeds'),
      loadExtensions: [path.extname(__filename)],
    },
    ...knexSnakeCaseMappers(),
  };
}

/** What fails is also thrown, and logged where it is caught. */
function knexLogger(log: Log): Knex.Logger {
  const note = (message: unknown) => log.debug({ message }, 'knex');
  return { warn: note, error: note, deprecate: note, debug: note };
}
