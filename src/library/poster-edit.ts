import type { Knex } from 'knex';
import { badRequest, HttpFailure, isCoded, notFound } from '../base/errors';
import { newId } from '../base/public-id';
import type { Database } from '../db/database';
import { examinePicture } from '../media/examine-picture';
import { Poster } from '../model/poster';
import { emit, type ServerEvent } from '../queue/events';
import { getCollection, getReadList } from '../search/find-lists';
import type { Viewer } from '../search/viewer';
import { requireBook, requireSeries } from './access';
import { selectMissing, type PosterOwner } from './poster-selection';

/** A poster without its bytes. */
export type PosterRow = Pick<Poster, 'id' | 'type' | 'selected' | 'mediaType' | 'fileSize' | 'width' | 'height'>;

const rowColumns = ['id', 'type', 'selected', 'mediaType', 'fileSize', 'width', 'height'] as const;

interface Owner {
  table: 'book' | 'series' | 'collection' | 'read_list';
  column: 'bookId' | 'seriesId' | 'collectionId' | 'readListId';
  /** Throws 404 and 403. */
  require(db: Database, viewer: Viewer, id: string): Promise<unknown>;
  event(what: 'Added' | 'Deleted', subject: Subject, selected: boolean): ServerEvent;
}

interface Subject {
  id: string;
  /** Of a book. */
  seriesId: string | null;
  oneshot: boolean;
}

const owners: Record<PosterOwner, Owner> = {
  book_id: {
    ...{ table: 'book', column: 'bookId', require: requireBook },
    event: (what, { id, seriesId }, selected) => ({
      ...{ type: `ThumbnailBook${what}`, bookId: id, seriesId: seriesId ?? '', selected },
    }),
  },
  series_id: {
    ...{ table: 'series', column: 'seriesId', require: requireSeries },
    event: (what, { id }, selected) => ({ type: `ThumbnailSeries${what}`, seriesId: id, selected }),
  },
  collection_id: {
    ...{ table: 'collection', column: 'collectionId', require: getCollection },
    event: (what, { id }, selected) => ({ type: `ThumbnailSeriesCollection${what}`, collectionId: id, selected }),
  },
  read_list_id: {
    ...{ table: 'read_list', column: 'readListId', require: getReadList },
    event: (what, { id }, selected) => ({ type: `ThumbnailReadList${what}`, readListId: id, selected }),
  },
};

/** Throws 404, and 403 for what the viewer may not see. */
export async function requirePosterOwner(db: Database, viewer: Viewer, owner: PosterOwner, id: string): Promise<void> {
  await owners[owner].require(db, viewer, id);
}

/** All posters of one owner, the oldest first. Throws 404 and 403. */
export async function findPosters(db: Database, viewer: Viewer, owner: PosterOwner, id: string): Promise<PosterRow[]> {
  await requirePosterOwner(db, viewer, owner, id);
  return Poster.query(db)
    .select(...rowColumns)
    .where(owners[owner].column, id)
    .orderBy(['createdAt', 'id']);
}

/** Holds the owner, so that two changes of what is selected take turns. Throws 404. */
async function lockOwner(trx: Knex.Transaction, owner: PosterOwner, id: string): Promise<Subject> {
  const { table } = owners[owner];
  const columns = { book: 'id, series_id, oneshot', series: 'id, oneshot', collection: 'id', read_list: 'id' };
  const { rows } = await trx.raw<{ rows: Partial<Record<'series_id' | 'oneshot', unknown>>[] }>(
    `select ${columns[table]} from ${table} where id = ? for no key update`,
    [id],
  );
  const [row] = rows;
  if (!row) throw notFound();
  return { id, seriesId: (row.series_id ?? null) as string | null, oneshot: row.oneshot === true };
}

async function select(trx: Knex.Transaction, owner: PosterOwner, id: string, posterId: string): Promise<void> {
  // in this order: one row at most may be selected at any moment
  await trx.raw(`update poster set selected = false where ${owner} = ? and selected`, [id]);
  await trx.raw('update poster set selected = true where id = ?', [posterId]);
}

async function examined(image: Buffer) {
  try {
    return await examinePicture(image);
  } catch (error) {
    if (isCoded(error)) throw new HttpFailure(415, 'The file is not a picture that can be shown');
    throw error;
  }
}

/** Keeps an uploaded picture as it came. Throws 415 for what is no picture, 404, and 400 for a one-shot's series. */
export async function addPoster(
  db: Database,
  owner: PosterOwner,
  id: string,
  { image, selected }: { image: Buffer; selected: boolean },
): Promise<PosterRow> {
  const { mediaType, width, height } = await examined(image);
  return db.transaction(async (trx) => {
    const subject = await lockOwner(trx, owner, id);
    if (owner === 'series_id' && subject.oneshot) throw badRequest('The poster of a one-shot is that of its book');
    const row: PosterRow = {
      ...{ id: newId(), type: 'USER_UPLOADED', selected, mediaType, fileSize: image.length, width, height },
    };
    const owned = { [owners[owner].column]: id, image, createdAt: new Date() };
    await Poster.query(trx).insert({ ...row, ...owned, selected: false });
    if (selected) await select(trx, owner, id, row.id);
    await emit(trx, owners[owner].event('Added', subject, selected));
    return row;
  });
}

async function requireTheirs(trx: Knex.Transaction, owner: PosterOwner, id: string, posterId: string): Promise<Poster> {
  const { column } = owners[owner];
  const poster = await Poster.query(trx)
    .select(...rowColumns, column)
    .findById(posterId);
  if (!poster) throw notFound();
  if (poster[column] !== id) throw badRequest('The poster is not of this one');
  return poster;
}

/** Throws 404; 400 for a poster of somebody else. */
export async function selectPoster(db: Database, owner: PosterOwner, id: string, posterId: string): Promise<void> {
  await db.transaction(async (trx) => {
    const subject = await lockOwner(trx, owner, id);
    await requireTheirs(trx, owner, id, posterId);
    await select(trx, owner, id, posterId);
    await emit(trx, owners[owner].event('Added', subject, true));
  });
}

/** Another one is selected instead, where there is one. Throws 404; 400 for a poster of somebody else or not uploaded. */
export async function deletePoster(db: Database, owner: PosterOwner, id: string, posterId: string): Promise<void> {
  await db.transaction(async (trx) => {
    const subject = await lockOwner(trx, owner, id);
    const { type, selected } = await requireTheirs(trx, owner, id, posterId);
    if (type !== 'USER_UPLOADED') throw badRequest('Only uploaded thumbnails can be deleted');
    await Poster.query(trx).deleteById(posterId);
    await selectMissing(trx, owner, [id], 'age');
    await emit(trx, owners[owner].event('Deleted', subject, selected));
  });
}
