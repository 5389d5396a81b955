import type { Knex } from 'knex';
import type { Database } from '../db/database';
import { Book } from '../model/book';
import { emit } from '../queue/events';
import type { TaskContext, Tasks } from '../queue/tasks';
import { lockSeries } from './locks';
import { renumber } from './numbering';
import { recountProgress } from './series-progress';
import { getSettings } from './settings';

/** Removes what lies in the trash of a library for good, with its progress, posters and memberships. Files are never touched. */
export async function emptyTrash(
  context: Pick<TaskContext, 'db' | 'queue'>,
  { libraryId }: Tasks['emptyTrash'],
): Promise<void> {
  const { db, queue } = context;
  const removed = await db.transaction(async (trx) => {
    const touched = await Book.query(trx).distinct('seriesId').where({ libraryId }).whereNotNull('deletedAt');
    const owners = touched.map(({ seriesId }) => seriesId);
    await lockSeries(trx, owners);
    const books = await trx.raw<{ rows: { id: string; seriesId: string }[] }>(
      'delete from book where library_id = ? and deleted_at is not null returning id, series_id as "seriesId"',
      [libraryId],
    );
    // a series may have been left without books in the trash by a move
    const series = await trx.raw<{ rows: { id: string }[] }>(
      `delete from series where library_id = ? and deleted_at is not null
         and not exists (select 1 from book where book.series_id = series.id) returning id`,
      [libraryId],
    );
    const gone = new Set(series.rows.map(({ id }) => id));
    const left = [...new Set(books.rows.map(({ seriesId }) => seriesId))].filter((id) => !gone.has(id));
    await renumber(trx, left);
    await recountProgress(trx, left);
    await queue.submitMany(
      'refreshSeries',
      left.map((seriesId) => ({ seriesId })),
      { trx },
    );
    const ofBooks = books.rows.map(({ id, seriesId }) => ({
      type: 'BookDeleted' as const,
      bookId: id,
      seriesId,
      libraryId,
    }));
    const ofSeries = series.rows.map(({ id }) => ({ type: 'SeriesDeleted' as const, seriesId: id, libraryId }));
    await emit(trx, ...ofBooks, ...ofSeries);
    return books.rows.length;
  });
  await removeEmptySets(db);
  await closeOperation(db, libraryId, removed);
}

/** Of whoever asked for it; a scan that empties the trash has none. */
async function closeOperation(db: Database, libraryId: string, done: number): Promise<void> {
  const at = new Date();
  await db('operation')
    .where({ kind: 'emptyTrash', subjectId: libraryId, state: 'queued' })
    .update({ state: 'done', done, total: done, startedAt: at, finishedAt: at, updatedAt: at });
}

/** A collection or read list without any member is removed where the settings say so (Komga's default). */
export async function removeEmptySets(db: Knex): Promise<void> {
  const { deleteEmptyCollections, deleteEmptyReadLists } = await getSettings(db);
  await db.transaction(async (trx) => {
    if (deleteEmptyCollections) {
      const ids = await removeEmpty(trx, 'collection', 'collection_series');
      const type = 'CollectionDeleted' as const;
      await emit(trx, ...ids.map((collectionId) => ({ type, collectionId, seriesIds: [] })));
    }
    if (deleteEmptyReadLists) {
      const ids = await removeEmpty(trx, 'read_list', 'read_list_book');
      await emit(trx, ...ids.map((readListId) => ({ type: 'ReadListDeleted' as const, readListId, bookIds: [] })));
    }
  });
}

async function removeEmpty(trx: Knex, table: string, members: string): Promise<string[]> {
  const isEmpty = `not exists (select 1 from ${members} where ${table}_id = ${table}.id)`;
  // held first, and then looked at again: whoever holds one is putting a first member in
  const empty = await trx.raw<{ rows: { id: string }[] }>(
    `select id from ${table} where ${isEmpty} for update skip locked`,
  );
  const ids = empty.rows.map(({ id }) => id);
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `delete from ${table} where id = any(?) and ${isEmpty} returning id`,
    [ids],
  );
  return rows.map(({ id }) => id);
}
