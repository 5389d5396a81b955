import type { Knex } from 'knex';
import { bookTitleKeys, seriesTitleKeys } from '../model/keys';
import type { AlternateTitle, FieldOrigin } from '../model/values';
import type { Batch, BookChange, SeriesChange } from './batch';
import { insertAnalyzed } from './analysis-rows';
import { bookColumns, describedColumns, seriesColumns, time } from './book-rows';
import type { CompleteSeries, Readings } from './first-reading';
import { lockSeries } from './locks';
import { renumber } from './numbering';
import { insertModels, insertRows, updateRows } from './rows';
import { recountProgress } from './series-progress';

/** What is known of the new books of a batch before it is written. */
export interface BatchReadings {
  at: string;
  readings: Readings;
  complete: ReadonlyMap<string, CompleteSeries>;
}

/** Writes what a scan found out about some series and their books; all or nothing. */
export async function writeBatch(
  trx: Knex.Transaction,
  libraryId: string,
  batch: Batch,
  { at, readings, complete }: BatchReadings,
): Promise<void> {
  const moved = batch.changedBooks.map(({ book }) => book.seriesId);
  await lockSeries(trx, [...batch.changedSeries.map(({ id }) => id), ...batch.regrouped, ...moved]);
  await clearTheWay(trx, libraryId, batch);
  await insertSeries(trx, batch, complete);
  await updateSeries(trx, libraryId, batch.changedSeries, at);
  await insertBooks(trx, batch, readings);
  await updateBooks(trx, batch.changedBooks, at);
  const regrouped = [...batch.regrouped];
  await renumber(trx, regrouped);
  if (batch.changedBooks.some(({ book, place }) => book.seriesId !== place.seriesId)) {
    await recountProgress(trx, regrouped);
  }
}

const wholeSeriesColumns = { ...seriesColumns, ...describedColumns };

async function insertSeries(trx: Knex, { newSeries }: Batch, complete: BatchReadings['complete']): Promise<void> {
  const rest = newSeries.filter(({ id }) => !complete.has(id));
  await insertRows(trx, 'series', seriesColumns, rest);
  const described = newSeries.flatMap(({ id }) => complete.get(id)?.series ?? []);
  await insertModels(trx, 'series', wholeSeriesColumns, described);
}

async function insertBooks(trx: Knex, { newBooks }: Batch, readings: Readings): Promise<void> {
  const rest = newBooks.map(({ row }) => row).filter(({ id }) => !readings.has(id));
  await insertRows(trx, 'book', bookColumns, rest);
  await insertAnalyzed(trx, [...readings.values()]);
}

/**
 * A path belongs to one row. Rows that move leave theirs first, since two may swap; a row that is in the way (its file is
 * gone, or about to be found elsewhere) keeps its id under a path that no file has.
 */
async function clearTheWay(trx: Knex.Transaction, libraryId: string, batch: Batch): Promise<void> {
  const park = async (table: 'book' | 'series', ids: string[], paths: string[]) => {
    if (ids.length === 0) return;
    await trx.raw(
      `update ${table} set path = path || '#' || id where id = any(:ids)
         or (library_id = :libraryId and path = any(:paths))`,
      { ids, libraryId, paths },
    );
  };
  const moved = new Set(batch.movedBooks);
  const books = batch.changedBooks.filter(({ book }) => moved.has(book));
  await park(
    'book',
    books.map(({ book }) => book.id),
    books.map(({ file }) => file.path),
  );
  await park(
    'series',
    batch.movedSeries.map(({ id }) => id),
    batch.movedSeries.map(({ path }) => path),
  );
}

type Fields = { id: string; locked: string[]; provenance: Record<string, FieldOrigin> };

/** A title that nobody gave is the name of the file or folder, also after that was renamed. */
const isFree = (row: Fields, field: string) => !row.locked.includes(field) && row.provenance[field] === undefined;

interface SeriesFields extends Fields {
  title: string;
  titleSort: string;
  alternateTitles: AlternateTitle[];
  modifiedAt: Date;
}

const seriesFields = ['id', 'locked', 'provenance', 'title', 'titleSort', 'alternateTitles', 'modifiedAt'];

