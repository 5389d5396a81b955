import type { Database } from '../db/database';
import type { Library } from '../model/library';
import type { FoundFile, FoundSeries } from './found';

/**
 * What the database knows of a library, as one text a folder: a scan that finds the same text on the disk has nothing to do
 * there. Most scans find nothing else, and need neither ids nor an object for each of 50,000 files (docs/decisions/0013).
 */
export interface Outline {
  /** By the paths of series that are not in the trash. */
  series: ReadonlyMap<string, string>;
  /** Books that are not in the trash. */
  books: number;
}

const milliseconds = (column: string) => `coalesce((extract(epoch from ${column}) * 1000)::bigint, 0)`;

/** Lines as `linesOf` makes them, of books and of the pictures beside them; what still has to be analysed is never the same. */
const statement = `
  with books as (
    select series_id, count(*)::int as count, string_agg(line, E'\\n' order by line) as lines from (
      select series_id, path || '|' || file_size || '|' || ${milliseconds('file_modified_at')}
        || case when media_status in ('UNKNOWN', 'OUTDATED') then '*' else '' end as line
      from book where library_id = :libraryId and deleted_at is null) as line
    group by series_id
  ), pictures as (
    select series_id, string_agg(line, E'\\n' order by line) as lines from (
      select coalesce(p.series_id, b.series_id) as series_id, coalesce(b.path, '') || '|' || p.path || '|' || p.file_size
        || '|' || ${milliseconds('p.file_modified_at')} as line
      from poster p left join book b on b.id = p.book_id where cast(:pictures as boolean) and p.path is not null and b.deleted_at is null) as line
    group by series_id
  )
  select s.path, coalesce(books.count, 0) as count, s.oneshot::int || '|' || ${milliseconds('s.file_modified_at')}
    || '|' || coalesce((s.series_json->>'size') || '|' || (s.series_json->>'modifiedAt'), '')
    || E'\\n' || coalesce(books.lines, '') || E'\\n' || coalesce(pictures.lines, '') as text
  from series s left join books on books.series_id = s.id left join pictures on pictures.series_id = s.id
  where s.library_id = :libraryId and s.deleted_at is null`;

export async function loadOutline(
  db: Database,
  { id: libraryId, importLocalArtwork: pictures }: Library,
): Promise<Outline> {
  return db.transaction(async (trx) => {
    // the lines of 50,000 books are sorted; by default that is done on the disk
    await trx.raw(`set local work_mem = '64MB'`);
    const { rows } = await trx.raw<{ rows: { path: string; count: number; text: string }[] }>(statement, {
      libraryId,
      pictures,
    });
    return {
      series: new Map(rows.map(({ path, text }) => [path, text])),
      books: rows.reduce((sum, { count }) => sum + count, 0),
    };
  });
}

const lineOf = ({ path, size, modifiedAt }: FoundFile): string => `${path}|${size}|${modifiedAt}`;

/** The text of a folder as it is found. Null for one with names that could be taken for several lines. */
export function outlineOf(
  found: FoundSeries,
  { importLocalArtwork }: Pick<Library, 'importLocalArtwork'>,
): string | null {
  const { seriesJson } = found;
  const description = seriesJson ? `${seriesJson.size}|${seriesJson.modifiedAt}` : '';
  const books = found.books.map(lineOf);
  const pictures = importLocalArtwork ? found.artwork.map((file) => `|${lineOf(file)}`) : [];
  for (const { path, artwork } of importLocalArtwork ? found.books : []) {
    for (const file of artwork) pictures.push(`${path}|${lineOf(file)}`);
  }
  if (books.some(isSeveral) || pictures.some(isSeveral)) return null;
  const head = `${found.oneshot ? 1 : 0}|${found.modifiedAt}|${description}`;
  return `${head}\n${books.sort().join('\n')}\n${pictures.sort().join('\n')}`;
}

const isSeveral = (line: string): boolean => line.includes('\n');
