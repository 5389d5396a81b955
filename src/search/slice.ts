import { constant, nothing, sql, type Sql } from './sql';

/** Which part of a list is wanted. */
export interface Slice {
  /** From 0. */
  page: number;
  size: number;
  /** All rows; page and size do not count. */
  unpaged: boolean;
  /** Whoever asks for all rows takes them in parts if they are many. */
  inParts?: boolean;
}

/** A part of a list, with what a page of it has to say about the whole. */
export interface SliceOf<T> {
  rows: T[];
  /** Of the whole list. */
  total: number;
  page: number;
  size: number;
  /** Whether a wish for an order was followed (Komga's `sort.sorted`). */
  sorted: boolean;
}

export interface ListOf<T> extends SliceOf<T> {
  /** All rows of a whole list that is too long to be held, one part after the other; `rows` is empty then. */
  parts?: AsyncIterable<T[]>;
}

export const defaultSize = 20;
export const maximumSize = 2000;
const maximumPage = 2_147_483_647;

interface Wish {
  page?: number | undefined;
  size?: number | undefined;
  unpaged?: boolean | undefined;
}

const isUsable = (value: number | undefined, minimum: number): value is number =>
  value !== undefined && Number.isInteger(value) && value >= minimum && value <= maximumPage;

/** Komga's rules (komga-rest.md §5.1): what is unusable means the default, more than 2000 rows means 2000. */
export function sliceOf({ page, size, unpaged = false }: Wish = {}): Slice {
  return {
    page: isUsable(page, 0) ? page : 0,
    size: Math.min(isUsable(size, 1) ? size : defaultSize, maximumSize),
    unpaged,
    ...(unpaged && { inParts: true }),
  };
}

export const everything: Slice = { page: 0, size: defaultSize, unpaged: true };

/** `limit … offset …`, or nothing for the whole list. */
export function limit({ page, size, unpaged }: Slice): Sql {
  if (unpaged) return nothing;
  // in the text, so that a plan that is kept is one for a page, and not for a tenth of the table
  if (page === 0 && Number.isInteger(size)) return constant(`limit ${size}`);
  return sql`limit ${size} offset ${page * size}`;
}

/** The result in Komga's shape: an unpaged list is one page that is never smaller than the default. */
export function inSlice<T>(slice: Slice, rows: T[], total: number, sorted: boolean): SliceOf<T> {
  if (slice.unpaged) return { rows, total: rows.length, page: 0, size: Math.max(rows.length, defaultSize), sorted };
  // a row that came between the two statements
  const seen = rows.length === 0 ? 0 : slice.page * slice.size + rows.length;
  return { rows, total: Math.max(total, seen), page: slice.page, size: slice.size, sorted };
}

/** Cuts a list that is whole in memory. */
export function cut<T>(slice: Slice, all: T[], sorted = true): SliceOf<T> {
  const rows = slice.unpaged ? all : all.slice(slice.page * slice.size, (slice.page + 1) * slice.size);
  return inSlice(slice, rows, all.length, sorted);
}
