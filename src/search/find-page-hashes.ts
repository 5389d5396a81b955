import type { Database } from '../db/database';
import { inSlice, limit, type Slice, type SliceOf } from './slice';
import { orderBy, sortKeys, type SortKey } from './sort';
import { joined, nothing, readRows, sql, type Sql } from './sql';

export const pageHashActions = ['DELETE_AUTO', 'DELETE_MANUAL', 'IGNORE'] as const;
export type PageHashAction = (typeof pageHashActions)[number];

/** A page that an administrator decided about. */
export interface KnownPageHash {
  hash: string;
  size: number | null;
  action: PageHashAction;
  deleteCount: number;
  matchCount: number;
  createdAt: Date;
  modifiedAt: Date;
}

/** A page that occurs more than once, about which nobody decided yet. */
export interface UnknownPageHash {
  hash: string;
  size: number;
  matchCount: number;
}

/** One place where a page occurs. */
export interface PageHashMatch {
  bookId: string;
  /** Absolute path of the file. */
  url: string;
  /** From 1. */
  pageNumber: number;
  fileName: string;
  fileSize: number;
  mediaType: string;
}

interface Part {
  sort: readonly string[];
  slice: Slice;
}

/** Pages of books whose file is there and is the one that was hashed. */
const present = sql`page_hash p join book b on b.id = p.book_id and b.deleted_at is null and b.media_status = 'READY'`;

async function readSlice<T>(db: Database, parts: { list: Sql; count: Sql; part: Part; sorted: boolean }) {
  const { list, count, part, sorted } = parts;
  const [rows, [counted]] = await Promise.all([
    readRows<T>(db, sql`${list} ${limit(part.slice)}`),
    readRows<{ total: number }>(db, count),
  ]);
  return inSlice(part.slice, rows, counted?.total ?? 0, sorted);
}

const byCreation: SortKey = { by: [sql`k.created_at`] };
const bySize: SortKey = { by: [sql`k.size`], nullable: true };
const byChange: SortKey = { by: [sql`k.modified_at`] };
const matches = sql`(select count(*) from ${present} where p.hash = k.hash)`;
const knownKeys = sortKeys({
  ...{ hash: { by: [sql`k.hash`] }, deleteCount: { by: [sql`k.delete_count`] }, matchCount: { by: [matches] } },
  ...{ deleteSize: { by: [sql`k.size * k.delete_count`], nullable: true }, fileSize: bySize, size: bySize },
  ...{ created: byCreation, createdDate: byCreation, lastModified: byChange, lastModifiedDate: byChange },
});

/** Pages that were decided about, of these kinds or of all; for administrators. */
export function findKnownPageHashes(
  db: Database,
  { actions, ...part }: Part & { actions: readonly PageHashAction[] },
): Promise<SliceOf<KnownPageHash>> {
  const order = orderBy(part.sort, knownKeys, byCreation, sql`k.hash`);
  const wanted = actions.length === 0 ? nothing : sql`where k.action = any(${actions})`;
  const list = sql`select k.hash, k.size, k.action, k.delete_count as "deleteCount", k.created_at as "createdAt",
      k.modified_at as "modifiedAt", ${matches} as "matchCount"
    from known_page_hash k ${wanted} order by ${order.by}`;
  const count = sql`select count(*) as total from known_page_hash k ${wanted}`;
  return readSlice<KnownPageHash>(db, { list, count, part, sorted: order.sorted });
}

const unknown = sql`select p.hash, min(p.size) as size, count(*) as "matchCount" from ${present}
  where p.hash <> '' and not exists (select 1 from known_page_hash k where k.hash = p.hash)
  group by p.hash having count(*) > 1`;
const ofUnknownSize: SortKey = { by: [sql`u.size`] };
const byHash: SortKey = { by: [sql`u.hash`] };
const unknownKeys = sortKeys({
  ...{ hash: byHash, fileSize: ofUnknownSize, size: ofUnknownSize, matchCount: { by: [sql`u."matchCount"`] } },
  totalSize: { by: [sql`u.size * u."matchCount"`] },
});

/** Pages that occur more than once and were not decided about; for administrators. */
export function findUnknownPageHashes(db: Database, part: Part): Promise<SliceOf<UnknownPageHash>> {
  const order = orderBy(part.sort, unknownKeys, byHash, sql`u.hash`);
  const list = sql`select * from (${unknown}) u order by ${order.by}`;
  const count = sql`select count(*) as total from (${unknown}) u`;
  return readSlice<UnknownPageHash>(db, { list, count, part, sorted: order.sorted });
}

const ofMatchSize: SortKey = { by: [sql`p.size`] };
const byPath: SortKey = { by: [sql`l.root || '/' || b.path collate "C"`, sql`p.number`] };
const matchKeys = sortKeys({
  ...{ url: byPath, bookId: { by: [sql`p.book_id`] }, pageNumber: { by: [sql`p.number`] } },
  ...{ fileName: { by: [sql`p.name`] }, fileSize: ofMatchSize, size: ofMatchSize },
  ...{ hash: { by: [sql`p.hash`] }, mediaType: { by: [sql`p.media_type`] } },
});

const matchColumns = sql`p.book_id as "bookId", l.root || '/' || b.path as url, p.number as "pageNumber",
  p.name as "fileName", p.size as "fileSize", p.media_type as "mediaType"`;

/** Where a page occurs; for administrators. */
export function findPageHashMatches(db: Database, hash: string, part: Part): Promise<SliceOf<PageHashMatch>> {
  const order = orderBy(part.sort, matchKeys, byPath, sql`p.book_id`);
  const from = sql`${present} join library l on l.id = b.library_id where p.hash = ${hash} and p.hash <> ''`;
  const list = sql`select ${matchColumns} from ${from} order by ${joined([order.by, sql`p.number`], ', ')}`;
  const count = sql`select count(*) as total from ${from}`;
  return readSlice<PageHashMatch>(db, { list, count, part, sorted: order.sorted });
}

/** One place where the page can be looked at; null when it is nowhere. */
export async function findPageOfHash(db: Database, hash: string): Promise<{ bookId: string; number: number } | null> {
  const [row] = await readRows<{ bookId: string; number: number }>(
    db,
    sql`select p.book_id as "bookId", p.number from ${present} where p.hash = ${hash} and p.hash <> ''
      order by p.book_id, p.number limit 1`,
  );
  return row ?? null;
}

/** The picture that was kept of a known page; null when there is none. */
export async function findKnownPageThumbnail(db: Database, hash: string): Promise<Buffer | null> {
  const [row] = await readRows<{ thumbnail: Buffer | null }>(
    db,
    sql`select thumbnail from known_page_hash where hash = ${hash}`,
  );
  return row?.thumbnail ?? null;
}
