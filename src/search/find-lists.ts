import { notFound } from '../base/errors';
import type { Database } from '../db/database';
import type { Collection, ReadList } from '../model/reading';
import { nameText } from './full-text';
import { sortOrRelevance } from './find-series';
import { inSlice, limit, type Slice, type SliceOf } from './slice';
import { orderBy, sortKeys, type SortKey } from './sort';
import { allOf, readRows, sql, where, type Sql } from './sql';
import { isRestricted, visibleBooks, visibleSeries } from './viewer-where';
import type { Viewer } from './viewer';
import { columns } from './view';

/**
 * Collections of series and read lists of books. Members that the viewer may not see are left out; a list of which
 * nothing is left does not exist for a viewer who is limited (komga-rest.md §4.3, §16, §17).
 */
interface Membership {
  /** Visible members in the list's order, whether or not it is an ordered one. */
  memberIds: string[];
  /** Whether members are hidden from the viewer. */
  filtered: boolean;
}

export interface CollectionView extends Omit<Membership, 'memberIds'>, Pick<Collection, CollectionColumn> {
  seriesIds: string[];
}

export interface ReadListView extends Omit<Membership, 'memberIds'>, Pick<ReadList, ReadListColumn> {
  bookIds: string[];
}

const collectionColumns = ['id', 'name', 'ordered', 'createdAt', 'modifiedAt'] as const;
const readListColumns = [...collectionColumns, 'summary'] as const;
type CollectionColumn = (typeof collectionColumns)[number];
type ReadListColumn = (typeof readListColumns)[number];

export interface ListsQuery {
  /** Words of the name; blank is none. */
  search?: string | null | undefined;
  /** Lists with at least one visible member in these libraries; absent or empty: all. */
  libraryIds?: readonly string[] | undefined;
  /** Of collections nothing is accepted from a client. */
  sort?: readonly string[] | undefined;
  slice: Slice;
}

/** What differs between the two kinds; aliases: `c` the list, `m` its memberships, `s` or `b` the members. */
interface Kind {
  table: Sql;
  columns: Sql;
  /** `… m join … on …`, still without a condition. */
  members: Sql;
  listId: Sql;
  memberId: Sql;
  library: Sql;
  visible: (viewer: Viewer) => Sql | null;
}

const collections: Kind = {
  table: sql`collection c`,
  columns: columns('c', collectionColumns),
  members: sql`collection_series m join series s on s.id = m.series_id`,
  listId: sql`m.collection_id`,
  memberId: sql`m.series_id`,
  library: sql`s.library_id`,
  visible: visibleSeries,
};

const readLists: Kind = {
  table: sql`read_list c`,
  columns: columns('c', readListColumns),
  members: sql`read_list_book m join book b on b.id = m.book_id`,
  listId: sql`m.read_list_id`,
  memberId: sql`m.book_id`,
  library: sql`b.library_id`,
  visible: visibleBooks,
};

/** That the list has a visible member; null for those who see all lists, also empty ones. */
function visibleLists(kind: Kind, viewer: Viewer, libraryIds: readonly string[] = []): Sql | null {
  if (!isRestricted(viewer) && libraryIds.length === 0) return null;
  const conditions = [
    sql`${kind.listId} = c.id`,
    libraryIds.length > 0 ? sql`${kind.library} = any(${libraryIds}::uuid[])` : null,
    kind.visible(viewer),
  ];
  return sql`exists (select 1 from ${kind.members} where ${allOf(conditions)})`;
}

const byName: SortKey = { by: [sql`c.name`] };

function listsQuery(kind: Kind, viewer: Viewer, { search, libraryIds, sort, slice }: ListsQuery) {
  const text = nameText(search);
  const keys = sortKeys({
    name: byName,
    createdDate: { by: [sql`c.created_at`] },
    lastModifiedDate: { by: [sql`c.modified_at`] },
    relevance: text && { by: text.rank },
  });
  const order = orderBy(sortOrRelevance(sort, text), keys, byName, sql`c.id`);
  const condition = where(allOf([visibleLists(kind, viewer, libraryIds), text && text.where]));
  return {
    // by name is a wish that is always followed
    sorted: order.sorted || sortOrRelevance(sort, text).length === 0,
    page: sql`select ${kind.columns} from ${kind.table} ${condition} order by ${order.by} ${limit(slice)}`,
    count: sql`select count(*) as total from ${kind.table} ${condition}`,
  };
}

/** The members of all these lists in one statement. */
async function membershipOf(db: Database, kind: Kind, viewer: Viewer, ids: string[]): Promise<Map<string, Membership>> {
  const visible = kind.visible(viewer) ?? sql`true`;
  const rows = await readRows<Membership & { id: string }>(
    db,
    sql`select id, coalesce(array_agg(member order by position, member) filter (where visible), '{}') as "memberIds",
        bool_or(not visible) as filtered
      from (select ${kind.listId} as id, ${kind.memberId} as member, m.position, ${visible} as visible
        from ${kind.members} where ${kind.listId} = any(${ids}::uuid[])) members group by id`,
  );
  return new Map(rows.map(({ id, memberIds, filtered }) => [id, { memberIds, filtered }]));
}

