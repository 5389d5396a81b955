import type { Database } from '../db/database';
import { emit } from '../queue/events';
import { changeList, createList, deleteList, type ListKind } from './member-lists';

const kind: ListKind = {
  table: 'read_list',
  members: 'read_list_book',
  entity: 'book',
  member: 'book_id',
  nameTaken: 'Read list name already exists',
};

export interface ReadListInput {
  name: string;
  summary: string;
  ordered: boolean;
  /** In their order. */
  bookIds: string[];
}

/** Returns the id. Throws 400 for a name that is taken and for unknown books. */
export function createReadList(db: Database, { bookIds, ...columns }: ReadListInput): Promise<string> {
  return db.transaction(async (trx) => {
    const readListId = await createList(trx, kind, columns, bookIds);
    await emit(trx, { type: 'ReadListAdded', readListId, bookIds });
    return readListId;
  });
}

/** What is not given stays; the books are replaced as a whole. Throws 404 and 400. */
export async function updateReadList(db: Database, id: string, changes: Partial<ReadListInput>): Promise<void> {
  const { bookIds: wanted, ...columns } = changes;
  await db.transaction(async (trx) => {
    const bookIds = await changeList(trx, kind, id, columns, wanted);
    await emit(trx, { type: 'ReadListChanged', readListId: id, bookIds });
  });
}

export async function deleteReadList(db: Database, id: string): Promise<void> {
  await db.transaction(async (trx) => {
    const bookIds = await deleteList(trx, kind, id);
    await emit(trx, { type: 'ReadListDeleted', readListId: id, bookIds });
  });
}
