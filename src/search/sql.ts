import type { Database } from '../db/database';
import { statementName } from '../db/prepared';

/**
 * A piece of SQL with its parameters. Only the literal part of a `sql` template becomes SQL; whatever is put into it
 * is a parameter, unless it is a piece of SQL itself, so text of users never does.
 */
export interface Sql {
  readonly text: string;
  readonly bindings: readonly unknown[];
}

const isSql = (value: unknown): value is Sql =>
  typeof value === 'object' && value !== null && 'text' in value && 'bindings' in value;

/** Texts of Postgres hold no NUL, so that one with it is in none of them: it becomes the sign for "unreadable". */
const storable = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(storable);
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value;
};

/** sql`b.id = ${id}`; a `?` of Postgres' own must be written `\\?` (knex). */
export function sql(strings: TemplateStringsArray, ...values: unknown[]): Sql {
  let text = strings[0] ?? '';
  const bindings: unknown[] = [];
  for (const [index, value] of values.entries()) {
    if (isSql(value)) {
      text += value.text;
      bindings.push(...value.bindings);
    } else {
      text += '?';
      bindings.push(storable(value));
    }
    text += strings[index + 1] ?? '';
  }
  return { text, bindings };
}

/** SQL of our own that is put together from names: columns, aliases. Never for anything that came from outside. */
export const constant = (text: string): Sql => ({ text, bindings: [] });

export const nothing = constant('');

export function joined(parts: readonly Sql[], separator: string): Sql {
  return { text: parts.map((part) => part.text).join(separator), bindings: parts.flatMap((part) => part.bindings) };
}

const inBrackets = (parts: readonly Sql[], operator: string): Sql => sql`(${joined(parts, operator)})`;

/** All of them; null when there are none, as in a condition without effect. */
export function allOf(parts: readonly (Sql | null)[]): Sql | null {
  const present = parts.filter((part) => part !== null);
  return present.length <= 1 ? (present[0] ?? null) : inBrackets(present, ' and ');
}

export function anyOf(parts: readonly (Sql | null)[]): Sql | null {
  const present = parts.filter((part) => part !== null);
  return present.length <= 1 ? (present[0] ?? null) : inBrackets(present, ' or ');
}

export const not = (part: Sql): Sql => sql`not (${part})`;

/** `where …`, or nothing at all. */
export const where = (condition: Sql | null): Sql => (condition === null ? nothing : sql`where ${condition}`);

export async function readRows<T>(db: Database, query: Sql): Promise<T[]> {
  const { rows } = await db.raw<{ rows: T[] }>(query.text, query.bindings as never[]);
  return rows;
}

/**
 * The same for what is asked for all the time, planned once a connection instead of each time: half of what Postgres does for
 * a page of series. Only for statements whose best plan is one, whatever is bound: lists without conditions, look-ups by id.
 */
export async function readPrepared<T>(db: Database, query: Sql): Promise<T[]> {
  const name = statementName(db, query.text);
  if (name === null) return readRows(db, query);
  const { rows } = await db.raw<{ rows: T[] }>(query.text, query.bindings as never[]).options({ name });
  return rows;
}

/** Escapes what LIKE would take for a wildcard. */
export const literal = (text: string): string => text.replace(/[\\%_]/gu, String.raw`\$&`);
