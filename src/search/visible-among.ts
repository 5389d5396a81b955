import type { Database } from '../db/database';
import { constant, readRows, sql } from './sql';
import type { Viewer } from './viewer';
import { visibleBooks, visibleSeries } from './viewer-where';

/** Those of the ids that are series which the viewer may see. */
export async function visibleSeriesAmong(db: Database, viewer: Viewer, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const visible = visibleSeries(viewer) ?? constant('true');
  const rows = await readRows<{ id: string }>(
    db,
    sql`select s.id from series s where s.id = any(${ids}::uuid[]) and ${visible}`,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Those of the ids that are books which the viewer may see. */
export async function visibleBooksAmong(db: Database, viewer: Viewer, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const visible = visibleBooks(viewer) ?? constant('true');
  const rows = await readRows<{ id: string }>(
    db,
    sql`select b.id from book b where b.id = any(${ids}::uuid[]) and ${visible}`,
  );
  return new Set(rows.map(({ id }) => id));
}
