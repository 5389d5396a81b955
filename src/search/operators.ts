import { fold } from '../base/text';
import { authorKey } from '../model/keys';
import type { AuthorLeaf, DateLeaf, FlagLeaf, MembershipLeaf, PresenceLeaf, TextLeaf } from './condition';
import { utcDate, wholeDays } from './condition-values';
import { not, literal, sql, type Sql } from './sql';

/** What leaves of both entities have in common: operator and column → SQL (komga-rest.md §6.4). */

export const when = (holds: boolean, condition: Sql): Sql => (holds ? condition : not(condition));

/** For columns that are never null. */
export const equals = (column: Sql, { operator, value }: { operator: 'is' | 'isNot'; value: unknown }): Sql =>
  operator === 'is' ? sql`${column} = ${value}` : sql`${column} <> ${value}`;

export const flagged = (condition: Sql, { operator }: FlagLeaf): Sql => when(operator === 'isTrue', condition);

const presence = (isAbsent: Sql, { operator }: PresenceLeaf): Sql => when(operator === 'isNull', isAbsent);

/** One of the folded values equals; `isNot`: none does; `isNull`: there is none. */
export function contains(keys: Sql, leaf: MembershipLeaf): Sql {
  if (!('value' in leaf)) return presence(sql`${keys} = '{}'`, leaf);
  return when(leaf.operator === 'is', sql`${keys} @> ${[fold(leaf.value)]}::text[]`);
}

/** Neutral (null) when neither a name nor a role is given. */
export function hasAuthor(keys: Sql, { operator, value: { name, role } }: AuthorLeaf): Sql | null {
  const parts = [name, role].filter((part) => part !== undefined && part !== null);
  if (parts.length === 0) return null;
  // an empty part of a key stands for "any", but no author has an empty name or role
  if (parts.includes('')) return when(operator === 'is', sql`false`);
  const key = authorKey(name ?? undefined, role ?? undefined);
  return when(operator === 'is', sql`${keys} @> ${[key]}::text[]`);
}

const patterns = {
  contains: (value: string) => `%${value}%`,
  beginsWith: (value: string) => `${value}%`,
  endsWith: (value: string) => `%${value}`,
};
const positives = {
  contains: 'contains',
  doesNotContain: 'contains',
  beginsWith: 'beginsWith',
  doesNotBeginWith: 'beginsWith',
  endsWith: 'endsWith',
  doesNotEndWith: 'endsWith',
} as const;

/**
 * Compares a folded text. `indexed` is the column with all folded titles, one a line, that the trigram index is on:
 * what stands in one of them stands there too, and the index finds it.
 */
export function matchesText(column: Sql, indexed: Sql, { operator, value }: TextLeaf): Sql {
  const key = fold(value);
  if (operator === 'is' || operator === 'isNot') return equals(column, { operator, value: key });
  const positive = positives[operator];
  const like = sql`${column} like ${patterns[positive](literal(key))}`;
  if (positive !== operator) return not(like);
  return sql`(${indexed} like ${patterns.contains(literal(key))} and ${like})`;
}

const comparisons = { is: sql`=`, isNot: sql`<>`, greaterThan: sql`>=`, lessThan: sql`<=` };

/** Both ends are included, as in Komga. `isNot` is true of an absent number. */
export function compares(column: Sql, leaf: { operator: keyof typeof comparisons; value: number } | PresenceLeaf): Sql {
  if (!('value' in leaf)) return presence(sql`${column} is null`, leaf);
  if (leaf.operator === 'isNot') return sql`${column} is distinct from ${leaf.value}`;
  return sql`${column} ${comparisons[leaf.operator]} ${leaf.value}`;
}

/** Whole calendar days in UTC; the boundary day is in neither of "in the last" and "not in the last". */
export function dated(column: Sql, leaf: DateLeaf): Sql {
  if ('dateTime' in leaf) {
    const date = sql`${utcDate(leaf.dateTime)}::date`;
    return leaf.operator === 'before' ? sql`${column} < ${date}` : sql`${column} > ${date}`;
  }
  if (!('duration' in leaf)) return presence(sql`${column} is null`, leaf);
  const date = sql`(now() at time zone 'UTC')::date - ${wholeDays(leaf.duration)}::integer`;
  return leaf.operator === 'isInTheLast' ? sql`${column} > ${date}` : sql`${column} < ${date}`;
}
