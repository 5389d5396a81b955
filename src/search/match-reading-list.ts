import type { Database } from '../db/database';
import { readRows, sql } from './sql';

export interface WantedBook {
  series: string[];
  number: string;
}

export interface MatchedSeries {
  seriesId: string;
  title: string;
  releaseDate: string | null;
  books: { bookId: string; number: string; title: string }[];
}

interface Row {
  place: number;
  seriesId: string;
  seriesTitle: string;
  releaseDate: string | null;
  bookId: string;
  number: string;
  title: string;
}

/**
 * For each wanted book the series and books that it may be: title equal but for the case of ASCII letters, number equal but
 * for leading zeros (komga-media §13). One statement for the whole list; of all libraries, for administrators.
 */
export async function matchReadingList(db: Database, wanted: readonly WantedBook[]): Promise<MatchedSeries[][]> {
  const asked = wanted.map(({ series, number }, place) => ({ place, series, number }));
  const rows = await readRows<Row>(
    db,
    sql`with asked as (
        select w.place, lower(t.title collate "C") as title, ltrim(w.number, '0') as number
        from json_to_recordset(${JSON.stringify(asked)}::json) as w (place int, series json, number text)
        cross join json_array_elements_text(w.series) as t (title)
      )
      select distinct a.place, s.id as "seriesId", s.title as "seriesTitle", s.books_release_date as "releaseDate",
        b.id as "bookId", b.metadata_number as number, b.title, b.number_sort
      from asked a
      join series s on lower(s.title collate "C") = a.title
      join book b on b.series_id = s.id and ltrim(b.metadata_number, '0') = a.number
      order by a.place, s.title, s.id, b.number_sort, b.id`,
  );
  const result: MatchedSeries[][] = wanted.map(() => []);
  for (const row of rows) {
    const matches = result[row.place] ?? [];
    let series = matches.find(({ seriesId }) => seriesId === row.seriesId);
    if (series === undefined) {
      series = { seriesId: row.seriesId, title: row.seriesTitle, releaseDate: row.releaseDate, books: [] };
      matches.push(series);
    }
    series.books.push({ bookId: row.bookId, number: row.number, title: row.title });
  }
  return result;
}

/** Whether a read list of that name exists, whoever may see it. */
export async function hasReadList(db: Database, name: string): Promise<boolean> {
  const rows = await readRows(db, sql`select 1 from read_list where lower(name) = lower(${name}) limit 1`);
  return rows.length > 0;
}
