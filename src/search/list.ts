import type { Database } from '../db/database';
import { allOf, readRows, sql, where, type Sql } from './sql';
import { inSlice, limit, type Slice, type SliceOf } from './slice';
import type { OrderBy } from './sort';

/** A list query: rows of one table, none twice. */
export interface ListQuery {
  /** `series s`: the table and its alias. */
  from: Sql;
  /** The id, with the alias. */
  id: Sql;
  conditions: readonly (Sql | null)[];
  order: OrderBy;
  slice: Slice;
  /** A cheaper statement for the total, where there is one: `select … as total`. */
  count?: Sql | undefined;
  /** The total where somebody finds it out anyway; no statement then. */
  total?: Promise<number> | undefined;
  /** What the wide rows are made of, joined to `page(id, place)`. */
  view: { columns: Sql; joins: Sql };
}

/**
 * Late row lookup: the ids of the slice come from narrow indexes, the wide rows are read for these only (performance.md
 * decision 6: the last page of 100,000 series takes 16 ms instead of 359).
 */
export function pageQuery({ from, id, conditions, order, slice, view }: ListQuery): Sql {
  const ids = sql`select ${id} from ${from} ${order.joins} ${where(allOf(conditions))} order by ${order.by} ${limit(slice)}`;
  return sql`select ${view.columns} from (select id, row_number() over () as place from (${ids}) ids) page
    ${view.joins} order by page.place`;
}

export const countQuery = ({ from, conditions, count }: ListQuery): Sql =>
  count ?? sql`select count(*) as total from ${from} ${where(allOf(conditions))}`;

async function totalOf(db: Database, query: ListQuery): Promise<number> {
  if (query.slice.unpaged) return 0;
  if (query.total) return query.total;
  const [counted] = await readRows<{ total: number }>(db, countQuery(query));
  return counted?.total ?? 0;
}

/** Two statements, whatever the size of the slice; one for the whole list. */
export async function readList<T>(db: Database, query: ListQuery): Promise<SliceOf<T>> {
  const [rows, total] = await Promise.all([readRows<T>(db, pageQuery(query)), totalOf(db, query)]);
  return inSlice(query.slice, rows, total, query.order.sorted);
}
