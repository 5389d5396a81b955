import { fold } from '../base/text';
import type { Database } from '../db/database';
import { matchingOf, sharesOf, type Matching } from './anywhere-plan';
import { knownWords } from './anywhere-words';
import { bookWhere } from './book-leaves';
import { bookViewColumns, bookViewJoins, bookViewOf, type BookRow, type BookView } from './book-view';
import type { BookCondition } from './condition';
import { countReadableBooks, type BookCount, type ReadStatus } from './count-books';
import { bookListQuery, readBooks } from './find-books';
import { looseSeriesText, type FullText } from './full-text';
import { inSlice, limit, type Slice, type SliceOf } from './slice';
import { allOf, constant, joined, literal, readRows, sql, where, type Sql } from './sql';
import { wordsOf } from './text-query';
import { visibleBooks } from './viewer-where';
import type { Viewer } from './viewer';

export interface AnywhereQuery {
  /** Words typed by a person; blank finds everything. */
  text: string;
  /** What the list is narrowed to; the counts are of all. */
  libraryIds: readonly string[];
  status?: ReadStatus | undefined;
  slice: Slice;
}

/** A part of the books that were found, and how many there are of them by library and by how far the viewer is. */
export interface FoundAnywhere {
  books: SliceOf<BookView>;
  counts: BookCount[];
}

const maxWords = 16;

/** The words of a line; a line of signs only is looked for as it is. */
function wordsOfLine(text: string): string[] {
  const words = wordsOf(text);
  return [...new Set(words.length > 0 ? words : fold(text).split(/\s+/u).filter(Boolean))].slice(0, maxWords);
}

const readable: BookCondition = {
  allOf: [{ mediaStatus: { operator: 'is', value: 'READY' } }, { deleted: { operator: 'isFalse' } }],
};

const narrowedTo = ({ libraryIds, status }: AnywhereQuery): BookCondition => ({
  allOf: [
    readable,
    { anyOf: libraryIds.map((value) => ({ libraryId: { operator: 'is', value } })) },
    ...(status ? [{ readStatus: { operator: 'is' as const, value: status } }] : []),
  ],
});

const totalOf = (counts: readonly BookCount[], { libraryIds, status }: AnywhereQuery): number =>
  counts
    .filter(({ libraryId }) => libraryIds.length === 0 || libraryIds.includes(libraryId))
    .reduce((sum, count) => sum + (status ? count[status] : count.UNREAD + count.IN_PROGRESS + count.READ), 0);

/** Every book in the order of the shelf. */
async function wholeShelf(db: Database, viewer: Viewer, query: AnywhereQuery): Promise<FoundAnywhere> {
  const counting = countReadableBooks(db, viewer);
  const total = counting.then((counts) => totalOf(counts, query));
  const list = bookListQuery(viewer, { condition: narrowedTo(query), slice: query.slice, total });
  const order = {
    by: sql`ss.title_sort, b.number_sort, b.id`,
    joins: sql`join series ss on ss.id = b.series_id`,
    sorted: true,
  };
  const [books, counts] = await Promise.all([readBooks(db, { ...list, order }), counting]);
  return { books, counts };
}

const statuses: Record<ReadStatus, Sql> = {
  UNREAD: constant('f.completed is null'),
  IN_PROGRESS: constant('f.completed is false'),
  READ: constant('f.completed is true'),
};

const counted = sql`select f.library_id as "libraryId", ${joined(
  Object.entries(statuses).map(([status, is]) => sql`count(*) filter (where ${is}) as ${constant(`"${status}"`)}`),
  ', ',
)} from found f group by 1`;

/**
 * The books are looked for once, counted by library and progress, and then cut to the slice. The counts stand in every row,
 * and in one without a book where the slice is empty.
 */
function statement(viewer: Viewer, query: AnywhereQuery, words: readonly string[], matching: Matching): Sql {
  const { libraryIds, status, slice } = query;
  const found = sql`select b.id, b.library_id, b.number_sort, ss.title_sort, p.completed,
      case when b.search_key like ${`%${literal(words.join(' '))}%`} then 0 else 1 end as rank
    from book b join ${matching.series} ss on ss.id = b.series_id
      left join read_progress p on p.user_id = ${viewer.userId} and p.book_id = b.id
    ${where(allOf([visibleBooks(viewer), bookWhere(readable, viewer), matching.where]))}`;
  const narrow = allOf([
    libraryIds.length > 0 ? sql`f.library_id = any(${libraryIds}::uuid[])` : null,
    status ? statuses[status] : null,
  ]);
  const ids = sql`select f.id from found f ${where(narrow)}
    order by f.rank, f.title_sort, f.number_sort, f.id ${limit(slice)}`;
  return sql`with found as materialized (${found}), counted as (select jsonb_agg(c) as counts from (${counted}) c)
    select counted.counts as "foundCounts", listed.* from counted left join (
      select page.place as "foundPlace", ${bookViewColumns}
      from (select *, row_number() over () as place from (${ids}) ids) page
        join book b on b.id = page.id ${bookViewJoins(viewer)}
    ) listed on true order by listed."foundPlace"`;
}

interface FoundRow extends BookRow {
  foundCounts: BookCount[] | null;
  /** null: there is no book on this part of the list. */
  foundPlace: number | null;
}

function withoutPlace(row: FoundRow): BookView {
  const book: Partial<FoundRow> & BookRow = row;
  delete book.foundCounts;
  delete book.foundPlace;
  return bookViewOf(book);
}

const ofSeries = ({ where: isMeant }: FullText): Matching => ({
  series: sql`series`,
  where: sql`b.series_id in (select s.id from series s where ${isMeant})`,
});

/**
 * Books that can be read, for one line of text as search fields of reading apps send it: every word is found somewhere in title,
 * series, people or tags. Titles that hold the whole text come first, then the order of the shelf. Where nothing is found, the
 * books of series whose titles hold the words loosely.
 */
export async function findAnywhere(db: Database, viewer: Viewer, query: AnywhereQuery): Promise<FoundAnywhere> {
  const words = wordsOfLine(query.text);
  if (words.length === 0) return wholeShelf(db, viewer, query);
  const known = await knownWords(db, words);
  const read = (matching: Matching) => readRows<FoundRow>(db, statement(viewer, query, words, matching));
  const exact = await read(matchingOf(known, await sharesOf(db, known)));
  const loose = exact[0]?.foundCounts ? null : looseSeriesText(query.text);
  const rows = loose === null ? exact : await read(ofSeries(loose));
  const counts = rows[0]?.foundCounts ?? [];
  const books = rows.filter(({ foundPlace }) => foundPlace !== null).map(withoutPlace);
  return { books: inSlice(query.slice, books, totalOf(counts, query), true), counts };
}
