import type { Database } from '../db/database';
import { allOf, nothing, readPrepared, readRows, sql, where, type Sql } from './sql';
import { inSlice, limit, type ListOf, type Slice, type SliceOf } from './slice';
import type { OrderBy } from './sort';

/** A list query: rows of one table, none twice. */
export interface ListQuery {
  /** `series s`: the table and its alias. */
  from: Sql;
  /** A narrower table for what is asked for, where there is one. */
  fromFor?: (used: readonly (Sql | null)[]) => Sql;
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

const fromOf = ({ from, fromFor, conditions }: ListQuery, more: readonly Sql[] = []): Sql =>
  fromFor?.([...conditions, ...more]) ?? from;

/** The ids of a part of the list. */
function idsOf(query: ListQuery, part: { columns: Sql; by: Sql; limit: Sql }): Sql {
  const { id, conditions, order } = query;
  return sql`select ${id}${part.columns} from ${fromOf(query, [part.by, order.joins])} ${order.joins} ${where(allOf(conditions))} order by ${part.by} ${part.limit}`;
}

const wideRows = ({ view }: ListQuery, ids: Sql, direction: Sql, total = nothing): Sql =>
  sql`select ${view.columns}${total} from (select *, row_number() over () as place from (${ids}) ids) page
    ${view.joins} order by page.place${direction}`;

/**
 * Late row lookup: the ids of the slice come from narrow indexes, the wide rows are read for these only (performance.md
 * decision 6: the last page of 100,000 series takes 16 ms instead of 359).
 */
export function pageQuery(query: ListQuery): Sql {
  const part = { columns: nothing, by: query.order.by, limit: limit(query.slice) };
  return wideRows(query, idsOf(query, part), nothing);
}

/** The same with the total in every row, where all rows have to be looked at anyway. */
function countedPageQuery(query: ListQuery): Sql {
  const part = { columns: sql`, count(*) over () as total`, by: query.order.by, limit: limit(query.slice) };
  return wideRows(query, idsOf(query, part), nothing, sql`, page.total as "listTotal"`);
}

/** A slice of the second half, looked up from the end of the list: half of the way at most. */
function pageFromEnd(query: ListQuery, reversed: Sql, total: number): Sql {
  const { page, size } = query.slice;
  const rows = Math.min(size, total - page * size);
  const part = { columns: nothing, by: reversed, limit: sql`limit ${rows} offset ${total - page * size - rows}` };
  return wideRows(query, idsOf(query, part), sql` desc`);
}

export const countQuery = (query: ListQuery): Sql =>
  query.count ?? sql`select count(*) as total from ${fromOf(query)} ${where(allOf(query.conditions))}`;

/** Whether a list has one best plan, as it asks for everything or for one library or series: then the plan is kept. */
const isEven = ({ from, conditions }: ListQuery): boolean =>
  from.bindings.length === 0 &&
  conditions.every((part) => part === null || /^\(?[sb]\.(library_id|series_id) = \?\)?$/u.test(part.text));

async function totalOf(db: Database, query: ListQuery): Promise<number> {
  if (query.slice.unpaged) return 0;
  if (query.total) return query.total;
  const read = query.count && isEven(query) ? readPrepared : readRows;
  const [counted] = await read<{ total: number }>(db, countQuery(query));
  return counted?.total ?? 0;
}

async function readCounted<T>(db: Database, query: ListQuery): Promise<SliceOf<T>> {
  const found = await readRows<T & { listTotal: number }>(db, countedPageQuery(query));
  // beyond the end no row tells how many there are
  const total = found[0]?.listTotal ?? (query.slice.page === 0 ? 0 : await totalOf(db, query));
  for (const row of found) delete (row as { listTotal?: number }).listTotal;
  return inSlice<T>(query.slice, found, total, query.order.sorted);
}

/** Rows to skip before it is worth to wait for the total and to look from which end the slice is nearer. */
const deep = 1_000;

async function readDeep<T>(db: Database, query: ListQuery, reversed: Sql): Promise<SliceOf<T>> {
  const total = await totalOf(db, query);
  const offset = query.slice.page * query.slice.size;
  const isNearEnd = offset > total / 2;
  if (offset >= total) return inSlice<T>(query.slice, [], total, query.order.sorted);
  const rows = await readRows<T>(db, isNearEnd ? pageFromEnd(query, reversed, total) : pageQuery(query));
  return inSlice(query.slice, rows, total, query.order.sorted);
}

/** Rows of a whole list that are held at once: more than any page may have. */
const held = 2_000;
const partLength = 200;
const idLength = 16;

async function* partsOf<T>(db: Database, { view }: ListQuery, ids: Buffer): AsyncGenerator<T[]> {
  for (let at = 0; at < ids.length; at += partLength * idLength) {
    const digits = ids.toString('hex', at, at + partLength * idLength);
    const part = digits.match(/.{32}/gu) ?? [];
    yield await readRows<T>(
      db,
      sql`select ${view.columns} from unnest(${part}::uuid[]) with ordinality page(id, place) ${view.joins} order by page.place`,
    );
  }
}

/**
 * A whole list: a million wide rows are gigabytes. Of more rows than a page may have only the ids are read, 16 bytes each, and
 * then a part at a time: no transaction waits for a client that takes its time (docs/decisions/0019).
 */
async function readWhole<T>(db: Database, query: ListQuery): Promise<ListOf<T>> {
  const first: Slice = { page: 0, size: held + 1, unpaged: false };
  const rows = await readRows<T>(db, pageQuery({ ...query, slice: first }));
  if (rows.length <= held) return inSlice(query.slice, rows, rows.length, query.order.sorted);
  const ids = idsOf(query, { columns: nothing, by: query.order.by, limit: nothing });
  const [row] = await readRows<{ ids: Buffer }>(db, sql`select string_agg(uuid_send(id), '') as ids from (${ids}) ids`);
  const all = row?.ids ?? Buffer.alloc(0);
  const total = all.length / idLength;
  return {
    ...inSlice<T>(query.slice, [], total, query.order.sorted),
    total,
    size: total,
    parts: partsOf(db, query, all),
  };
}

/** At most two statements, whatever the size of the slice; one for the whole list. */
export async function readList<T>(db: Database, query: ListQuery): Promise<ListOf<T>> {
  const { slice, order, count, total } = query;
  const { reversed, isComputed } = order;
  if (slice.unpaged && slice.inParts) return readWhole(db, query);
  if (!slice.unpaged && isComputed && !count && !total) return readCounted(db, query);
  if (!slice.unpaged && reversed && !isComputed && slice.page * slice.size >= deep)
    return readDeep(db, query, reversed);
  const read = slice.page === 0 && !slice.unpaged && isEven(query) ? readPrepared : readRows;
  const [rows, counted] = await Promise.all([read<T>(db, pageQuery(query)), totalOf(db, query)]);
  return inSlice(slice, rows, counted, order.sorted);
}
