import type { Database } from '../db/database';
import { bookHolds, holdsByFlags, holdsByIndex, seriesFlags, seriesHolds, type KnownWord } from './anywhere-words';
import { allOf, joined, readRows, sql, type Sql } from './sql';

/** How books are found that hold all of some words. */
export interface Matching {
  /** What `series ss`, the series of `book b`, is read from; at least its id and title_sort. */
  series: Sql;
  where: Sql | null;
}

/** Rows that are looked at to learn how common a word is. */
const sampled = 500;
/** Words in more of the books than this are all over: finding each by an index costs more than reading every book. */
const common = 0.2;
/** A second word in more books than this is looked for in those that the first one left. */
const worthAnIndex = 0.02;

const sample = (table: Sql, name: string, held: readonly Sql[]): Sql =>
  sql`select count(*) as rows, array[${joined(
    held.map((condition) => sql`count(*) filter (where ${condition})`),
    ', ',
  )}]::int[] as held from ${table} tablesample system (
    (select least(100, ${100 * sampled}::float8 / greatest(reltuples, 1)) from pg_class where oid = ${name}::regclass)) repeatable (1)`;

/** In which part of the books each word is, about: from some pages of the tables, 1 ms at any size. */
export async function sharesOf(db: Database, words: readonly KnownWord[]): Promise<number[]> {
  if (words.length === 0) return [];
  const books = sample(sql`book b`, 'book', words.map(bookHolds));
  const series = sample(sql`series s`, 'series', words.map(seriesHolds));
  const found = await readRows<{ rows: number; held: number[] }>(db, sql`${books} union all ${series}`);
  return words.map((_, index) =>
    found.reduce((share, { rows, held }) => share + (held[index] ?? 0) / Math.max(1, Number(rows)), 0),
  );
}

/** In each book that the other conditions leave, by what its series says. */
const byRow = (word: KnownWord): Sql =>
  sql`(exists (select 1 from series s where s.id = b.series_id and ${seriesHolds(word)}) or ${bookHolds(word)})`;

/**
 * Rare words are found by their indexes, the rarest first, and the others looked for in the books that are left. Where none is
 * rare every book is read, after every series: the same for one word and for ten.
 */
export function matchingOf(words: readonly KnownWord[], shares: readonly number[]): Matching {
  const shareOf = new Map(words.map((word, index) => [word, shares[index] ?? 0]));
  const rarest = Math.min(...shareOf.values());
  if (words.length > 0 && rarest > common) {
    const { columns, joins } = seriesFlags(words);
    return {
      // computed once, whatever the planner thinks of its books
      series: sql`(select s.id, s.title_sort${columns} from series s ${joins} offset 0)`,
      where: allOf(words.map(holdsByFlags)),
    };
  }
  const isIndexed = (share: number) => share === rarest || share <= worthAnIndex;
  const inOrder = [...shareOf].sort(([, one], [, other]) => one - other);
  const where = inOrder.map(([word, share]) => (isIndexed(share) ? holdsByIndex(word) : byRow(word)));
  return { series: sql`series`, where: allOf(where) };
}
