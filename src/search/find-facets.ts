import { fold } from '../base/text';
import type { Database } from '../db/database';
import type { Author } from '../model/values';
import { cut, type Slice, type SliceOf } from './slice';
import { allOf, literal, readRows, sql, where, type Sql } from './sql';
import { visibleBooks, visibleSeries } from './viewer-where';
import type { Viewer } from './viewer';

/**
 * The values that occur in what a viewer may see (komga-rest.md §18), for the filter lists of clients. Of several
 * scopes the first that is not empty counts: libraries, collections, series, read lists.
 */
export interface FacetScope {
  libraryIds?: readonly string[] | undefined;
  collectionIds?: readonly string[] | undefined;
  seriesIds?: readonly string[] | undefined;
  readListIds?: readonly string[] | undefined;
}

export interface FacetQuery extends FacetScope {
  /** Part of the value, whatever its case and accents. */
  search?: string | null | undefined;
  slice: Slice;
}

const isGiven = (ids: readonly string[] | undefined): ids is readonly string[] => ids !== undefined && ids.length > 0;

const inCollections = (ids: readonly string[]) =>
  sql`exists (select 1 from collection_series cs where cs.series_id = s.id and cs.collection_id = any(${ids}::uuid[]))`;
/** What a query reads: rows of `series s`, or of `book b` where a read list is the scope. */
interface Source {
  from: Sql;
  ofBooks: boolean;
}

/** Everything about books is aggregated in their series, which are fewer; of a read list the books themselves count. */
function sourceOf(viewer: Viewer, scope: FacetScope): Source {
  const { libraryIds, collectionIds, seriesIds, readListIds } = scope;
  const ofSeries = (condition: Sql | null): Source => ({
    from: sql`series s ${where(allOf([visibleSeries(viewer), condition]))}`,
    ofBooks: false,
  });
  if (isGiven(libraryIds)) return ofSeries(sql`s.library_id = any(${libraryIds}::uuid[])`);
  if (isGiven(collectionIds)) return ofSeries(inCollections(collectionIds));
  if (isGiven(seriesIds)) return ofSeries(sql`s.id = any(${seriesIds}::uuid[])`);
  if (!isGiven(readListIds)) return ofSeries(null);
  const listed = sql`b.id in (select rb.book_id from read_list_book rb where rb.read_list_id = any(${readListIds}::uuid[]))`;
  return { from: sql`book b ${where(allOf([listed, visibleBooks(viewer)]))}`, ofBooks: true };
}

/** The series behind a source. */
const seriesOf = ({ from, ofBooks }: Source): Sql =>
  ofBooks ? sql`series s where s.id in (select b.series_id from ${from})` : from;

/** Few distinct values remain of many rows: only these are sorted by ICU, which is slow. */
async function distinctTexts(db: Database, values: Sql, collation: Sql = people): Promise<string[]> {
  const query = sql`select value from (select distinct value from (${values}) v(value) where value <> '') d
    order by value collate ${collation}, value collate "C"`;
  return (await readRows<{ value: string }>(db, query)).map((row) => row.value);
}

const people = sql`"und-x-icu"`;
const plain = sql`"C"`;

/** Folding is ours, not the database's: the distinct values are few enough to be searched here. */
function found(values: string[], search: string | null | undefined): string[] {
  const key = fold(search ?? '');
  return key === '' ? values : values.filter((value) => fold(value).includes(key));
}

const facet =
  (column: Sql, isList: boolean, collation = people) =>
  async (db: Database, viewer: Viewer, query: FacetQuery): Promise<SliceOf<string>> => {
    const values = sql`select ${isList ? sql`unnest(${column})` : column} from ${seriesOf(sourceOf(viewer, query))}`;
    return cut(query.slice, found(await distinctTexts(db, values, collation), query.search));
  };

export const findGenres = facet(sql`s.genres`, true);
export const findSharingLabels = facet(sql`s.sharing_labels`, true);
export const findPublishers = facet(sql`s.publisher`, false);
export const findLanguages = facet(sql`s.language`, false, plain);

/** Whose tags: of the series, of their books, or of both. */
export type TagOwner = 'SERIES' | 'BOOK' | 'BOTH';

export async function findTags(
  db: Database,
  viewer: Viewer,
  { include = 'BOTH', ...query }: FacetQuery & { include?: TagOwner },
): Promise<SliceOf<string>> {
  const source = sourceOf(viewer, query);
  const ofSeries = sql`select unnest(s.tags) from ${seriesOf(source)}`;
  const ofBooks = sql`select unnest(${source.ofBooks ? sql`b.tags` : sql`s.books_tags`}) from ${source.from}`;
  // both: what the condition `tag` of a series looks into, also for a read list (measured on Komga)
  const ofBoth = sql`select unnest(s.tags || s.books_tags) from ${seriesOf(source)}`;
  const values = { SERIES: ofSeries, BOOK: ofBooks, BOTH: ofBoth }[include];
  return cut(query.slice, found(await distinctTexts(db, values), query.search));
}

