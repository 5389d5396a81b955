import type { Database } from '../db/database';
import { HistoryEvent } from '../model/history-event';
import { inSlice, type Slice, type SliceOf } from './slice';
import { orderBy, sortKeys } from './sort';
import { sql } from './sql';

const newest = ['timestamp,desc'];
const byTime = { by: [sql`happened_at`] };
const keys = sortKeys({
  timestamp: byTime,
  type: { by: [sql`type`] },
  bookId: { by: [sql`book_id`], nullable: true },
  seriesId: { by: [sql`series_id`], nullable: true },
});

/** Changes that were made to files; the newest first unless asked otherwise. */
export async function findHistory(
  db: Database,
  { sort, slice }: { sort: readonly string[]; slice: Slice },
): Promise<SliceOf<HistoryEvent>> {
  const order = orderBy(sort.length > 0 ? sort : newest, keys, byTime, sql`id`);
  const list = HistoryEvent.query(db).orderByRaw(order.by.text);
  if (!slice.unpaged) void list.limit(slice.size).offset(slice.page * slice.size);
  const [rows, total] = await Promise.all([list, HistoryEvent.query(db).resultSize()]);
  return inSlice(slice, rows, total, order.sorted);
}
