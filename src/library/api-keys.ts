import type { Database } from '../db/database';
import { fail, notFound } from '../base/errors';
import { newId } from '../base/public-id';
import { ApiKey } from '../model/credentials';
import { emit } from '../queue/events';
import { hashApiKey, newApiKey } from './tokens';

/** The key is in this answer and never again. Throws ERR_1034 when the user has a key with that comment. */
export async function createApiKey(
  db: Database,
  userId: string,
  comment: string,
): Promise<{ row: ApiKey; key: string }> {
  const key = newApiKey();
  const trimmed = comment.trim();
  const taken = await ApiKey.query(db)
    .where({ userId })
    .whereRaw('lower(comment) = lower(?)', [trimmed])
    .select('id')
    .first();
  if (taken) throw fail('ERR_1034');
  const row = await ApiKey.query(db).insertAndFetch({
    id: newId(),
    userId,
    keyHash: hashApiKey(key),
    comment: trimmed,
    createdAt: new Date(),
  });
  return { row, key };
}

export const findApiKeys = (db: Database, userId: string): Promise<ApiKey[]> =>
  ApiKey.query(db).where({ userId }).orderBy('createdAt').execute();

/** Ends the sessions that were begun with the key. Throws 404, also for a key of somebody else. */
export async function deleteApiKey(db: Database, userId: string, id: string): Promise<void> {
  await db.transaction(async (trx) => {
    const deleted = await ApiKey.query(trx).where({ id, userId }).delete();
    if (deleted === 0) throw notFound();
    await emit(trx, { type: 'CredentialsChanged', userId });
  });
}
