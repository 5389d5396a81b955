import type { Database } from '../db/database';
import { emit } from '../queue/events';
import { changeList, createList, deleteList, type ListKind } from './member-lists';

const kind: ListKind = {
  table: 'collection',
  members: 'collection_series',
  entity: 'series',
  member: 'series_id',
  nameTaken: 'Collection name already exists',
};

export interface CollectionInput {
  name: string;
  ordered: boolean;
  /** In their order. */
  seriesIds: string[];
}

/** Returns the id. Throws 400 for a name that is taken and for unknown series. */
export function createCollection(db: Database, { seriesIds, ...columns }: CollectionInput): Promise<string> {
  return db.transaction(async (trx) => {
    const collectionId = await createList(trx, kind, columns, seriesIds);
    await emit(trx, { type: 'CollectionAdded', collectionId, seriesIds });
    return collectionId;
  });
}

/** What is not given stays; the series are replaced as a whole. Throws 404 and 400. */
export async function updateCollection(db: Database, id: string, changes: Partial<CollectionInput>): Promise<void> {
  const { seriesIds: wanted, ...columns } = changes;
  await db.transaction(async (trx) => {
    const seriesIds = await changeList(trx, kind, id, columns, wanted);
    await emit(trx, { type: 'CollectionChanged', collectionId: id, seriesIds });
  });
}

export async function deleteCollection(db: Database, id: string): Promise<void> {
  await db.transaction(async (trx) => {
    const seriesIds = await deleteList(trx, kind, id);
    await emit(trx, { type: 'CollectionDeleted', collectionId: id, seriesIds });
  });
}
