import { randomBytes } from 'node:crypto';
import { silentLog } from '../../src/base/log';
import { closeDatabase, openDatabase, type Database } from '../../src/db/database';
import { databaseUrl, failureVariable, run, serverVariable, templateVariable } from './test-server';

export interface TestDatabase {
  db: Database;
  url: string;
}

/**
 * A migrated, empty database of the calling test file's own: made before its first test, dropped after its last.
 * `const test = useDatabase();` at the top, `test.db` inside tests.
 */
export function useDatabase(): Readonly<TestDatabase> {
  const held: Partial<TestDatabase> = {};
  const name = `kiremisu_test_${process.pid}_${randomBytes(4).toString('hex')}`;

  beforeAll(async () => {
    await run(server(), `create database ${name} template ${process.env[templateVariable]}`);
    held.url = databaseUrl(server(), name);
    held.db = await openDatabase(held.url, { log: silentLog(), applicationName: `test ${name}` });
  });

  afterAll(async () => {
    if (!held.db) return;
    await closeDatabase(held.db);
    // by force: a test that failed may have left sessions of its own
    await run(server(), `drop database if exists ${name} with (force)`);
  });

  const opened = <K extends keyof TestDatabase>(key: K): TestDatabase[K] => {
    const value = held[key];
    if (value === undefined) throw new Error('The database is there only inside tests and their hooks');
    return value;
  };
  return {
    get db() {
      return opened('db');
    },
    get url() {
      return opened('url');
    },
  };
}

function server(): string {
  const url = process.env[serverVariable];
  if (!url) throw new Error(`No database for tests: ${process.env[failureVariable] ?? 'run them through npm test'}`);
  return url;
}
