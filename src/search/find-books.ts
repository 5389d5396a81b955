import { forbidden, notFound } from '../base/errors';
import type { Database } from '../db/database';
import { bookWhere } from './book-leaves';
import { bookViewColumns, bookViewJoins, bookViewOf, type BookRow, type BookView } from './book-view';
import type { BookCondition, SeriesCondition } from './condition';
import { sortOrRelevance } from './find-series';
import { bookText, type FullText } from './full-text';
import { readList, type ListQuery } from './list';
import type { Slice, SliceOf } from './slice';
import { orderBy, sortKeys, type SortKey, type SortKeys } from './sort';
import { allOf, readRows, sql, type Sql } from './sql';
import { firstIs } from './to-sql';
import { talliedTotal } from './tally';
import { visibleBooks } from './viewer-where';
import type { Viewer } from './viewer';

export interface BookQuery {
  condition?: BookCondition | null | undefined;
  /** Words typed by a person; blank is none. */
  fullText?: string | null | undefined;
  /** In Komga's spelling (`metadata.numberSort,asc`); unknown properties are ignored. */
  sort?: readonly string[] | undefined;
  slice: Slice;
  /** How many there are, where the caller finds it out anyway (count-books.ts). */
  total?: Promise<number> | undefined;
}

/** Ids are made in the order of time: the order in which books came. */
const fallback: SortKey = { by: [] };

/** Komga's NOCASE: the letters of ASCII only. */
const ignoringCase = (text: Sql): SortKey => ({ by: [sql`lower(${text} collate "C")`] });

/** Komga sorts by a URL, in which a letter beyond ASCII, or a blank, begins with a `%`: before digits and letters. */
const encodedPath = sql`regexp_replace(sl.root || '/' || b.path, ${"[^A-Za-z0-9_.!~'()*,;:$&+=@/-]"}, ${String.raw`%\&`}, 'g')`;

/** What books may be sorted by (komga-rest.md §5.5). */
function bookSortKeys(viewer: Viewer, readListId: string | null, text: FullText | null): SortKeys {
  const created: SortKey = { by: [sql`b.created_at`] };
  const modified: SortKey = { by: [sql`b.modified_at`] };
  const size: SortKey = { by: [sql`b.file_size`] };
  const progress = sql`left join read_progress sp on sp.user_id = ${viewer.userId} and sp.book_id = b.id`;
  return sortKeys({
    name: { by: [sql`b.name`] },
    series: { by: [sql`ss.title_sort`], join: sql`join series ss on ss.id = b.series_id` },
    created,
    createdDate: created,
    lastModified: modified,
    lastModifiedDate: modified,
    fileSize: size,
    size,
    fileHash: { by: [sql`b.file_hash`] },
    url: { ...ignoringCase(encodedPath), join: sql`join library sl on sl.id = b.library_id` },
    'media.status': ignoringCase(sql`b.media_status`),
    'media.comment': ignoringCase(sql`b.media_comment`),
    'media.mediaType': ignoringCase(sql`b.media_type`),
    'media.pagesCount': { by: [sql`b.page_count`] },
    'metadata.title': { by: [sql`b.title`] },
    'metadata.numberSort': { by: [sql`b.number_sort`] },
    'metadata.releaseDate': { by: [sql`b.release_date`], nullable: true },
    'readProgress.lastModified': { by: [sql`sp.modified_at`], nullable: true, join: progress },
    'readProgress.readDate': { by: [sql`sp.read_at`], nullable: true, join: progress },
    'readList.number': readListId === null ? null : positionIn(readListId),
    relevance: text && { by: text.rank },
  });
}

const positionIn = (readListId: string): SortKey => ({
  by: [sql`sr.position`],
  nullable: true,
  join: sql`left join read_list_book sr on sr.read_list_id = ${readListId} and sr.book_id = b.id`,
});

/** The list of books that the viewer may see and that are wanted, to be read as it is or with further conditions. */
export function bookListQuery(viewer: Viewer, query: BookQuery): ListQuery {
  const text = bookText(query.fullText);
  const readListId = query.condition ? firstIs(query.condition, 'readListId') : null;
  const keys = bookSortKeys(viewer, readListId, text);
  const wanted = allOf([bookWhere(query.condition, viewer), text && text.where]);
  return {
    from: sql`book b`,
    id: sql`b.id`,
    conditions: [visibleBooks(viewer), wanted],
    order: orderBy(sortOrRelevance(query.sort, text), keys, fallback, sql`b.id`),
    slice: query.slice,
    total: query.total,
    view: { columns: bookViewColumns, joins: sql`join book b on b.id = page.id ${bookViewJoins(viewer)}` },
  };
}

export async function readBooks(db: Database, query: ListQuery): Promise<SliceOf<BookView>> {
  const slice = await readList<BookRow>(db, query);
  return { ...slice, rows: slice.rows.map(bookViewOf) };
}

