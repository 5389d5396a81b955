import type { Database } from '../db/database';

/** A book row as far as a scan compares it. */
export interface KnownBook {
  id: string;
  libraryId: string;
  seriesId: string;
  path: string;
  size: number;
  modifiedAt: number;
  isDeleted: boolean;
  /** Never analysed, or the file changed since: its task may have been lost with a killed process. */
  isPending: boolean;
  hash: string;
}

export interface KnownSeries {
  id: string;
  path: string;
  name: string;
  modifiedAt: number;
  oneshot: boolean;
  isDeleted: boolean;
  /** Version of the series.json that was read: size and time; null when there was none. */
  seriesJson: string | null;
  books: number;
}

/** A picture beside books that is a poster already. */
export interface KnownArtwork {
  id: string;
  path: string;
  bookId: string | null;
  seriesId: string | null;
  size: number;
  modifiedAt: number;
}

/** What the database knows of a library when a scan begins. */
export interface Known {
  series: Map<string, KnownSeries>;
  seriesById: Map<string, KnownSeries>;
  books: Map<string, KnownBook>;
  artwork: Map<string, KnownArtwork[]>;
}

/** Rows are fetched as JSON arrays: mapping column names costs three times as much as everything else for 50,000 books. */
type BookTuple = [string, string, number, number, 0 | 1, 0 | 1, string];
type SeriesRow = Omit<KnownSeries, 'modifiedAt' | 'books'> & { modifiedAt: string; books: BookTuple[] };

const pageSize = 2_000;

const milliseconds = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`;

async function* readSeries(db: Database, libraryId: string): AsyncGenerator<SeriesRow[]> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const { rows } = await db.raw<{ rows: SeriesRow[] }>(
      `select s.id, s.path, s.name, ${milliseconds('s.file_modified_at')} as "modifiedAt", s.oneshot,
         s.deleted_at is not null as "isDeleted", (s.series_json->>'size') || ' ' || (s.series_json->>'modifiedAt') as "seriesJson",
         coalesce((select json_agg(json_build_array(b.id, b.path, b.file_size, ${milliseconds('b.file_modified_at')},
           (b.deleted_at is not null)::int, (b.media_status in ('UNKNOWN', 'OUTDATED'))::int, b.file_hash))
           from book b where b.series_id = s.id), '[]') as books
       from series s where s.library_id = ? and s.id > ? order by s.id limit ${pageSize}`,
      [libraryId, after],
    );
    yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.id;
  }
}

export async function loadKnown(db: Database, libraryId: string): Promise<Known> {
  const known: Known = {
    series: new Map(),
    seriesById: new Map(),
    books: new Map(),
    artwork: await loadArtwork(db, libraryId),
  };
  for await (const rows of readSeries(db, libraryId)) {
    for (const row of rows) {
      const series = { ...row, modifiedAt: Number(row.modifiedAt), books: row.books.length };
      known.series.set(row.path, series);
      known.seriesById.set(row.id, series);
      for (const tuple of row.books) known.books.set(tuple[1], fromTuple(libraryId, row.id, tuple));
    }
  }
  return known;
}

function fromTuple(libraryId: string, seriesId: string, tuple: BookTuple): KnownBook {
  const [id, path, size, modifiedAt, isDeleted, isPending, hash] = tuple;
  return { id, libraryId, seriesId, path, size, modifiedAt, isDeleted: !!isDeleted, isPending: !!isPending, hash };
}

async function loadArtwork(db: Database, libraryId: string): Promise<Map<string, KnownArtwork[]>> {
  const { rows } = await db.raw<{ rows: (Omit<KnownArtwork, 'modifiedAt'> & { modifiedAt: string | null })[] }>(
    `select p.id, p.path, p.book_id as "bookId", p.series_id as "seriesId", p.file_size as size,
       ${milliseconds('p.file_modified_at')} as "modifiedAt"
     from poster p left join book b on b.id = p.book_id left join series s on s.id = p.series_id
     where p.path is not null and coalesce(b.library_id, s.library_id) = ?`,
    [libraryId],
  );
  const byOwner = new Map<string, KnownArtwork[]>();
  for (const row of rows) {
    const owner = row.bookId ?? row.seriesId ?? '';
    const artwork = { ...row, modifiedAt: Number(row.modifiedAt ?? 0) };
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), artwork]);
  }
  return byOwner;
}

/** Books of the same size in other libraries whose files may have moved here. */
export async function findBooksElsewhere(
  db: Database,
  libraryId: string,
  sizes: number[],
): Promise<(KnownBook & { root: string })[]> {
  if (sizes.length === 0) return [];
  const { rows } = await db.raw<{ rows: (KnownBook & { root: string })[] }>(
    `select b.id, b.library_id as "libraryId", b.series_id as "seriesId", b.path, b.file_size as size,
       ${milliseconds('b.file_modified_at')} as "modifiedAt", b.deleted_at is not null as "isDeleted",
       b.media_status in ('UNKNOWN', 'OUTDATED') as "isPending", b.file_hash as hash, l.root
     from book b join library l on l.id = b.library_id
     where b.library_id <> ? and b.file_size = any(?)`,
    [libraryId, sizes],
  );
  return rows.map((row) => ({ ...row, modifiedAt: Number(row.modifiedAt) }));
}
