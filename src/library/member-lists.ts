import type { Knex } from 'knex';
import { badRequest, notFound } from '../base/errors';
import { newId } from '../base/public-id';
import { fold } from '../base/text';

/** What collections of series and read lists of books have in common. */
export interface ListKind {
  table: 'collection' | 'read_list';
  members: 'collection_series' | 'read_list_book';
  /** Table of the members, and the column that holds their id. */
  entity: 'series' | 'book';
  member: 'series_id' | 'book_id';
  /** Komga's words, which its web client shows. */
  nameTaken: string;
}

/** Columns of a list that people change. */
export interface ListColumns {
  name?: string;
  ordered?: boolean;
  summary?: string;
}

const columnsOf = ({ name, ...others }: ListColumns) =>
  name === undefined ? others : { name, nameKey: fold(name), ...others };

const isTaken = (error: unknown): boolean => (error as { code?: unknown }).code === '23505';

async function addMembers(trx: Knex.Transaction, kind: ListKind, id: string, memberIds: string[]): Promise<void> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `insert into ${kind.members} (${kind.table}_id, ${kind.member}, position)
     select ?::uuid, e.id, wanted.place - 1 from unnest(?::uuid[]) with ordinality wanted (id, place)
     join ${kind.entity} e on e.id = wanted.id returning 1`,
    [id, memberIds],
  );
  if (rows.length !== memberIds.length) throw badRequest(`A ${kind.entity} of the list does not exist`);
}

/** Returns the id. Throws 400 for a name that is taken, also at the same moment, and for unknown members. */
export async function createList(
  trx: Knex.Transaction,
  kind: ListKind,
  columns: ListColumns,
  memberIds: string[],
): Promise<string> {
  const now = new Date();
  const row = { id: newId(), ...columnsOf(columns), createdAt: now, modifiedAt: now };
  // waits for another one of this name that is not committed yet
  const created = await trx(kind.table).insert(row).onConflict().ignore().returning('id');
  if (created.length === 0) throw badRequest(kind.nameTaken);
  await addMembers(trx, kind, row.id, memberIds);
  return row.id;
}

/** Writes the columns that were sent; `memberIds` replaces all members. Returns the members. Throws 404 and 400. */
export async function changeList(
  trx: Knex.Transaction,
  kind: ListKind,
  id: string,
  columns: ListColumns,
  memberIds: string[] | undefined,
): Promise<string[]> {
  const changed = await trx(kind.table)
    .where({ id })
    .update({ ...columnsOf(columns), modifiedAt: new Date() })
    .catch((error: unknown) => {
      throw isTaken(error) ? badRequest(kind.nameTaken) : error;
    });
  if (changed === 0) throw notFound();
  if (memberIds === undefined) return membersOf(trx, kind, id);
  await trx.raw(`delete from ${kind.members} where ${kind.table}_id = ?`, [id]);
  await addMembers(trx, kind, id, memberIds);
  return memberIds;
}

/** Returns the members, which stay. Throws 404. */
export async function deleteList(trx: Knex.Transaction, kind: ListKind, id: string): Promise<string[]> {
  const members = await membersOf(trx, kind, id);
  if ((await trx(kind.table).where({ id }).delete()) === 0) throw notFound();
  return members;
}

async function membersOf(trx: Knex.Transaction, kind: ListKind, id: string): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `select ${kind.member} as id from ${kind.members} where ${kind.table}_id = ? order by position`,
    [id],
  );
  return rows.map((row) => row.id);
}
