import { silentLog } from '../../src/base/log';
import { closeDatabase, openDatabase, type Database } from '../../src/db/database';
import { createStatementNames } from '../../src/db/prepared';
import { readPrepared, sql } from '../../src/search/sql';
import { useDatabase } from '../support/database';

const held = useDatabase();

async function onOneConnection<T>(preparedStatements: boolean, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase(held.url, { log: silentLog(), max: 1, preparedStatements });
  return work(db).finally(() => closeDatabase(db));
}

const sum = (one: number, other: number) => sql`select ${one}::integer + ${other}::integer as sum`;
/** What a connection keeps after a statement was read three times, with other values each time. */
const kept = async (db: Database): Promise<unknown[]> => {
  for (const value of [1, 2, 3])
    await expect(readPrepared(db, sum(value, value))).resolves.toEqual([{ sum: 2 * value }]);
  const { rows } = await db.raw<{ rows: unknown[] }>('select statement from pg_prepared_statements');
  return rows;
};

describe('Prepared statements', () => {
  test('are kept by a connection, one for all values', async () => {
    const statement = 'select $1::integer + $2::integer as sum';
    await expect(onOneConnection(true, kept)).resolves.toEqual([{ statement }]);
  });

  test('are not used where they are switched off', async () => {
    await expect(onOneConnection(false, kept)).resolves.toEqual([]);
  });

  test('serve transactions as well', async () => {
    const inTransaction = (db: Database) => db.transaction((trx) => kept(trx));
    await expect(onOneConnection(true, inTransaction)).resolves.toHaveLength(1);
  });

  test('are named when they come again, the same text alike, and only so many of them', () => {
    const names = createStatementNames(2);
    expect(names.nameOf('one')).toBeNull();
    const name = names.nameOf('one');
    expect(name).toMatch(/^k[\w-]{27}$/u);
    expect(names.nameOf('one')).toBe(name);
    for (const text of ['two', 'three']) names.nameOf(text);
    expect(names.nameOf('two')).not.toBeNull();
    expect([names.nameOf('three'), names.nameOf('three')]).toEqual([null, null]);
    expect(names.nameOf('one')).toBe(name);
  });
});
