import type { Knex } from 'knex';

/** Column → type of Postgres. */
export type Columns = Record<string, string>;

const list = (columns: string[], prefix = '') => columns.map((column) => `${prefix}${column}`).join(', ');
const recordOf = (columns: Columns) =>
  Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');

/** Inserts any number of rows with one parameter: 98 % of the speed of COPY, twice that of knex (performance.md §7). */
export async function insertRows(trx: Knex, table: string, columns: Columns, rows: object[]): Promise<void> {
  if (rows.length === 0) return;
  const names = list(Object.keys(columns));
  await trx.raw(
    `insert into ${table} (${names}) select ${names} from json_to_recordset(?::json) as row (${recordOf(columns)})`,
    [toJson(rows)],
  );
}

/** Sets the columns of rows that are found by their id; every row names all columns. */
export async function updateRows(trx: Knex, table: string, columns: Columns, rows: object[]): Promise<void> {
  if (rows.length === 0) return;
  const sets = Object.keys(columns).map((column) => `${column} = row.${column}`);
  await trx.raw(
    `update ${table} set ${sets.join(', ')} from json_to_recordset(?::json) as row (id uuid, ${recordOf(columns)})
     where ${table}.id = row.id`,
    [toJson(rows)],
  );
}

const clean = (text: string) => text.replace(/[\0\p{Surrogate}]/gu, '\ufffd');

/** JSON that jsonb takes: names out of archives may hold NUL or half a character, which Postgres refuses. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? clean(part) : part));
