import { badRequest, forbidden, notFound } from '../base/errors';
import type { Database } from '../db/database';
import type { SeriesCondition, SeriesLeaves } from './condition';
import { seriesText, type FullText } from './full-text';
import { readList, type ListQuery } from './list';
import { progressWithin, seriesFor } from './narrow';
import { seriesWhere } from './series-leaves';
import { seriesViewColumns, seriesViewJoins, type SeriesView } from './series-view';
import type { ListOf, Slice } from './slice';
import { orderBy, sortKeys, type OrderBy, type SortKey, type SortKeys } from './sort';
import { allOf, readPrepared, readRows, sql, where, type Sql } from './sql';
import { asksForBegun, firstIs } from './to-sql';
import { tallied, talliedTotal } from './tally';
import { visibleSeries } from './viewer-where';
import type { Viewer } from './viewer';

/** A regular expression over a title, found anywhere in it, without regard to case. */
export interface TitlePattern {
  pattern: string;
  field: 'title' | 'titleSort';
}

export interface SeriesSearch {
  condition?: SeriesCondition | null | undefined;
  /** Words typed by a person; blank is none. */
  fullText?: string | null | undefined;
  regex?: TitlePattern | null | undefined;
}

export interface SeriesQuery extends SeriesSearch {
  /** In Komga's spelling (`metadata.titleSort,asc`); unknown properties are ignored. */
  sort?: readonly string[] | undefined;
  slice: Slice;
}

const fallback: SortKey = { by: [sql`s.title_sort`] };

/** By when the viewer read last; where everything has been begun only that is looked at, once for page and total. */
function lastRead(viewer: Viewer, isBegun: boolean): SortKey {
  const progress = sql`join series_progress sp on sp.user_id = ${viewer.userId} and sp.series_id = s.id`;
  if (isBegun) return { by: [sql`sp.last_read_at`], join: progress, isComputed: true };
  return { by: [sql`sp.last_read_at`], nullable: true, join: sql`left ${progress}` };
}

/** What series may be sorted by (komga-rest.md §5.5). */
function seriesSortKeys(viewer: Viewer, { condition }: SeriesSearch, text: FullText | null): SortKeys {
  const collectionId = condition ? firstIs(condition, 'collectionId') : null;
  const created: SortKey = { by: [sql`s.created_at`] };
  const modified: SortKey = { by: [sql`s.modified_at`] };
  return sortKeys({
    'metadata.titleSort': fallback,
    name: { by: [sql`s.name`] },
    created,
    createdDate: created,
    lastModified: modified,
    lastModifiedDate: modified,
    'booksMetadata.releaseDate': { by: [sql`s.books_release_date`], nullable: true },
    readDate: lastRead(viewer, asksForBegun(condition)),
    booksCount: { by: [sql`s.book_count`] },
    'collection.number':
      collectionId === null
        ? null
        : {
            by: [sql`sc.position`],
            nullable: true,
            join: sql`left join collection_series sc on sc.collection_id = ${collectionId} and sc.series_id = s.id`,
          },
    random: { by: [sql`random()`], isComputed: true },
    relevance: text && { by: text.rank, isComputed: true },
  });
}

const hasWish = (sort: readonly string[] = []): boolean => sort.some((value) => value.trim() !== '');

/** Explicit, else by relevance when there is something to be relevant to. */
export const sortOrRelevance = (sort: readonly string[] | undefined, text: FullText | null): readonly string[] =>
  hasWish(sort) ? (sort ?? []) : text ? ['relevance'] : [];

function seriesOrder(viewer: Viewer, query: SeriesQuery, text: FullText | null): OrderBy {
  const keys = seriesSortKeys(viewer, query, text);
  return orderBy(sortOrRelevance(query.sort, text), keys, fallback, sql`s.id`);
}

const longestPattern = 200;

/**
 * Only what Postgres' engine runs in linear time: with back references or counted repetition a short pattern can keep
 * it busy for minutes.
 */
