import { z } from 'zod';
import type { Database } from '../db/database';
import { Setting } from '../model/setting';

/** What an administrator changes at run time, with its value on a fresh server. */
export const settingsSchema = z.object({
  deleteEmptyCollections: z.boolean().default(true),
  deleteEmptyReadLists: z.boolean().default(true),
  rememberMeDurationDays: z.number().int().positive().default(365),
  thumbnailSize: z.enum(['DEFAULT', 'MEDIUM', 'LARGE', 'XLARGE']).default('DEFAULT'),
  taskPoolSize: z.number().int().positive().default(1),
});

export type Settings = z.output<typeof settingsSchema>;

/** Longest edge of a generated poster, pixels. */
export const posterEdges: Record<Settings['thumbnailSize'], number> = {
  DEFAULT: 300,
  MEDIUM: 600,
  LARGE: 900,
  XLARGE: 1200,
};

export async function getSettings(db: Database): Promise<Settings> {
  const rows = await Setting.query(db).whereIn('name', Object.keys(settingsSchema.shape));
  return settingsSchema.parse(Object.fromEntries(rows.map(({ name, value }) => [name, value])));
}

export async function changeSettings(db: Database, changes: Partial<Settings>): Promise<void> {
  const rows = Object.entries(changes).map(([name, value]) => ({ name, value, modifiedAt: new Date() }));
  if (rows.length > 0) await Setting.query(db).insert(rows).onConflict('name').merge();
}
