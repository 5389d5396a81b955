import type { Knex } from 'knex';

/** Column → type of Postgres. */
export type Columns = Record<string, string>;

export const camel = (column: string) => column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** A value of a jsonb column that was written already, by `toJson`. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** What stands for NULL among the lines of a column. */
const absent = String.raw`\N`;

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;

const arrayText = (values: string[]): string =>
  values.length === 0 ? '{}' : `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join()}}`;

function jsonOf(value: unknown): string {
  if (value instanceof JsonText) return value.text;
  return Array.isArray(value) && value.length === 0 ? '[]' : toJson(value);
}

/** As Postgres reads it. NUL is cleaned away; half a character is when the text becomes UTF-8. */
function textOf(value: unknown, type: string): string {
  if (isAbsent(value)) return absent;
  if (type === 'jsonb') return jsonOf(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = Array.isArray(value) ? arrayText(value as string[]) : (value as string);
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}

interface Parameter {
  isConstant: boolean;
  value: string | null | (string | null)[];
}

/** One parameter for a column of all rows. Most columns of new rows are the same in all of them: those are converted once. */
function parameterOf(type: string, values: readonly unknown[], isFirst: boolean): Parameter {
  const [first] = values;
  const isSame = !isFirst && values.every((value) => value === first);
  if (isSame) return { isConstant: true, value: isAbsent(first) ? null : textOf(first, type) };
  const texts = values.map((value) => textOf(value, type));
  const isLine = (text: string, index: number) =>
    !text.includes('\n') && (!text.startsWith('\\') || isAbsent(values[index]));
  if (!type.startsWith('text') || texts.every(isLine)) return { isConstant: false, value: texts.join('\n') };
  return { isConstant: false, value: texts.map((text, index) => (isAbsent(values[index]) ? null : text)) };
}

/**
 * Inserts any number of rows with a parameter a column, its values as lines: COPY in all but name. JSON with a parameter a table has
 * Postgres read lists of pages twice, and took half as long again (docs/decisions/0013).
 */
async function insertColumns(
  trx: Knex,
  table: string,
  columns: Columns,
  valuesOf: (column: string) => readonly unknown[],
): Promise<void> {
  const names = Object.keys(columns);
  const parameters = names.map((name, index) => parameterOf(columns[name] ?? '', valuesOf(name), index === 0));
  const isConstant = (index: number) => parameters[index]?.isConstant === true;
  const selected = names.map((name, index) => `${isConstant(index) ? '?' : `row.${name}`}::${columns[name] ?? ''}`);
  const lines = names.filter((_, index) => !isConstant(index));
  const varying = parameters.filter((_, index) => !isConstant(index));
  const constant = parameters.filter((_, index) => isConstant(index));
  const split = varying.map(({ value }) =>
    Array.isArray(value) ? '?::text[]' : String.raw`string_to_array(?, E'\n', '${absent}')`,
  );
  await trx.raw(
    `insert into ${table} (${names.join(', ')}) select ${selected.join(', ')}
     from unnest(${split.join(', ')}) as row (${lines.join(', ')})`,
    [...constant, ...varying].map(({ value }) => value) as Knex.RawBinding[],
  );
}

/** Inserts any number of rows in one statement. The first column is one that tells rows apart. */
export async function insertRows(trx: Knex, table: string, columns: Columns, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  await insertColumns(trx, table, columns, (column) => rows.map((row) => (row as Record<string, unknown>)[column]));
}

/** The same for rows whose columns are fields of models. */
export async function insertModels(trx: Knex, table: string, columns: Columns, models: readonly object[]) {
  if (models.length === 0) return;
  await insertColumns(trx, table, columns, (column) => {
    const field = camel(column);
    return models.map((model) => (model as Record<string, unknown>)[field]);
  });
}

const recordOf = (columns: Columns) =>
  Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');

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

/** How JSON writes what `clean` takes away. */
const unclean = /\\u(?:0000|d[89a-f])/;

/** JSON that jsonb takes: names out of archives may hold NUL or half a character, which Postgres refuses. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value);
  // looking through the result costs a third of looking at each text, and most have no escapes at all
  if (!json.includes('\\u') || !unclean.test(json)) return json;
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? clean(part) : part));
}
