import { knex, type Knex } from 'knex';
import type { Database } from './database';
import { knexConfig } from './knex-config';
import { migrationSource } from './migration-source';
import { StartFailure } from './start-failure';

/** Advisory lock of those who migrate: "kiremi" as a number, so that no other program meets it by chance. */
const migrationLock = 0x6b6972656d69;

/**
 * Brings the database to the program's level and tells the names it applied. Processes that start at once take turns;
 * a database that is newer than the program is left alone.
 */
export async function migrate(
  db: Database,
  source: Knex.MigrationSource<unknown> = migrationSource(),
): Promise<string[]> {
  const runner = knex(unlimited(db));
  const config: Knex.MigratorConfig = { migrationSource: source };
  try {
    // one connection holds the lock, the other migrates
    return await runner.transaction(async (lock) => {
      await lock.raw('select pg_advisory_xact_lock(?)', [migrationLock]);
      await refuseNewer(runner, source);
      // knex marks its own lock in a table, where it stays when a process dies; with ours in hand it can only be stale
      await runner.migrate.forceFreeMigrationsLock(config);
      const [, applied] = (await runner.migrate.latest(config)) as [number, string[]];
      return applied;
    });
  } finally {
    await runner.destroy();
  }
}

/** The same connection without time limits: rewriting a table of a million rows may take minutes. */
function unlimited(db: Database): Knex.Config {
  const { connection, log } = (db.client as Knex.Client).config as Knex.Config & {
    connection: { connectionString: string };
  };
  const settings = { max: 2, applicationName: 'kiremisu migrate', statementTimeout: 0, idleInTransactionTimeout: 0 };
  return { ...knexConfig(connection.connectionString, settings), ...(log && { log }) };
}

async function refuseNewer(runner: Database, source: Knex.MigrationSource<unknown>): Promise<void> {
  if (!(await runner.schema.hasTable('knex_migrations'))) return;
  const known = new Set((await source.getMigrations([])).map((migration) => source.getMigrationName(migration)));
  const applied = await runner<{ name: string }>('knex_migrations').orderBy('id', 'desc').pluck('name');
  const unknown = applied.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new StartFailure(
    `The database was used by a newer KireMisu (it holds the migration ${unknown}): update the program, or restore a backup of the database`,
  );
}

/** Names that the database lacks; empty when it is at the program's level. */
export async function pendingMigrations(
  db: Database,
  source: Knex.MigrationSource<unknown> = migrationSource(),
): Promise<string[]> {
  const applied = new Set(await db<{ name: string }>('knex_migrations').pluck('name'));
  const known = (await source.getMigrations([])).map((migration) => source.getMigrationName(migration));
  return known.filter((name) => !applied.has(name));
}
