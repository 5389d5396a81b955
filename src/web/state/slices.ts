import type { Slice } from '../api/types';

/** A list that grows slice by slice as the reader scrolls. */
export interface Growing<T> {
  items: T[];
  /** The slice to ask for next. */
  next: number;
  last: boolean;
  total: number;
}

export const nothingYet = { items: [], next: 0, last: false, total: 0 };

/** Adds a slice. A row that moved between two requests (something was added before it) is shown once, in its newest form. */
export function grow<T extends { id: string }>(list: Growing<T>, slice: Slice<T>): Growing<T> {
  const rows = new Map(list.items.map((item) => [item.id, item]));
  for (const item of slice.content) rows.set(item.id, item);
  return { items: [...rows.values()], next: list.next + 1, last: slice.last, total: slice.totalElements };
}
