import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '../../src/base/log';
import { closeDatabase, isOverdue, openDatabase, takeTime, type Database } from '../../src/db/database';
import { migrate } from '../../src/db/migrate';
import { migrationSource } from '../../src/db/migration-source';
import { useDatabase } from '../support/database';
import { databaseUrl, run } from '../support/test-server';

const held = useDatabase();
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function migrationsOf(files: Record<string, string>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-migrations-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

const creates = (table: string) =>
  `import type { Knex } from 'knex';
   export const up = (knex: Knex): Promise<void> => knex.schema.createTable('${table}', (made) => made.integer('id'));
   export const down = (knex: Knex): Promise<void> => knex.schema.dropTable('${table}');`;

/** Runs `work` on an empty database, which is dropped afterwards. */
async function onEmptyDatabase(work: (db: Database) => Promise<void>): Promise<void> {
  const name = `${new URL(held.url).pathname.slice(1)}_empty`;
  await run(held.url, `create database ${name}`);
  const db = await openDatabase(databaseUrl(held.url, name), { log: silentLog() });
  try {
    await work(db);
  } finally {
    await closeDatabase(db);
    await run(held.url, `drop database ${name} with (force)`);
  }
}

describe('types', () => {
  test('counts and decimals come as numbers, also in arrays', async () => {
    const { rows } = await held.db.raw<{ rows: unknown[] }>(
      `select count(*) as counted, 2.5::numeric as share, array[1::int8, 2] as sizes, array[0.5::numeric] as shares from (values (1), (2)) v`,
    );
    expect(rows).toEqual([{ counted: 2, share: 2.5, sizes: [1, 2], shares: [0.5] }]);
  });

  test('a date stays the day it is, a time is a Date', async () => {
    const { rows } = await held.db.raw<{ rows: unknown[] }>(
      `select '2024-02-29'::date as day, array['2024-02-29'::date] as days, '2024-02-29T12:00:00+09:00'::timestamptz as at`,
    );
    expect(rows).toEqual([{ day: '2024-02-29', days: ['2024-02-29'], at: new Date('2024-02-29T03:00:00Z') }]);
  });

  test('columns are snake_case in the database and camelCase in rows', async () => {
    const rows: unknown = await held.db.select(held.db.raw('1 as page_count'));
    expect(rows).toEqual([{ pageCount: 1 }]);
  });
});

describe('a connection', () => {
  const limitsOf = async (db: Database) => {
    const { rows } = await db.raw<{ rows: unknown[] }>(
      `select current_setting('statement_timeout') as "statement", current_setting('idle_in_transaction_session_timeout') as "idle"`,
    );
    return rows;
  };

  test('gives up forgotten transactions after a while, and statements only where that is wanted', async () => {
    await expect(limitsOf(held.db)).resolves.toEqual([{ statement: '0', idle: '1min' }]);
    const db = await openDatabase(held.url, { log: silentLog(), statementTimeout: 30_000 });
    await expect(limitsOf(db).finally(() => closeDatabase(db))).resolves.toEqual([{ statement: '30s', idle: '1min' }]);
  });

  test('tells a statement that was given up from one that failed', async () => {
    const db = await openDatabase(held.url, { log: silentLog(), statementTimeout: 200 });
    const failureOf = (statement: string) =>
      db.raw(statement).then(
        () => null,
        (error: unknown) => error,
      );
    const failures = [await failureOf('select pg_sleep(10)'), await failureOf('select 1 / 0')];
    const patient = db.transaction(async (trx) => {
      await takeTime(trx);
      await trx.raw('select pg_sleep(0.3)');
    });
    await expect(patient).resolves.toBeUndefined();
    await closeDatabase(db);
    expect(failures.map(isOverdue)).toEqual([true, false]);
  });

  test('finds the collations and the extension that the catalogue is built on', async () => {
    await held.db.raw('create extension if not exists pg_trgm');
    await held.db.raw(
      `create collation if not exists caseless (provider = icu, locale = 'und-u-ks-level1', deterministic = false)`,
    );
    const { rows } = await held.db.raw<{ rows: unknown[] }>(
      `select 'Élan' = 'elan' collate caseless as same, 'é' < 'f' collate "und-x-icu" as sorted, array_length(show_trgm('進撃の巨人'), 1) > 0 as trigrams`,
    );
    expect(rows).toEqual([{ same: true, sorted: true, trigrams: true }]);
  });

  test('to a server that never answers fails in one sentence, without the password', async () => {
    const url = 'postgres://somebody:hunter2@127.0.0.1:9/nothing';
    const opening = openDatabase(url, { log: silentLog(), patience: 100 });
    await expect(opening).rejects.toThrow(/^The database \(DATABASE_URL\) cannot be used: .*ECONNREFUSED/);
    await expect(opening).rejects.not.toThrow(/hunter2/);
  });

  test('with a mistake that waiting does not mend fails at once', async () => {
    const url = databaseUrl(held.url, 'no_such_database');
    await expect(openDatabase(url, { log: silentLog() })).rejects.toThrow(/no_such_database.*3D000/);
  });
});

describe('migrating', () => {
  const one = { '20240101000000_one.ts': creates('one') };
  const two = { '20240102000000_two.ts': creates('two') };

  test('runs from sources, and the build then finds the same names', () =>
    onEmptyDatabase(async (db) => {
      const sources = migrationsOf({ ...one, 'notes.txt': '', '20240101000000_one.d.ts': '' });
      const build = migrationsOf({
        '20240101000000_one.js': `exports.up = exports.down = () => Promise.reject(new Error('again'));`,
        '20240102000000_two.js': `exports.up = exports.down = (knex) => knex.raw('create table two (id int)');`,
        '20240102000000_two.js.map': '',
      });
      await expect(migrate(db, migrationSource(sources))).resolves.toEqual(['20240101000000_one']);
      await expect(migrate(db, migrationSource(build))).resolves.toEqual(['20240102000000_two']);
    }));

  test('is done once by processes that start at the same moment', () =>
    onEmptyDatabase(async (db) => {
      const source = migrationSource(migrationsOf(one));
      const results = await Promise.all([migrate(db, source), migrate(db, source), migrate(db, source)]);
      expect(results.flat()).toEqual(['20240101000000_one']);
    }));

  test('goes on after a process that died in the middle', () =>
    onEmptyDatabase(async (db) => {
      await migrate(db, migrationSource(migrationsOf(one)));
      await db('knex_migrations_lock').update({ isLocked: 1 });
      await expect(migrate(db, migrationSource(migrationsOf({ ...one, ...two })))).resolves.toEqual([
        '20240102000000_two',
      ]);
    }));

  test('leaves a database alone that a newer program has used', () =>
    onEmptyDatabase(async (db) => {
      await migrate(db, migrationSource(migrationsOf(one)));
      const older = migrate(db, migrationSource(migrationsOf({})));
      await expect(older).rejects.toThrow(/newer KireMisu.*20240101000000_one/);
    }));
});
