import type { Knex } from 'knex';
import { newId } from '../base/public-id';
import { fold } from '../base/text';
import type { ReadListEntry } from '../metadata/types';
import type { ServerEvent } from '../queue/events';

interface SetKind {
  table: 'collection' | 'read_list';
  members: 'collection_series' | 'read_list_book';
  /** Column of the member. */
  member: 'series_id' | 'book_id';
  ordered: boolean;
}

const collections: SetKind = {
  ...{ table: 'collection', members: 'collection_series', member: 'series_id', ordered: false },
};
const readLists: SetKind = { table: 'read_list', members: 'read_list_book', member: 'book_id', ordered: true };

/** The set of that name, ASCII case ignored (Komga), locked; made when there is none. */
async function openSet(trx: Knex.Transaction, kind: SetKind, name: string): Promise<{ id: string; isNew: boolean }> {
  const { table, ordered } = kind;
  const created = await trx.raw<{ rows: { id: string }[] }>(
    `insert into ${table} (id, name, name_key, ordered, created_at, modified_at) values (?, ?, ?, ?, now(), now())
     on conflict do nothing returning id`,
    [newId(), name, fold(name), ordered],
  );
  const [row] = created.rows;
  if (row) return { id: row.id, isNew: true };
  const found = await trx.raw<{ rows: { id: string }[] }>(
    `select id from ${table} where lower(name collate "C") = lower(?::text collate "C") for update`,
    [name],
  );
  const [there] = found.rows;
  // an empty one may be removed between the two statements
  return there ? { id: there.id, isNew: false } : openSet(trx, kind, name);
}

/** Adds a member at the wanted position, or at the end when there is none or it is taken; a member stays where it is. */
async function join(trx: Knex.Transaction, kind: SetKind, entry: ReadListEntry, memberId: string) {
  const { table, members, member } = kind;
  const set = await openSet(trx, kind, entry.name);
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `insert into ${members} (${table}_id, ${member}, position)
     select cast(:set as uuid), cast(:memberId as uuid), case
       when cast(:wanted as int) is not null
         and not exists (select 1 from ${members} where ${table}_id = :set and position = :wanted)
       then cast(:wanted as int) else (select coalesce(max(position) + 1, 0) from ${members} where ${table}_id = :set) end
     on conflict do nothing returning position`,
    { set: set.id, memberId, wanted: entry.number },
  );
  if (rows.length === 0) return null;
  await trx.raw(`update ${table} set modified_at = now() where id = ?`, [set.id]);
  return set;
}

/** Puts a book into the read lists that its file names. Nobody is ever taken out of a list by a file. */
export async function joinReadLists(
  trx: Knex.Transaction,
  bookId: string,
  entries: ReadListEntry[],
): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  // always in one order, so that two books with the same lists never wait for each other
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const set = await join(trx, readLists, entry, bookId);
    if (set)
      events.push({ type: set.isNew ? 'ReadListAdded' : 'ReadListChanged', readListId: set.id, bookIds: [bookId] });
  }
  return events;
}

/** Puts a series into the collections that its files name. */
export async function joinCollections(
  trx: Knex.Transaction,
  seriesId: string,
  names: string[],
): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for (const name of names.toSorted()) {
    const set = await join(trx, collections, { name, number: null }, seriesId);
    const seriesIds = [seriesId];
    if (set)
      events.push({ type: set.isNew ? 'CollectionAdded' : 'CollectionChanged', collectionId: set.id, seriesIds });
  }
  return events;
}