async function updateSeries(trx: Knex, libraryId: string, changes: SeriesChange[], at: string): Promise<void> {
  if (changes.length === 0) return;
  const ids = changes.map(({ id }) => id);
  const current = await trx('series').select<SeriesFields[]>(seriesFields).whereIn('id', ids);
  const byId = new Map(current.map((row) => [row.id, row]));
  const rows = changes.flatMap(({ id, found, hasChangedBooks }) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    const title = isFree(row, 'title') ? found.name.trim() : row.title;
    const titleSort = isFree(row, 'titleSort') ? found.name.trim() : row.titleSort;
    const keys = seriesTitleKeys({ title, titleSort, alternateTitles: row.alternateTitles });
    return {
      ...{ id, library_id: libraryId, path: found.path, name: found.name, oneshot: found.oneshot, deleted_at: null },
      ...{ file_modified_at: time(found.modifiedAt), modified_at: hasChangedBooks ? at : row.modifiedAt },
      ...{ title, title_sort: titleSort },
      ...{ title_key: keys.titleKey, title_sort_key: keys.titleSortKey, search_key: keys.searchKey },
    };
  });
  await updateRows(trx, 'series', seriesUpdate, rows);
}

const seriesUpdate = {
  ...{ library_id: 'uuid', path: 'text', name: 'text', oneshot: 'boolean', deleted_at: 'timestamptz' },
  ...{ file_modified_at: 'timestamptz', modified_at: 'timestamptz', title: 'text', title_sort: 'text' },
  ...{ title_key: 'text', title_sort_key: 'text', search_key: 'text' },
};

interface BookFields extends Fields {
  title: string;
  isbn: string;
  mediaStatus: string;
  mediaModifiedAt: Date;
  fileHash: string;
  fileHashKoreader: string;
}

const bookFields = [
  ...['id', 'locked', 'provenance', 'title', 'isbn', 'mediaStatus', 'mediaModifiedAt'],
  ...['fileHash', 'fileHashKoreader'],
];

async function updateBooks(trx: Knex, changes: BookChange[], at: string): Promise<void> {
  if (changes.length === 0) return;
  const ids = changes.map(({ book }) => book.id);
  const current = await trx('book').select<BookFields[]>(bookFields).whereIn('id', ids);
  const byId = new Map(current.map((row) => [row.id, row]));
  const rows = changes.flatMap((change) => {
    const row = byId.get(change.book.id);
    return row === undefined ? [] : bookRow(change, row, at);
  });
  await updateRows(trx, 'book', bookUpdate, rows);
  const retimed = changes.filter(({ book, file, isReplaced }) => !isReplaced && book.modifiedAt !== file.modifiedAt);
  // the same content under another time: the places of its pages stay right
  await trx.raw(
    `update book_media set file_modified_at = row.file_modified_at
     from json_to_recordset(?::json) as row (id uuid, file_modified_at timestamptz) where book_id = row.id`,
    [JSON.stringify(retimed.map(({ book, file }) => ({ id: book.id, file_modified_at: time(file.modifiedAt) })))],
  );
}

const bookUpdate = {
  ...{ library_id: 'uuid', series_id: 'uuid', path: 'text', name: 'text', oneshot: 'boolean', file_size: 'bigint' },
  ...{ file_modified_at: 'timestamptz', deleted_at: 'timestamptz', modified_at: 'timestamptz' },
  ...{ media_status: 'text', media_modified_at: 'timestamptz', file_hash: 'text', file_hash_koreader: 'text' },
  ...{ title: 'text', title_key: 'text', search_key: 'text' },
};

function bookRow({ book, file, place, isReplaced }: BookChange, row: BookFields, at: string): object {
  const title = isFree(row, 'title') ? file.name.trim() : row.title;
  const keys = bookTitleKeys({ title, isbn: row.isbn });
  const isOutdated = isReplaced && row.mediaStatus !== 'UNKNOWN';
  return {
    ...{ id: book.id, library_id: place.libraryId, series_id: place.seriesId, path: file.path, name: file.name },
    ...{ oneshot: place.oneshot, file_size: file.size, file_modified_at: time(file.modifiedAt) },
    ...{ deleted_at: null, modified_at: at, title, title_key: keys.titleKey, search_key: keys.searchKey },
    media_status: isOutdated ? 'OUTDATED' : row.mediaStatus,
    media_modified_at: isOutdated ? at : row.mediaModifiedAt,
    file_hash: isReplaced ? '' : row.fileHash,
    file_hash_koreader: isReplaced ? '' : row.fileHashKoreader,
  };
}
