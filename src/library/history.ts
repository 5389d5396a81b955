import type { Knex } from 'knex';
import { newId } from '../base/public-id';
import { HistoryEvent } from '../model/history-event';

/** Komga's kinds; its web client has a text for each. */
export type HistoryType =
  'BookFileDeleted' | 'SeriesFolderDeleted' | 'BookConverted' | 'BookImported' | 'DuplicatePageDeleted';

interface Subject {
  bookId: string | null;
  seriesId: string | null;
}

/** Notes a change that was made to files. */
export async function recordHistory(
  db: Knex,
  type: HistoryType,
  { bookId, seriesId }: Subject,
  properties: Record<string, string>,
): Promise<void> {
  await HistoryEvent.query(db).insert({ id: newId(), type, bookId, seriesId, properties, happenedAt: new Date() });
}
