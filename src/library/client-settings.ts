import type { Database } from '../db/database';
import { GlobalClientSetting, UserClientSetting } from '../model/client-setting';

/** Those for everybody; to nobody in particular only those that are said to be public. */
export function findGlobalSettings(db: Database, everything: boolean): Promise<GlobalClientSetting[]> {
  const query = GlobalClientSetting.query(db).orderBy('key');
  if (!everything) void query.where({ allowUnauthorized: true });
  return query.execute();
}

export function findUserSettings(db: Database, userId: string): Promise<UserClientSetting[]> {
  return UserClientSetting.query(db).where({ userId }).orderBy('key').execute();
}

/** Keys that are not named stay as they are. The same for those of a user. */
export async function saveGlobalSettings(
  db: Database,
  settings: Record<string, { value: string; allowUnauthorized: boolean }>,
): Promise<void> {
  const rows = Object.entries(settings).map(([key, setting]) => ({ key, ...setting, modifiedAt: new Date() }));
  if (rows.length > 0) await GlobalClientSetting.query(db).insert(rows).onConflict('key').merge();
}

export async function saveUserSettings(
  db: Database,
  userId: string,
  settings: Record<string, { value: string }>,
): Promise<void> {
  const rows = Object.entries(settings).map(([key, { value }]) => ({ userId, key, value, modifiedAt: new Date() }));
  if (rows.length > 0) await UserClientSetting.query(db).insert(rows).onConflict(['userId', 'key']).merge();
}

/** Unknown keys are passed over. The same for those of a user. */
export async function deleteGlobalSettings(db: Database, keys: string[]): Promise<void> {
  await GlobalClientSetting.query(db).whereIn('key', keys).delete();
}

export async function deleteUserSettings(db: Database, userId: string, keys: string[]): Promise<void> {
  await UserClientSetting.query(db).where({ userId }).whereIn('key', keys).delete();
}
