import type { Database } from '../db/database';

/** A book whose file is gone, as people want to see it before they forget it for good. */
export interface TrashedBook {
  id: string;
  seriesId: string;
  seriesTitle: string;
  title: string;
  /** Where its file lay, below the root. */
  path: string;
  size: number;
  deletedAt: Date;
}

/** What lies in the trash of a library, the latest first. */
export async function findTrash(
  db: Database,
  libraryId: string,
  { page, size }: { page: number; size: number },
): Promise<{ total: number; books: TrashedBook[] }> {
  const { rows } = await db.raw<{ rows: TrashedBook[] }>(
    `select b.id, b.series_id as "seriesId", s.title as "seriesTitle", b.title,
       -- a row whose place another file has taken carries its id behind it
       regexp_replace(b.path, '#' || b.id || '$', '') as path, b.file_size as size, b.deleted_at as "deletedAt"
     from book b join series s on s.id = b.series_id
     where b.library_id = :libraryId and b.deleted_at is not null
     order by b.deleted_at desc, b.path, b.id limit :size offset :offset`,
    { libraryId, size, offset: page * size },
  );
  const { rows: counted } = await db.raw<{ rows: [{ total: number }] }>(
    'select count(*)::int as total from book where library_id = ? and deleted_at is not null',
    [libraryId],
  );
  return { total: counted[0].total, books: rows };
}
