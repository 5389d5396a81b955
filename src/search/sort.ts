import { joined, nothing, sql, type Sql } from './sql';

/** A wish for an order, in Komga's spelling: `metadata.titleSort,asc`. */
export interface Order {
  property: string;
  descending: boolean;
}

const directions = new Map([
  ['asc', false],
  ['desc', true],
]);

/** One value may name several properties, which share the direction at its end (komga-rest.md §5.2). */
function ordersOfValue(value: string): Order[] {
  const parts = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.at(-1)?.toLowerCase() === 'ignorecase') parts.pop();
  const descending = directions.get(parts.at(-1)?.toLowerCase() ?? '');
  if (descending !== undefined) parts.pop();
  return parts.map((property) => ({ property, descending: descending ?? false }));
}

/** The first of contradicting wishes counts. */
export function ordersOf(values: readonly string[]): Order[] {
  const orders = new Map<string, Order>();
  for (const order of values.flatMap(ordersOfValue)) {
    if (!orders.has(order.property)) orders.set(order.property, order);
  }
  return [...orders.values()];
}

/** A property that may be sorted by. */
export interface SortKey {
  by: readonly Sql[];
  /** Absent values are the smallest ones (Komga); Postgres would say the largest. */
  nullable?: boolean;
  /** A join of at most one row. */
  join?: Sql;
  /** Made of each row: no index has it in order. */
  isComputed?: boolean;
}

export type SortKeys = ReadonlyMap<string, SortKey>;

export const sortKeys = (keys: Record<string, SortKey | null>): SortKeys =>
  new Map(Object.entries(keys).filter((entry): entry is [string, SortKey] => entry[1] !== null));

export interface OrderBy {
  by: Sql;
  joins: Sql;
  /** Whether a wish was followed. */
  sorted: boolean;
  /** The same order from its end. */
  reversed?: Sql;
  /** All rows have to be read for the first of them. */
  isComputed?: boolean;
}

function expressions({ by, nullable = false }: SortKey, descending: boolean): Sql[] {
  // an explicit place for nulls that cannot be there would keep the index from being used
  const nulls = descending ? sql` nulls last` : sql` nulls first`;
  return by.map((part) => sql`${part}${descending ? sql` desc` : nothing}${nullable ? nulls : nothing}`);
}

/**
 * The order of a list: what is asked for as far as it is allowed, else `fallback`; always ending with the id in the same
 * direction, so that no row appears twice or never while somebody pages, and one index serves both.
 */
export function orderBy(values: readonly string[], keys: SortKeys, fallback: SortKey, id: Sql): OrderBy {
  const wanted = ordersOf(values).flatMap(({ property, descending }) => {
    const key = keys.get(property);
    return key ? [{ key, descending }] : [];
  });
  const used = wanted.length > 0 ? wanted : [{ key: fallback, descending: false }];
  const inOrder = (isReversed: boolean): Sql => {
    const last = used.at(-1)?.descending === isReversed ? nothing : sql` desc`;
    const parts = used.flatMap(({ key, descending }) => expressions(key, descending !== isReversed));
    return joined([...parts, sql`${id}${last}`], ', ');
  };
  const joins = [...new Set(used.flatMap(({ key }) => key.join ?? []))];
  return {
    ...{ by: inOrder(false), reversed: inOrder(true), joins: joined(joins, ' '), sorted: wanted.length > 0 },
    isComputed: used.some(({ key }) => key.isComputed),
  };
}