/** All that the viewer sees, or all of some libraries: what their series say of their number. Else null. */
function bookTotal(viewer: Viewer, { condition, fullText }: BookQuery): Sql | null {
  if (bookText(fullText) !== null) return null;
  const libraries = condition ? onlyLibraries(condition) : [];
  return libraries && talliedTotal('books', viewer, { allOf: libraries });
}

/** The condition as one of series, as far as it is about libraries only. */
function onlyLibraries(condition: BookCondition): SeriesCondition[] | null {
  if ('libraryId' in condition) return [{ libraryId: condition.libraryId }];
  const [parts, key] =
    'allOf' in condition ? [condition.allOf, 'allOf'] : 'anyOf' in condition ? [condition.anyOf, 'anyOf'] : [null, ''];
  const inner = parts?.map(onlyLibraries);
  if (!inner?.every((part) => part !== null)) return null;
  const conditions = inner.flatMap((part) => ({ allOf: part }));
  return [key === 'allOf' ? { allOf: conditions } : { anyOf: conditions }];
}

/** The books that the viewer may see and that fit, with the viewer's progress. */
export function findBooks(db: Database, viewer: Viewer, query: BookQuery): Promise<SliceOf<BookView>> {
  return readBooks(db, { ...bookListQuery(viewer, query), count: bookTotal(viewer, query) ?? undefined });
}

/** One book. Throws 404 for an unknown one, 403 for one that the viewer may not see. */
export async function getBook(db: Database, viewer: Viewer, id: string): Promise<BookView> {
  const query = sql`select ${bookViewColumns}, ${visibleBooks(viewer) ?? sql`true`} as visible
    from book b ${bookViewJoins(viewer)} where b.id = ${id}`;
  const [row] = await readRows<BookRow & { visible: boolean }>(db, query);
  if (!row) throw notFound();
  const { visible, ...book } = row;
  if (!visible) throw forbidden();
  return bookViewOf(book);
}

type Part = Omit<BookQuery, 'fullText'>;

const within = (member: BookCondition, condition: BookCondition | null | undefined): BookCondition =>
  condition ? { allOf: [member, condition] } : member;

/** The books of a series, by number unless asked otherwise. Whether the series exists is for the caller to ask. */
export function findBooksOfSeries(
  db: Database,
  viewer: Viewer,
  seriesId: string,
  { condition, sort, ...part }: Part,
): Promise<SliceOf<BookView>> {
  return findBooks(db, viewer, {
    condition: within({ seriesId: { operator: 'is', value: seriesId } }, condition),
    sort: sort?.length ? sort : ['metadata.numberSort'],
    ...part,
  });
}

/** The books of a read list: in its order, or by date of release (and then position) when it has none (komga-rest.md §17). */
export function findBooksOfReadList(
  db: Database,
  viewer: Viewer,
  readList: { id: string; ordered: boolean },
  { condition, ...part }: Omit<Part, 'sort'>,
): Promise<SliceOf<BookView>> {
  return findBooks(db, viewer, {
    condition: within({ readListId: { operator: 'is', value: readList.id } }, condition),
    sort: readList.ordered ? ['readList.number'] : ['metadata.releaseDate', 'readList.number'],
    ...part,
  });
}

/** Recently changed books (Komga's "latest"). */
export function findLatestBooks(
  db: Database,
  viewer: Viewer,
  { condition, slice }: Omit<Part, 'sort'>,
): Promise<SliceOf<BookView>> {
  return findBooks(db, viewer, { condition, sort: ['lastModifiedDate,desc'], slice });
}

/** Books that the viewer has begun, the last one first. */
export function findKeepReading(
  db: Database,
  viewer: Viewer,
  { condition, slice }: Omit<Part, 'sort'>,
): Promise<SliceOf<BookView>> {
  return findBooks(db, viewer, {
    condition: within({ readStatus: { operator: 'is', value: 'IN_PROGRESS' } }, condition),
    sort: ['readProgress.readDate,desc'],
    slice,
  });
}

/** Books whose file occurs more than once; for administrators, so that nothing is hidden from the viewer. */
export function findDuplicates(
  db: Database,
  viewer: Viewer,
  { sort, slice }: Omit<Part, 'condition'>,
): Promise<SliceOf<BookView>> {
  const nobodyHidden: Viewer = {
    ...viewer,
    libraryIds: null,
    ageRestriction: null,
    labelsAllow: [],
    labelsExclude: [],
  };
  const list = bookListQuery(nobodyHidden, { sort: sort?.length ? sort : ['fileHash'], slice });
  const twins = sql`(b.file_hash, b.file_size) in
    (select t.file_hash, t.file_size from book t where t.file_hash <> '' group by 1, 2 having count(*) > 1)`;
  return readBooks(db, { ...list, conditions: [...list.conditions, twins] });
}
