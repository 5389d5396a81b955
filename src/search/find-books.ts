import { forbidden, notFound } from '../base/errors';
import type { Database } from '../db/database';
import { bookWhere } from './book-leaves';
import { bookTotal } from './book-total';
import { bookViewColumns, bookViewJoins, bookViewOf, type BookRow, type BookView } from './book-view';
import type { BookCondition } from './condition';
import { sortOrRelevance } from './find-series';
import { bookText, type FullText } from './full-text';
import { readList, type ListQuery } from './list';
import type { ListOf, Slice } from './slice';
import { orderBy, sortKeys, type SortKey, type SortKeys } from './sort';
import { allOf, nothing, readPrepared, sql, type Sql } from './sql';
import { asksForBegun, firstIs } from './to-sql';
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
function bookSortKeys(viewer: Viewer, { condition }: BookQuery, text: FullText | null): SortKeys {
  const readListId = condition ? firstIs(condition, 'readListId') : null;
  // of books that are all begun an index of the viewer's progress has the order, as it knows no absent dates
  const isBegun = asksForBegun(condition);
  const created: SortKey = { by: [sql`b.created_at`] };
  const modified: SortKey = { by: [sql`b.modified_at`] };
  const size: SortKey = { by: [sql`b.file_size`] };
  const progress = sql`${isBegun ? nothing : sql`left `}join read_progress sp on sp.user_id = ${viewer.userId} and sp.book_id = b.id`;
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
    'readProgress.lastModified': { by: [sql`sp.modified_at`], nullable: !isBegun, join: progress },
    'readProgress.readDate': { by: [sql`sp.read_at`], nullable: !isBegun, join: progress },
    'readList.number': readListId === null ? null : positionIn(readListId),
    relevance: text && { by: text.rank, isComputed: true },
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
  const keys = bookSortKeys(viewer, query, text);
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

export async function readBooks(db: Database, query: ListQuery): Promise<ListOf<BookView>> {
  const { rows, parts, ...slice } = await readList<BookRow>(db, query);
  return { ...slice, rows: rows.map(bookViewOf), ...(parts && { parts: viewsOf(parts) }) };
}

async function* viewsOf(parts: AsyncIterable<BookRow[]>): AsyncGenerator<BookView[]> {
  for await (const rows of parts) yield rows.map(bookViewOf);
}

/** The books that the viewer may see and that fit, with the viewer's progress. */
export function findBooks(db: Database, viewer: Viewer, query: BookQuery): Promise<ListOf<BookView>> {
  const count = bookText(query.fullText) === null ? bookTotal(viewer, query.condition) : null;
  return readBooks(db, { ...bookListQuery(viewer, query), count: count ?? undefined });
}

/** One book. Throws 404 for an unknown one, 403 for one that the viewer may not see. */
export async function getBook(db: Database, viewer: Viewer, id: string): Promise<BookView> {
  const query = sql`select ${bookViewColumns}, ${visibleBooks(viewer) ?? sql`true`} as visible
    from book b ${bookViewJoins(viewer)} where b.id = ${id}`;
  const [row] = await readPrepared<BookRow & { visible: boolean }>(db, query);
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
): Promise<ListOf<BookView>> {
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
): Promise<ListOf<BookView>> {
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
): Promise<ListOf<BookView>> {
  return findBooks(db, viewer, { condition, sort: ['lastModifiedDate,desc'], slice });
}

/** Books that the viewer has begun, the last one first. */
export function findKeepReading(
  db: Database,
  viewer: Viewer,
  { condition, slice }: Omit<Part, 'sort'>,
): Promise<ListOf<BookView>> {
  const list = bookListQuery(viewer, { condition, slice });
  const isOpen = sql`sp.user_id = ${viewer.userId} and not sp.completed`;
  return readBooks(db, {
    ...list,
    // from the viewer's few open books, which an index holds in this order
    from: sql`read_progress sp join book b on b.id = sp.book_id`,
    conditions: [isOpen, ...list.conditions],
    order: { by: sql`sp.read_at desc, b.id desc`, joins: nothing, sorted: true },
    count: bookTotal(viewer, within({ readStatus: { operator: 'is', value: 'IN_PROGRESS' } }, condition)) ?? undefined,
  });
}

/** Books whose file occurs more than once; for administrators, so that nothing is hidden from the viewer. */
export function findDuplicates(
  db: Database,
  viewer: Viewer,
  { sort, slice }: Omit<Part, 'condition'>,
): Promise<ListOf<BookView>> {
  const nobodyHidden: Viewer = {
    ...viewer,
    libraryIds: null,
    ageRestriction: null,
    labelsAllow: [],
    labelsExclude: [],
  };
  const isDefault = !sort?.length;
  const list = bookListQuery(nobodyHidden, { sort: isDefault ? ['fileHash'] : sort, slice });
  // every file has two books at least: in the order of the files, so many of them are enough
  const enough =
    isDefault && !slice.unpaged
      ? sql`order by d.file_hash fetch first ${Math.ceil(((slice.page + 1) * slice.size) / 2)} rows with ties`
      : nothing;
  const twins = sql`b.file_hash <> '' and (b.file_hash, b.file_size) in
    (select d.file_hash, d.file_size from ${duplicates} d ${enough})`;
  return readBooks(db, {
    ...list,
    order: { ...list.order, isComputed: true },
    conditions: [...list.conditions, twins],
    count: sql`select coalesce(sum(d.copies), 0) as total from ${duplicates} d`,
  });
}

/** Files that are there more than once: as they were counted, and those of the books that changed since. */
const duplicates = sql`(select f.file_hash, f.file_size, f.copies from duplicate_file f where not exists
      (select 1 from duplicate_change c where c.file_hash = f.file_hash and c.file_size = f.file_size)
    union all select t.file_hash, t.file_size, count(*) from book t
      where t.file_hash <> '' and (t.file_hash, t.file_size) in (select c.file_hash, c.file_size from duplicate_change c)
      group by 1, 2 having count(*) > 1)`;
