import type { Database } from '../db/database';
import type { Book } from '../model/book';
import type { StoredPage } from '../model/book-media';
import { constant, readRows, sql } from './sql';
import type { Viewer } from './viewer';
import { visibleBooks } from './viewer-where';

/** What is needed to open a book's file, and whether the viewer may. */
export interface BookFile extends Pick<
  Book,
  | 'id'
  | 'seriesId'
  | 'libraryId'
  | 'name'
  | 'path'
  | 'fileSize'
  | 'fileModifiedAt'
  | 'mediaStatus'
  | 'mediaType'
  | 'mediaProfile'
  | 'pageCount'
  | 'mediaModifiedAt'
> {
  root: string;
  /** Null before the first analysis. */
  container: string | null;
  visible: boolean;
}

/** Null for an unknown book. One statement: it is asked for with every page. */
export async function findBookFile(db: Database, viewer: Viewer, id: string): Promise<BookFile | null> {
  const [row] = await readRows<BookFile>(
    db,
    sql`select b.id, b.series_id as "seriesId", b.library_id as "libraryId", b.name, b.path,
        b.file_size as "fileSize", b.file_modified_at as "fileModifiedAt", b.media_status as "mediaStatus",
        b.media_type as "mediaType", b.media_profile as "mediaProfile", b.page_count as "pageCount",
        b.media_modified_at as "mediaModifiedAt", l.root, m.container,
        ${visibleBooks(viewer) ?? constant('true')} as visible
      from book b join library l on l.id = b.library_id left join book_media m on m.book_id = b.id
      where b.id = ${id}`,
  );
  return row ?? null;
}

/** One page, counted from 0; undefined where the book has none. Of a book of thousands it costs a fifth of the whole list. */
export async function pageOfBook(db: Database, id: string, index: number): Promise<StoredPage | undefined> {
  const [row] = await readRows<{ page: StoredPage | null }>(
    db,
    sql`select pages -> ${index}::int as page from book_media where book_id = ${id}`,
  );
  return row?.page ?? undefined;
}

/** The pages of a book in reading order; the caller has looked that the viewer may see it. */
export async function pagesOfBook(db: Database, id: string): Promise<StoredPage[]> {
  const [row] = await readRows<{ pages: StoredPage[] }>(db, sql`select pages from book_media where book_id = ${id}`);
  return row?.pages ?? [];
}
