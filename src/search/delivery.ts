import type { Database } from '../db/database';
import { readPrepared, readRows, sql, type Sql } from './sql';
import { visibleBooks } from './viewer-where';
import type { Viewer } from './viewer';

/** A picture as it is stored. */
export interface StoredPicture {
  mediaType: string;
  width: number | null;
  height: number | null;
}

/** What a catalogue has to know of a book beyond its row, to promise only what it can deliver. */
export interface Delivery {
  /** The different types of its pages. */
  pageTypes: string[];
  /** The poster that is shown; `isMade`: ours, out of the book. */
  poster: (StoredPicture & { isMade: boolean }) | null;
  firstPage: StoredPicture | null;
}

/** Of all these books in one statement. */
export async function findDeliveries(db: Database, bookIds: readonly string[]): Promise<Map<string, Delivery>> {
  const rows = await readPrepared<Delivery & { id: string }>(
    db,
    sql`select b.id,
        (select jsonb_build_object('mediaType', p.media_type, 'width', p.width, 'height', p.height,
            'isMade', p.type = 'GENERATED') from poster p where p.book_id = b.id and p.selected) as poster,
        m.first_page as "firstPage", coalesce(m.page_types, '{}') as "pageTypes"
      from book b left join book_media m on m.book_id = b.id where b.id = any(${bookIds}::uuid[])`,
  );
  return new Map(rows.map(({ id, ...delivery }) => [id, delivery]));
}

/** When the newest of the books that the viewer may see was changed; null without books. */
export async function lastChange(db: Database, viewer: Viewer): Promise<Date | null> {
  const visible: Sql = visibleBooks(viewer) ?? sql`true`;
  const [row] = await readRows<{ modifiedAt: Date }>(
    db,
    sql`select b.modified_at as "modifiedAt" from book b where ${visible} order by b.modified_at desc, b.id desc limit 1`,
  );
  return row?.modifiedAt ?? null;
}

/** Which of these series have a poster, of their own or of a book. */
export async function findCoveredSeries(db: Database, seriesIds: readonly string[]): Promise<Set<string>> {
  const rows = await readRows<{ id: string }>(
    db,
    sql`select s.id from series s where s.id = any(${seriesIds}::uuid[])
        and (exists (select 1 from poster p where p.series_id = s.id and p.selected)
          or exists (select 1 from book b join poster p on p.book_id = b.id and p.selected where b.series_id = s.id))`,
  );
  return new Set(rows.map(({ id }) => id));
}
