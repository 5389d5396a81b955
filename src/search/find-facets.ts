import { fold } from '../base/text';
import type { Database } from '../db/database';
import type { Author } from '../model/values';
import { nameAuthors } from './author-names';
import type { SeriesCondition } from './condition';
import { cut, inSlice, limit, type Slice, type SliceOf } from './slice';
import { allOf, literal, readRows, sql, where, type Sql } from './sql';
import { tallied, talliedApart, type TallyKind } from './tally';
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

/** Whether only the viewer and libraries narrow the values: then they are tallied, and need not be looked for in series. */
const isTallied = ({ libraryIds, collectionIds, seriesIds, readListIds }: FacetScope): boolean =>
  isGiven(libraryIds) || ![collectionIds, seriesIds, readListIds].some(isGiven);

/** Values of which the viewer sees any, from the tallies where these know, else from `values`. */
function valuesOf(viewer: Viewer, query: FacetScope, kinds: readonly TallyKind[], values: () => Sql): Sql {
  if (!isTallied(query)) return values();
  const rows = tallied(kinds, viewer, { libraryIds: query.libraryIds });
  return sql`select s.value from ${rows} group by s.value having sum(s.amount) > 0`;
}

const facet =
  (kind: TallyKind, column: Sql, isList: boolean, collation = people) =>
  async (db: Database, viewer: Viewer, query: FacetQuery): Promise<SliceOf<string>> => {
    const values = valuesOf(
      viewer,
      query,
      [kind],
      () => sql`select ${isList ? sql`unnest(${column})` : column} from ${seriesOf(sourceOf(viewer, query))}`,
    );
    return cut(query.slice, found(await distinctTexts(db, values, collation), query.search));
  };

export const findGenres = facet('genre', sql`s.genres`, true);
export const findSharingLabels = facet('label', sql`s.sharing_labels`, true);
export const findPublishers = facet('publisher', sql`s.publisher`, false);
export const findLanguages = facet('language', sql`s.language`, false, plain);

/** Whose tags: of the series, of their books, or of both. */
export type TagOwner = 'SERIES' | 'BOOK' | 'BOTH';

export async function findTags(
  db: Database,
  viewer: Viewer,
  { include = 'BOTH', ...query }: FacetQuery & { include?: TagOwner },
): Promise<SliceOf<string>> {
  const source = sourceOf(viewer, query);
  const ofSeries = () => sql`select unnest(s.tags) from ${seriesOf(source)}`;
  const ofBooks = () => sql`select unnest(${source.ofBooks ? sql`b.tags` : sql`s.books_tags`}) from ${source.from}`;
  // both: what the condition `tag` of a series looks into, also for a read list (measured on Komga)
  const ofBoth = () => sql`select unnest(s.tags || s.books_tags) from ${seriesOf(source)}`;
  const [kinds, listed] = (
    { SERIES: [['tag'], ofSeries], BOOK: [['book_tag'], ofBooks], BOTH: [['tag', 'book_tag'], ofBoth] } as const
  )[include];
  const values = valuesOf(viewer, query, kinds, listed);
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

/** One page of authors out of the tallies, which hold them in order; null where the scope asks for more than these know. */
async function talliedAuthors<R>(
  db: Database,
  viewer: Viewer,
  { role, search, slice, ...scope }: AuthorQuery,
  by: 'value' | 'valueAndRole',
): Promise<SliceOf<R> | null> {
  if (!isTallied(scope)) return null;
  const key = fold(search ?? '');
  const isNamed = sql`s.value = any(array(select n.name from author_name n where n.key like ${`%${literal(key)}%`}))`;
  const also = allOf([key === '' ? null : isNamed, role ? sql`s.role = ${role}` : null]);
  if (key !== '') await nameAuthors(db);
  const authors = talliedApart('author', viewer, { libraryIds: scope.libraryIds, also }, by);
  const part = (from: Slice) => readRows<R & { total: number }>(db, pageOfValues(authors, from));
  const rows = await part(slice);
  // beyond the end no row tells how many there are
  const [first] = rows.length > 0 || slice.page === 0 ? rows : await part({ ...slice, page: 0, size: 1 });
  return inSlice<R>(slice, rows, first?.total ?? 0, true);
}

/** A page of values in their order, each row with the number of all. */
function pageOfValues({ settled, changed, key }: ReturnType<typeof talliedApart>, slice: Slice): Sql {
  const upTo: Slice = { ...slice, page: 0, size: (slice.page + 1) * slice.size };
  return sql`with changed as materialized (${changed})
    select ${key}, ((select count(*) from (${settled}) s) + (select count(*) from changed))::integer as total
    from ((${settled} order by ${key} ${limit(upTo)}) union all select * from changed) s order by ${key} ${limit(slice)}`;
}

/** Names with their roles, by name. */
export async function findAuthors(db: Database, viewer: Viewer, query: AuthorQuery): Promise<SliceOf<Author>> {
  const tallies = await talliedAuthors<{ value: string; role: string }>(db, viewer, query, 'valueAndRole');
  if (tallies) return { ...tallies, rows: tallies.rows.map(({ value, role }) => ({ name: value, role })) };
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
  const tallies = await talliedAuthors<{ value: string }>(db, viewer, query, 'value');
  if (tallies) return { ...tallies, rows: tallies.rows.map(({ value }) => value) };
  const names = authorsOf(sourceOf(viewer, query), sql`a.name`, query);
  return cut(query.slice, found(await distinctTexts(db, names), query.search));
}

export async function findAuthorRoles(db: Database, viewer: Viewer, query: FacetQuery): Promise<SliceOf<string>> {
  const roles = valuesOf(viewer, query, ['role'], () => authorsOf(sourceOf(viewer, query), sql`a.role`, {}));
  return cut(query.slice, await distinctTexts(db, roles, plain));
}

/** Null, which is the first, stands for series without an age. */
async function ageRatings(db: Database, viewer: Viewer, scope: FacetScope): Promise<(number | null)[]> {
  const ages = valuesOf(
    viewer,
    scope,
    ['age'],
    () => sql`select distinct coalesce(s.age_rating::text, '') from ${seriesOf(sourceOf(viewer, scope))}`,
  );
  const query = sql`select nullif(value, '')::integer as age from (${ages}) a(value) order by age nulls first`;
  return (await readRows<{ age: number | null }>(db, query)).map((row) => row.age);
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
  const years = valuesOf(
    viewer,
    query,
    ['year'],
    () => sql`select distinct extract(year from s.books_release_date)::integer::text
      from ${seriesOf(sourceOf(viewer, query))}`,
  );
  const rows = await readRows<{ year: number }>(
    db,
    sql`select value::integer as year from (${years}) y(value) where value <> '' order by year desc`,
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
export async function countPublishers(db: Database, viewer: Viewer, { libraryIds }: FacetScope): Promise<ValueCount[]> {
  const shown: SeriesCondition = { deleted: { operator: 'isFalse' } };
  const rows = tallied(['publisher'], viewer, { libraryIds, condition: shown });
  if (rows === null) return [];
  const counted = await readRows<ValueCount>(
    db,
    sql`select s.value, sum(s.amount)::int as count from ${rows} group by s.value having sum(s.amount) > 0
      order by s.value`,
  );
  const byKey = new Map<string, ValueCount>();
  for (const { value, count } of counted) {
    const same = byKey.get(fold(value));
    if (same) same.count += count;
    if (!same) byKey.set(fold(value), { value, count });
  }
  return [...byKey.values()];
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
