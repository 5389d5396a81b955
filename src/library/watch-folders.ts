import path from 'node:path';
import type { Database } from '../db/database';

/** A folder of a library. */
export interface Watched {
  libraryId: string;
  root: string;
  /** Below the root; '' is the root. */
  folder: string;
  /** The time of the folder when it was last scanned, milliseconds; null: it is no series. */
  scannedAt: number | null;
}

export const keyOf = ({ libraryId, folder }: Pick<Watched, 'libraryId' | 'folder'>): string => `${libraryId}:${folder}`;

/** The roots of libraries that are watched, the folders of their series, and what lies between. */
export async function findFolders(db: Database): Promise<Watched[]> {
  const scannedAt = '(extract(epoch from s.file_modified_at) * 1000)::float8';
  const { rows } = await db.raw<{ rows: Watched[] }>(
    `select l.id as "libraryId", l.root, s.path as folder, ${scannedAt} as "scannedAt" from library l
       join series s on s.library_id = l.id and s.deleted_at is null and not s.oneshot where l.watch
     union all select distinct l.id, l.root, regexp_replace(s.path, '/[^/]*$', ''), null::float8 from library l
       join series s on s.library_id = l.id and s.deleted_at is null and s.oneshot and s.path like '%/%' where l.watch
     union all select id, root, '', null::float8 from library where watch`,
  );
  const all = new Map(rows.map((row) => [keyOf(row), row]));
  for (const row of rows) {
    for (let folder = row.folder; folder !== '';) {
      const above = path.posix.dirname(folder);
      folder = above === '.' ? '' : above;
      const place = { ...row, folder, scannedAt: null };
      if (!all.has(keyOf(place))) all.set(keyOf(place), place);
    }
  }
  // the ones nearest to the root first: there new series appear
  return [...all.values()].sort((a, b) => a.folder.split('/').length - b.folder.split('/').length);
}
