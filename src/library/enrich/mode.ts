import { HttpFailure, notFound } from '../../base/errors';
import type { Database } from '../../db/database';
import type { MangaDexSettings } from './mangadex';

export type Mode = MangaDexSettings['mode'];

export interface LibraryMode {
  libraryId: string;
  mode: Mode;
  covers: boolean;
}

/** The library's own mode, else the server's: an expression over `library l`. */
export const modeSql = `coalesce(l.mangadex, cast(:mode as text))`;

/** How the library of a series is treated; null when there is no such series. */
export async function modeOfSeries(db: Database, seriesId: string, mode: Mode): Promise<LibraryMode | null> {
  const { rows } = await db.raw<{ rows: LibraryMode[] }>(
    `select l.id as "libraryId", ${modeSql} as mode, l.mangadex_covers as covers
     from series s join library l on l.id = s.library_id where s.id = :seriesId`,
    { mode, seriesId },
  );
  return rows[0] ?? null;
}

/** Throws 404 for an unknown series and 409 where nothing may be sent. */
export async function requireProvider(db: Database, seriesId: string, mode: Mode): Promise<LibraryMode> {
  const found = await modeOfSeries(db, seriesId, mode);
  if (found === null) throw notFound();
  if (found.mode === 'off') throw new HttpFailure(409, 'Metadata from MangaDex is switched off for this library');
  return found;
}

/** False where neither the server nor any of its libraries wants anything of the provider. */
export async function isAnywhereOn(db: Database, mode: Mode): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(`select 1 from library l where ${modeSql} <> 'off' limit 1`, {
    mode,
  });
  return rows.length > 0;
}
