import { createHash } from 'node:crypto';
import type { Database } from '../db/database';
import { allOf, constant, readRows, sql, where, type Sql } from '../search/sql';
import { visibleBooks, visibleSeries } from '../search/viewer-where';
import type { Viewer } from '../search/viewer';
import type { PosterOwner } from './poster-selection';
import type { PostersAtHand, ServedPoster } from './served-poster';
import { posterEdges, settingsSchema } from './settings';

/** How many members a mosaic is made of. */
export const tiles = 4;

/** Changes with the posters that a mosaic is made of, and with its size. */
export const mosaicId = (edge: number, posterIds: readonly string[]): string =>
  createHash('sha1')
    .update([edge, ...posterIds].join())
    .digest('base64url');

const selectedOf = (owner: 'book_id' | 'series_id' | 'collection_id' | 'read_list_id', id: Sql): Sql =>
  sql`(select p.id from poster p where p.${constant(owner)} = ${id} and p.selected)`;

/** The book that stands for `series s`, by the `series_cover` of its library (komga-media §9.2), of those that can be read if any. */
export const coverBook = (viewer: Viewer): Sql => sql`(select b.id from book b join library l on l.id = s.library_id
  left join read_progress rp on rp.book_id = b.id and rp.user_id = ${viewer.userId} and rp.completed
  where b.series_id = s.id
  order by b.deleted_at is not null or b.media_status <> 'READY',
    case when l.series_cover like 'FIRST_UNREAD%' then rp.book_id is not null end,
    case when l.series_cover = 'LAST' or (l.series_cover = 'FIRST_UNREAD_OR_LAST' and rp.book_id is not null)
      then -b.number_sort else b.number_sort end, b.id
  limit 1)`;

const ofBook = (): Sql => selectedOf('book_id', constant('b.id'));
const ofSeries = (viewer: Viewer): Sql =>
  sql`coalesce(${selectedOf('series_id', constant('s.id'))}, ${selectedOf('book_id', coverBook(viewer))})`;

/** What a list shows: its own poster, and those of its first members that the viewer may see; nothing of a list without such. */
function ofList(viewer: Viewer, owner: 'collection_id' | 'read_list_id', id: string): Sql {
  const isCollection = owner === 'collection_id';
  const members = isCollection
    ? sql`collection_series m join series s on s.id = m.series_id`
    : sql`read_list_book m join book b on b.id = m.book_id`;
  const poster = isCollection ? ofSeries(viewer) : ofBook();
  const member = constant(isCollection ? 'm.series_id' : 'm.book_id');
  const visible = isCollection ? visibleSeries(viewer) : visibleBooks(viewer);
  return sql`select ${selectedOf(owner, sql`${id}::uuid`)} as own, array_agg(f.poster order by f.position, f.member) as parts,
      (select value #>> '{}' from setting where name = 'thumbnailSize') as size
    from (select ${member} as member, m.position, ${poster} as poster from ${members}
      ${where(allOf([sql`m.${constant(owner)} = ${id}`, visible]))} order by m.position, ${member} limit ${tiles}) f`;
}

interface Row {
  own: string | null;
  ownSince: Date | null;
  /** Of a list only; null where the viewer sees none of its members. */
  parts?: (string | null)[] | null;
  size?: string | null;
}

function queryOf(viewer: Viewer, owner: PosterOwner, id: string): Sql {
  if (owner === 'book_id')
    return sql`select ${ofBook()} as own from book b ${where(allOf([sql`b.id = ${id}`, visibleBooks(viewer)]))}`;
  if (owner === 'series_id')
    return sql`select ${ofSeries(viewer)} as own from series s ${where(allOf([sql`s.id = ${id}`, visibleSeries(viewer)]))}`;
  return ofList(viewer, owner, id);
}

function shownBy({ own, parts, size }: Row): string | null {
  if (parts === undefined || (parts !== null && own !== null)) return own;
  const posters = (parts ?? []).filter((id) => id !== null);
  const edge = posterEdges[settingsSchema.shape.thumbnailSize.parse(size ?? undefined)];
  return posters.length === 0 ? null : mosaicId(edge, posters);
}

/**
 * The poster that the viewer would be shown, if it is one that the client has: one statement, no picture. null: look for it as for
 * anybody else, also where nothing may be seen.
 */
export async function posterAtHand(
  db: Database,
  viewer: Viewer,
  { owner, id, atHand }: { owner: PosterOwner; id: string; atHand: PostersAtHand },
): Promise<ServedPoster | null> {
  if (atHand.length === 0) return null;
  const [row] = await readRows<Row>(
    db,
    sql`select q.*, (select p.created_at from poster p where p.id = q.own) as "ownSince"
      from (${queryOf(viewer, owner, id)}) q`,
  );
  const shown = row ? shownBy(row) : null;
  if (!row || shown === null || !atHand.includes(shown)) return null;
  return { id: shown, mediaType: 'image/jpeg', bytes: Buffer.alloc(0), modifiedAt: row.ownSince ?? new Date(0) };
}