function matchesPattern({ pattern, field }: TitlePattern): Sql {
  if (pattern.length > longestPattern || /\\[1-9]|\{|\(\?|^\*\*\*/u.test(pattern)) {
    throw badRequest('The regular expression is not supported');
  }
  return sql`${field === 'title' ? sql`s.title` : sql`s.title_sort`} ~* ${pattern}`;
}

const seriesConditions = (viewer: Viewer, search: SeriesSearch, text: FullText | null): (Sql | null)[] => [
  visibleSeries(viewer),
  seriesWhere(search.condition, viewer),
  text && text.where,
  search.regex ? matchesPattern(search.regex) : null,
];

/** The list of series that the viewer may see and that are wanted, to be read as it is or with further conditions. */
export function seriesListQuery(viewer: Viewer, query: SeriesQuery): ListQuery {
  const text = seriesText(query.fullText);
  return {
    from: sql`series s`,
    fromFor: seriesFor,
    id: sql`s.id`,
    conditions: seriesConditions(viewer, query, text),
    order: seriesOrder(viewer, query, text),
    slice: query.slice,
    view: { columns: seriesViewColumns, joins: sql`join series s on s.id = page.id ${seriesViewJoins(viewer)}` },
  };
}

/** How many fit, where that is known without looking at them. */
function totalOf(viewer: Viewer, { condition, fullText, regex }: SeriesSearch): Sql | undefined {
  if (seriesText(fullText) !== null || regex) return undefined;
  return unreadTotal(viewer, condition) ?? talliedTotal('series', viewer, condition) ?? undefined;
}

/** Series of which nothing is begun: all, less those with progress of the viewer. */
function unreadTotal(viewer: Viewer, condition: SeriesCondition | null | undefined): Sql | null {
  const parts = condition && 'allOf' in condition ? condition.allOf : condition ? [condition] : [];
  const isUnread = (part: SeriesCondition): boolean => 'readStatus' in part && part.readStatus.value === 'UNREAD';
  const rest: SeriesCondition = { allOf: parts.filter((part) => !isUnread(part)) };
  const status = parts.find((part): part is { readStatus: SeriesLeaves['readStatus'] } => 'readStatus' in part);
  if (parts.length - rest.allOf.length !== 1 || status?.readStatus.operator !== 'is') return null;
  const all = talliedTotal('series', viewer, rest);
  const limits = allOf([visibleSeries(viewer), seriesWhere(rest, viewer)]);
  const begun = sql`select count(*) from ${progressWithin(viewer, limits)}`;
  return all && sql`select (${all}) - (${begun}) as total`;
}

const invalidRegularExpression = '2201B';

/** A pattern that Postgres cannot read is the caller's fault. */
async function orBadRequest<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if ((error as { code?: unknown }).code !== invalidRegularExpression) throw error;
    throw badRequest('The regular expression is not valid');
  }
}

/** The series that the viewer may see and that fit, with the viewer's counts. */
export function findSeries(db: Database, viewer: Viewer, query: SeriesQuery): Promise<ListOf<SeriesView>> {
  const count = totalOf(viewer, query);
  return orBadRequest(readList<SeriesView>(db, { ...seriesListQuery(viewer, query), count }));
}

/** One series. Throws 404 for an unknown one, 403 for one that the viewer may not see. */
export async function getSeries(db: Database, viewer: Viewer, id: string): Promise<SeriesView> {
  const query = sql`select ${seriesViewColumns}, ${visibleSeries(viewer) ?? sql`true`} as visible
    from series s ${seriesViewJoins(viewer)} where s.id = ${id}`;
  const [row] = await readPrepared<SeriesView & { visible: boolean }>(db, query);
  if (!row) throw notFound();
  const { visible, ...series } = row;
  if (!visible) throw forbidden();
  return series;
}

export interface GroupCount {
  group: string;
  count: number;
}

/**
 * How many series begin with each letter of the sort title. Accents are folded (`É` counts as `e`), unlike Komga's, so
 * that the count agrees with what `titleSort beginsWith` finds (komga-rest.md §5.6).
 */
export function alphabeticalGroups(db: Database, viewer: Viewer, search: SeriesSearch): Promise<GroupCount[]> {
  const text = seriesText(search.fullText);
  const rows = text || search.regex ? null : tallied(['letter'], viewer, { condition: search.condition });
  const conditions = seriesConditions(viewer, search, text);
  const query = rows
    ? sql`select s.value collate "C" as "group", sum(s.amount) as count from ${rows}
        group by 1 having sum(s.amount) > 0 order by 1`
    : sql`select s.initial as "group", count(*) as count from ${seriesFor(conditions)}
        ${where(allOf(conditions))} group by 1 order by 1`;
  return orBadRequest(readRows<GroupCount>(db, query));
}

/** `new`, `latest` and `updated` are the same list in another order (komga-rest.md §11.4). */
export type Recent = 'new' | 'latest' | 'updated';

/** Recently added or changed series; "updated" leaves out those that are new. The order is fixed. */
export function findRecentSeries(
  db: Database,
  viewer: Viewer,
  kind: Recent,
  query: Omit<SeriesQuery, 'sort'>,
): Promise<ListOf<SeriesView>> {
  const list = seriesListQuery(viewer, { ...query, sort: [kind === 'new' ? 'created,desc' : 'lastModified,desc'] });
  if (kind !== 'updated') return readList<SeriesView>(db, { ...list, count: totalOf(viewer, query) });
  return readList<SeriesView>(db, { ...list, conditions: [...list.conditions, sql`s.created_at <> s.modified_at`] });
}

/** The series of a collection: in its order, or by title when it has none (komga-rest.md §16). */
export function findSeriesOfCollection(
  db: Database,
  viewer: Viewer,
  collection: { id: string; ordered: boolean },
  { condition, slice }: Omit<SeriesQuery, 'sort'>,
): Promise<ListOf<SeriesView>> {
  const member: SeriesCondition = { collectionId: { operator: 'is', value: collection.id } };
  return findSeries(db, viewer, {
    condition: condition ? { allOf: [member, condition] } : member,
    sort: [collection.ordered ? 'collection.number' : 'metadata.titleSort'],
    slice,
  });
}
