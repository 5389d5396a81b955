import type { Database } from '../db/database';
import { allOf, readRows, sql, where } from './sql';
import type { Viewer } from './viewer';
import { visibleBooks } from './viewer-where';

/** Ids of the books that the viewer may see whose file has this partial hash; two are enough to know that it is not one. */
export async function findBooksByKoreaderHash(db: Database, viewer: Viewer, hash: string): Promise<string[]> {
  if (hash === '') return [];
  const wanted = sql`b.file_hash_koreader = ${hash} and b.file_hash_koreader <> '' and b.deleted_at is null`;
  const query = sql`select b.id from book b ${where(allOf([wanted, visibleBooks(viewer)]))} limit 2`;
  return (await readRows<{ id: string }>(db, query)).map(({ id }) => id);
}
