import type { Condition, ReadStatus } from './condition';
import { allOf, anyOf, type Sql } from './sql';
import type { Viewer } from './viewer';

/** One entry a leaf: a leaf without SQL does not compile. null is a leaf without effect. */
export type LeafTable<L> = { readonly [K in keyof L]: (leaf: L[K], viewer: Viewer) => Sql | null };

/** The tree as SQL; null when nothing in it has an effect. */
export function toSql<L extends object>(condition: Condition<L>, leaves: LeafTable<L>, viewer: Viewer): Sql | null {
  const parts = (list: readonly Condition<L>[]) => list.map((part) => toSql(part, leaves, viewer));
  if ('allOf' in condition) return allOf(parts(condition.allOf));
  if ('anyOf' in condition) return anyOf(parts(condition.anyOf));
  // one key an object, by type; of several all hold
  return allOf(
    (Object.keys(condition) as (keyof L)[]).map((key) =>
      leaves[key]((condition as Partial<L>)[key] as L[keyof L], viewer),
    ),
  );
}

/** The first `key is …` of the tree, which makes an order by the position in that list possible; null if there is none. */
export function firstIs<L extends object>(condition: Condition<L>, key: keyof L): string | null {
  const list = 'allOf' in condition ? condition.allOf : 'anyOf' in condition ? condition.anyOf : null;
  if (list === null) {
    const leaf = (condition as Partial<Record<keyof L, { operator: string; value: string }>>)[key];
    return leaf?.operator === 'is' ? leaf.value : null;
  }
  for (const part of list) {
    const found = firstIs(part, key);
    if (found !== null) return found;
  }
  return null;
}

interface WithReadStatus {
  readStatus: { operator: 'is' | 'isNot'; value: ReadStatus };
}

/** Whether all that fits has been begun: then there is progress to sort by, and a list can be read from there. */
export function asksForBegun<L extends WithReadStatus>(condition: Condition<L> | null | undefined): boolean {
  if (!condition || 'anyOf' in condition) return false;
  if ('allOf' in condition) return condition.allOf.some((part) => asksForBegun(part));
  const { readStatus } = condition as Partial<WithReadStatus>;
  return readStatus !== undefined && (readStatus.operator === 'is') === (readStatus.value !== 'UNREAD');
}
