import { randomUUID } from 'node:crypto';
import type { Database } from '../db/database';
import type { Knex } from 'knex';
import type { TaskName } from './tasks';

/** How often tasks of one kind ran, and for how long. */
export interface TaskTimes {
  task: TaskName;
  count: number;
  seconds: number;
  /** Of a single one, seconds. */
  longest: number;
}

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
  | {
      type: 'ThumbnailSeriesCollectionAdded' | 'ThumbnailSeriesCollectionDeleted';
      collectionId: string;
      selected: boolean;
    }
  | { type: 'ThumbnailReadListAdded' | 'ThumbnailReadListDeleted'; readListId: string; selected: boolean }
  /** Of a file that was to become a book; for administrators, who see its path. */
  | { type: 'BookImported'; bookId: string | null; sourceFile: string; success: boolean; message: string | null }
  | { type: 'SessionExpired'; userId: string }
  /** Between our processes only: what ran since the last time that one told so. */
  | { type: 'TasksRun'; times: TaskTimes[] }
  /** Between our processes only: what is remembered of a user's logins is no longer right. */
  | { type: 'CredentialsChanged'; userId: string };

export const eventChannel = 'kiremisu_event';

/** Postgres refuses a payload of 8,000 bytes and more: a longer event is told in parts of this size. */
const partLength = 7_800;

/** JSON without other letters than those of ASCII, so that it can be cut anywhere and a letter is a byte. */
const asciiJson = (event: ServerEvent): string =>
  JSON.stringify(event).replace(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** `{…}` whole, or each part as `name number/count text`. */
function payloadsOf(event: ServerEvent): string[] {
  const text = asciiJson(event);
  if (text.length <= partLength) return [text];
  const count = Math.ceil(text.length / partLength);
  const name = randomUUID();
  return Array.from({ length: count }, (_, index) => {
    const part = text.slice(index * partLength, (index + 1) * partLength);
    return `${name} ${index + 1}/${count} ${part}`;
  });
}

/** Puts the parts of events together again: a commit tells them one after the other, so that one event is open at most. */
export function createAssembler(): (payload: string) => ServerEvent | null {
  let open = { name: '', parts: [] as string[] };
  // only our own processes write to the channel
  const parsed = (text: string) => JSON.parse(text) as ServerEvent;
  return (payload) => {
    const part = /^([\w-]{36}) (\d+)\/(\d+) (.*)$/s.exec(payload);
    if (part === null) return parsed(payload);
    const [, name = '', number, count, text = ''] = part;
    if (name !== open.name) open = { name, parts: [] };
    open.parts.push(text);
    if (number !== count || open.parts.length !== Number(count)) return null;
    return parsed(open.parts.join(''));
  };
}

/** Tells every process; inside a transaction it is told at commit. Events with the same content in one transaction are told once. */
export async function emit(db: Database | Knex.Transaction, ...events: ServerEvent[]): Promise<void> {
  const payloads = events.flatMap(payloadsOf);
  if (payloads.length === 0) return;
  await db.raw('select pg_notify(?, event) from unnest(?::text[]) with ordinality told (event, place) order by place', [
    eventChannel,
    payloads,
  ]);
}