type Listed<R> = R & Membership;

async function withMembers<R extends { id: string }>(
  db: Database,
  kind: Kind,
  viewer: Viewer,
  rows: R[],
): Promise<Listed<R>[]> {
  const members = await membershipOf(
    db,
    kind,
    viewer,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({ ...row, ...(members.get(row.id) ?? { memberIds: [], filtered: false }) }));
}

const isBlank = (search: string | null | undefined): boolean => (search ?? '').trim() === '';

/** Three statements, whatever the size of the slice. */
async function findLists<R extends { id: string }>(
  db: Database,
  kind: Kind,
  viewer: Viewer,
  query: ListsQuery,
): Promise<SliceOf<Listed<R>>> {
  const { page, count, sorted } = listsQuery(kind, viewer, query);
  const [rows, [counted]] = await Promise.all([
    readRows<R>(db, page),
    query.slice.unpaged ? [{ total: 0 }] : readRows<{ total: number }>(db, count),
  ]);
  const slice = inSlice(query.slice, await withMembers(db, kind, viewer, rows), counted?.total ?? 0, sorted);
  // there is no order by relevance of what was not found
  return slice.total === 0 && !isBlank(query.search) ? { ...slice, sorted: false } : slice;
}

async function getList<R extends { id: string }>(
  db: Database,
  kind: Kind,
  viewer: Viewer,
  id: string,
): Promise<Listed<R>> {
  const condition = allOf([sql`c.id = ${id}`, visibleLists(kind, viewer)]);
  const rows = await readRows<R>(db, sql`select ${kind.columns} from ${kind.table} where ${condition}`);
  const [list] = await withMembers(db, kind, viewer, rows);
  if (!list) throw notFound();
  return list;
}

async function listsOfMember<R extends { id: string }>(
  db: Database,
  kind: Kind,
  viewer: Viewer,
  memberId: string,
): Promise<Listed<R>[]> {
  const holds = sql`exists (select 1 from ${kind.members} where ${kind.listId} = c.id and ${kind.memberId} = ${memberId})`;
  const condition = allOf([holds, visibleLists(kind, viewer)]);
  const rows = await readRows<R>(
    db,
    sql`select ${kind.columns} from ${kind.table} where ${condition} order by c.name, c.id`,
  );
  return withMembers(db, kind, viewer, rows);
}

type CollectionRow = Pick<Collection, CollectionColumn>;
type ReadListRow = Pick<ReadList, ReadListColumn>;

const collectionView = ({ memberIds, ...collection }: Listed<CollectionRow>): CollectionView => ({
  ...collection,
  seriesIds: memberIds,
});
const readListView = ({ memberIds, ...readList }: Listed<ReadListRow>): ReadListView => ({
  ...readList,
  bookIds: memberIds,
});

/** Collections that the viewer may see, by relevance when searching, else by name. */
export async function findCollections(
  db: Database,
  viewer: Viewer,
  query: Omit<ListsQuery, 'sort'>,
): Promise<SliceOf<CollectionView>> {
  const slice = await findLists<CollectionRow>(db, collections, viewer, query);
  return { ...slice, rows: slice.rows.map(collectionView) };
}

/** Throws 404 for an unknown collection and for one of which the viewer may see nothing. */
export async function getCollection(db: Database, viewer: Viewer, id: string): Promise<CollectionView> {
  return collectionView(await getList<CollectionRow>(db, collections, viewer, id));
}

export async function findCollectionsOfSeries(
  db: Database,
  viewer: Viewer,
  seriesId: string,
): Promise<CollectionView[]> {
  return (await listsOfMember<CollectionRow>(db, collections, viewer, seriesId)).map(collectionView);
}

/** Read lists that the viewer may see; sorted as asked, else by relevance when searching, else by name. */
export async function findReadLists(db: Database, viewer: Viewer, query: ListsQuery): Promise<SliceOf<ReadListView>> {
  const slice = await findLists<ReadListRow>(db, readLists, viewer, query);
  return { ...slice, rows: slice.rows.map(readListView) };
}

export async function getReadList(db: Database, viewer: Viewer, id: string): Promise<ReadListView> {
  return readListView(await getList<ReadListRow>(db, readLists, viewer, id));
}

export async function findReadListsOfBook(db: Database, viewer: Viewer, bookId: string): Promise<ReadListView[]> {
  return (await listsOfMember<ReadListRow>(db, readLists, viewer, bookId)).map(readListView);
}