export interface AuthorQuery extends FacetQuery {
  /** Exactly this role. */
  role?: string | null | undefined;
}

/**
 * The authors of a source, one row an author and role of a series (book). What is searched for is looked for in the
 * folded keys first, so that only the rows that hold it are taken apart.
 */
function authorsOf({ from, ofBooks }: Source, columns: Sql, { role, search }: Partial<AuthorQuery>): Sql {
  const [alias, authors] = ofBooks ? [sql`b`, sql`b.authors`] : [sql`s`, sql`s.books_authors`];
  const key = fold(search ?? '');
  const conditions = [
    key === '' ? null : sql`array_to_string(${alias}.author_keys, ${'\n'}) like ${`%${literal(key)}%`}`,
    role ? sql`a.role = ${role}` : null,
  ];
  return sql`select ${columns} from (select ${alias}.* from ${from}) ${alias}
    cross join lateral jsonb_to_recordset(${authors}) a(name text, role text) ${where(allOf(conditions))}`;
}

/** Names with their roles, by name. */
export async function findAuthors(db: Database, viewer: Viewer, query: AuthorQuery): Promise<SliceOf<Author>> {
  const authors = authorsOf(sourceOf(viewer, query), sql`a.name, a.role`, query);
  const rows = await readRows<Author>(
    db,
    sql`select name, role from (select distinct name, role from (${authors}) a) d
      order by name collate "und-x-icu", name collate "C", role collate "C"`,
  );
  const key = fold(query.search ?? '');
  return cut(query.slice, key === '' ? rows : rows.filter(({ name }) => fold(name).includes(key)));
}

export async function findAuthorNames(db: Database, viewer: Viewer, query: AuthorQuery): Promise<SliceOf<string>> {
  const names = authorsOf(sourceOf(viewer, query), sql`a.name`, query);
  return cut(query.slice, found(await distinctTexts(db, names), query.search));
}

export async function findAuthorRoles(db: Database, viewer: Viewer, query: FacetQuery): Promise<SliceOf<string>> {
  return cut(query.slice, await distinctTexts(db, authorsOf(sourceOf(viewer, query), sql`a.role`, {}), plain));
}

async function ageRatings(db: Database, viewer: Viewer, scope: FacetScope): Promise<(number | null)[]> {
  const ages = sql`select distinct s.age_rating as age from ${seriesOf(sourceOf(viewer, scope))} order by age nulls first`;
  return (await readRows<{ age: number | null }>(db, ages)).map((row) => row.age);
}

/** Ages, ascending. */
export async function findAgeRatings(db: Database, viewer: Viewer, query: FacetQuery): Promise<SliceOf<number>> {
  const ages = await ageRatings(db, viewer, query);
  return cut(
    query.slice,
    ages.filter((age) => age !== null),
  );
}

/** Ages, ascending, after null if there are series without (which only the first version of Komga's API tells). */
export const findAgeRatingsOrNone = ageRatings;

/** Years in which the series began, the latest first. */
export async function findReleaseYears(db: Database, viewer: Viewer, query: FacetQuery): Promise<SliceOf<string>> {
  const dates = sql`select s.books_release_date from ${seriesOf(sourceOf(viewer, query))}`;
  const rows = await readRows<{ year: number }>(
    db,
    sql`select distinct extract(year from released)::integer as year from (${dates}) d(released)
      where released is not null order by year desc`,
  );
  return cut(
    query.slice,
    rows.map(({ year }) => String(year)),
  );
}

/** A value with how many series (books) it leads to. */
export interface ValueCount {
  value: string;
  count: number;
}

/**
 * Publishers of the series that are not in the trash, by name; '' stands for the series without one. Spellings that a filter
 * cannot tell apart are one.
 */
export function countPublishers(db: Database, viewer: Viewer, { libraryIds }: FacetScope): Promise<ValueCount[]> {
  const inLibraries = isGiven(libraryIds) ? sql`s.library_id = any(${libraryIds}::uuid[])` : null;
  const conditions = [visibleSeries(viewer), sql`s.deleted_at is null`, inLibraries];
  return readRows<ValueCount>(
    db,
    sql`select value, count from (select min(s.publisher collate "C") as value, count(*)::int as count
        from series s ${where(allOf(conditions))} group by s.publisher_key) p
      order by value collate "und-x-icu", value collate "C"`,
  );
}

/** Folded tags of the readable books of a series; '' stands for all of its books. */
export async function countBookTags(db: Database, viewer: Viewer, seriesId: string): Promise<Map<string, number>> {
  const conditions = [
    sql`b.series_id = ${seriesId} and b.deleted_at is null and b.media_status = 'READY'`,
    visibleBooks(viewer),
  ];
  const rows = await readRows<ValueCount>(
    db,
    sql`select value, count(*)::int as count from book b cross join unnest(b.tag_keys || '{""}'::text[]) t(value)
      ${where(allOf(conditions))} group by value`,
  );
  return new Map(rows.map(({ value, count }) => [value, count]));
}
