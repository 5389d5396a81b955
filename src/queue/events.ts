import type { Database } from '../db/database';
import type { Knex } from 'knex';

/** What happened, for whoever watches (Komga's server-sent events). Ids are uuids; presenters make them public. */
export type ServerEvent =
  | { type: 'LibraryAdded' | 'LibraryChanged' | 'LibraryDeleted'; libraryId: string }
  | { type: 'SeriesAdded' | 'SeriesChanged' | 'SeriesDeleted'; seriesId: string; libraryId: string }
  | { type: 'BookAdded' | 'BookChanged' | 'BookDeleted'; bookId: string; seriesId: string; libraryId: string }
  | { type: 'CollectionAdded' | 'CollectionChanged' | 'CollectionDeleted'; collectionId: string; seriesIds: string[] }
  | { type: 'ReadListAdded' | 'ReadListChanged' | 'ReadListDeleted'; readListId: string; bookIds: string[] }
  | { type: 'ReadProgressChanged' | 'ReadProgressDeleted'; bookId: string; userId: string }
  | { type: 'ReadProgressSeriesChanged' | 'ReadProgressSeriesDeleted'; seriesId: string; userId: string }
  | { type: 'ThumbnailBookAdded' | 'ThumbnailBookDeleted'; bookId: string; seriesId: string; selected: boolean }
  | { type: 'ThumbnailSeriesAdded' | 'ThumbnailSeriesDeleted'; seriesId: string; selected: boolean }
  | { type: 'ThumbnailSeriesCollectionAdded' | 'ThumbnailSeriesCollectionDeleted'; collectionId: string; selected: boolean }
  | { type: 'ThumbnailReadListAdded' | 'ThumbnailReadListDeleted'; readListId: string; selected: boolean }
  | { type: 'SessionExpired'; userId: string }
  /** Between our processes only: what is remembered of a user's logins is no longer right. */
  | { type: 'CredentialsChanged'; userId: string };

export const eventChannel = 'kiremisu_event';

/** Postgres refuses a payload of 8,000 bytes and more. */
const payloadLimit = 7_900;

/** Tells every process; inside a transaction it is told at commit. Events with the same content in one transaction are told once. */
export async function emit(db: Database | Knex.Transaction, ...events: ServerEvent[]): Promise<void> {
  const payloads = events
    .map((event) => JSON.stringify(event))
    .filter((text) => Buffer.byteLength(text) < payloadLimit);
  if (payloads.length === 0) return;
  await db.raw('select pg_notify(?, event) from unnest(?::text[]) as event', [eventChannel, payloads]);
}
