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

/** A book whose file may be one that was found. */
export type Candidate = KnownBook & { root: string };

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

/** What lies in a folder of a library, by the indexes on paths; in the folder '' lies all of it. */
const liesIn = (table: string) =>
  `(:within = '' or ${table}.path = :within or (${table}.path > :from and ${table}.path < :to))`;

// `0` is the letter after `/`, and paths are compared by their letters' numbers
const boundsOf = (within: string) => ({ within, from: `${within}/`, to: `${within}0` });

/** Series in the folder with all of their books, and the books in it of other series: a folder of pictures was a book above. */
async function* readSeries(db: Database, libraryId: string, within: string): AsyncGenerator<SeriesRow[]> {
  const ofBooks = `s.id in (select b.series_id from book b where b.library_id = :libraryId and ${liesIn('b')})`;
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const { rows } = await db.raw<{ rows: SeriesRow[] }>(
      `select s.id, s.path, s.name, ${milliseconds('s.file_modified_at')} as "modifiedAt", s.oneshot,
         s.deleted_at is not null as "isDeleted", (s.series_json->>'size') || ' ' || (s.series_json->>'modifiedAt') as "seriesJson",
         coalesce((select json_agg(json_build_array(b.id, b.path, b.file_size, ${milliseconds('b.file_modified_at')},
           (b.deleted_at is not null)::int, (b.media_status in ('UNKNOWN', 'OUTDATED'))::int, b.file_hash))
           from book b where b.series_id = s.id and ${liesIn('b')}), '[]') as books
       from series s where s.library_id = :libraryId and s.id > :after and (${liesIn('s')} or ${ofBooks})
       order by s.id limit ${pageSize}`,
      { libraryId, after, ...boundsOf(within) },
    );
    yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.id;
  }
}

/** Of a library, or of what lies in one folder of it. */
export async function loadKnown(db: Database, libraryId: string, within = ''): Promise<Known> {
  const known: Known = {
    series: new Map(),
    seriesById: new Map(),
    books: new Map(),
    artwork: await loadArtwork(db, libraryId, within),
  };
  for await (const rows of readSeries(db, libraryId, within)) {
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

async function loadArtwork(db: Database, libraryId: string, within: string): Promise<Map<string, KnownArtwork[]>> {
  const of = (owner: 'book' | 'series') => `
    select p.id, p.path, p.book_id as "bookId", p.series_id as "seriesId", p.file_size as size,
      ${milliseconds('p.file_modified_at')} as "modifiedAt"
    from ${owner} o join poster p on p.${owner}_id = o.id
    where p.path is not null and o.library_id = :libraryId and ${liesIn('o')}`;
  const { rows } = await db.raw<{ rows: (Omit<KnownArtwork, 'modifiedAt'> & { modifiedAt: string | null })[] }>(
    `${of('book')} union all ${of('series')}`,
    { libraryId, ...boundsOf(within) },
  );
  const byOwner = new Map<string, KnownArtwork[]>();
  for (const row of rows) {
    const owner = row.bookId ?? row.seriesId ?? '';
    const artwork = { ...row, modifiedAt: Number(row.modifiedAt ?? 0) };
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), artwork]);
  }
  return byOwner;
}

export interface Elsewhere {
  libraryId: string;
  root: string;
  /** The folder of the library of which the books are known. */
  within: string;
}

/** Books of these sizes of which a scan knows nothing, and whose files may have moved to where it looks. */
export async function findBooksElsewhere(
  db: Database,
  { libraryId, root, within }: Elsewhere,
  sizes: number[],
): Promise<Candidate[]> {
  if (sizes.length === 0) return [];
  const libraries = await db<{ id: string; root: string }>('library').whereNot({ id: libraryId }).select('id', 'root');
  if (within !== '') libraries.push({ id: libraryId, root });
  // mostly there is no other; where all books have one size, the index must not have to look at those of this library
  if (libraries.length === 0) return [];
  const { rows } = await db.raw<{ rows: KnownBook[] }>(
    `select b.id, b.library_id as "libraryId", b.series_id as "seriesId", b.path, b.file_size as size,
       ${milliseconds('b.file_modified_at')} as "modifiedAt", b.deleted_at is not null as "isDeleted",
       b.media_status in ('UNKNOWN', 'OUTDATED') as "isPending", b.file_hash as hash
     from book b where b.library_id = any(:libraryIds) and b.file_size = any(:sizes)
       and (b.library_id <> :libraryId or not ${liesIn('b')})`,
    { libraryIds: libraries.map(({ id }) => id), sizes, libraryId, ...boundsOf(within) },
  );
  const roots = new Map(libraries.map((library) => [library.id, library.root]));
  return rows.map((row) => ({ ...row, modifiedAt: Number(row.modifiedAt), root: roots.get(row.libraryId) ?? '' }));
}
