import { unlink } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';
import { newId } from '../base/public-id';
import { Book } from '../model/book';
import { bookTitleKeys, seriesTitleKeys } from '../model/keys';
import { Series } from '../model/series';
import { emit } from '../queue/events';
import type { TaskContext } from '../queue/tasks';
import { bookNameOf } from './book-files';
import { isVersion, syncFolder, versionOnDisk, type ChangeableBook } from './file-change';
import { recordHistory } from './history';
import { lockSeries } from './locks';
import { renumber } from './numbering';
import type { FileVersion } from './analysis-outcome';
import { volumesOnDisk } from './volumes';

/** A book whose file is about to get another path or another form. */
export interface FileMove {
  id: string;
  bookId: string;
  libraryId: string;
  kind: 'convert' | 'repair' | 'upgrade';
  fromPath: string;
  toPath: string;
  fromSize: number;
  fromModifiedAt: Date;
  toSize: number;
  toModifiedAt: Date;
}

/** Notes what is about to happen to a file, before it does. */
export async function noteMove(
  { db }: Pick<TaskContext, 'db'>,
  { book }: Pick<ChangeableBook, 'book'>,
  { kind, toPath, version }: { kind: FileMove['kind']; toPath: string; version: FileVersion },
): Promise<FileMove> {
  const move: FileMove = {
    ...{ id: newId(), bookId: book.id, libraryId: book.libraryId, kind, fromPath: book.path, toPath },
    ...{ fromSize: book.fileSize, fromModifiedAt: book.fileModifiedAt },
    ...{ toSize: version.size, toModifiedAt: new Date(version.modifiedAt) },
  };
  await db('fileChange').insert({ ...move, createdAt: new Date() });
  return move;
}

/** The book lies at its new path from now on: same id, named by the file as far as nobody gave it a title. */
export async function moveRow(trx: Knex.Transaction, bookId: string, toPath: string): Promise<void> {
  const before = await Book.query(trx).findById(bookId);
  if (before === undefined) return;
  await lockSeries(trx, [before.seriesId]);
  const book = await Book.query(trx).findById(bookId).forNoKeyUpdate();
  if (book === undefined) return;
  const name = bookNameOf(path.posix.basename(toPath));
  const isFree = !book.locked.includes('title') && book.provenance['title'] === undefined;
  const title = isFree ? name : book.title;
  await Book.query(trx)
    .findById(bookId)
    .patch({ path: toPath, name, title, modifiedAt: new Date(), ...bookTitleKeys({ title, isbn: book.isbn }) });
  // the path of a one-shot's series is that of its file
  if (book.oneshot) await moveOneshot(trx, book.seriesId, { path: toPath, name });
  await renumber(trx, [book.seriesId]);
  await emit(trx, { type: 'BookChanged', bookId, seriesId: book.seriesId, libraryId: book.libraryId });
}

async function moveOneshot(trx: Knex.Transaction, id: string, place: { path: string; name: string }): Promise<void> {
  const series = await Series.query(trx).findById(id);
  if (series === undefined) return;
  const isFree = (field: string) => !series.locked.includes(field) && series.provenance[field] === undefined;
  const title = isFree('title') ? place.name : series.title;
  const titleSort = isFree('titleSort') ? place.name : series.titleSort;
  const keys = seriesTitleKeys({ title, titleSort, alternateTitles: series.alternateTitles });
  await Series.query(trx)
    .findById(id)
    .patch({ ...place, title, titleSort, ...keys });
}

/**
 * Removes the old file, if it still is the one that was replaced, then the note, and tells the history. A scan that came between
 * has done it already. `isGone`: the old file went before, under the name of the new one.
 */
export async function finishMove(
  { db }: Pick<TaskContext, 'db'>,
  root: string,
  move: FileMove,
  { isGone = false } = {},
): Promise<void> {
  const old = path.join(root, move.fromPath);
  const isOther = move.fromPath !== move.toPath;
  const isThere = isOther && isVersion(await versionOnDisk(old), move.fromSize, move.fromModifiedAt);
  if (isThere) {
    for (const volume of await volumesOnDisk(old)) await unlink(volume.file);
    await unlink(old);
    await syncFolder(path.dirname(old));
  }
  const isOurs = (await db('fileChange').where({ id: move.id }).delete()) > 0;
  if (isOurs) await recordMove(db, root, move, isThere || isGone);
}

/** Why an old file went, in Komga's words; one that only got another name did not go. */
const reasons: Partial<Record<FileMove['kind'], string>> = {
  convert: 'File was deleted after conversion to CBZ',
  upgrade: 'File was deleted to import an upgrade',
};

/** Notes in the history what became of a file. Komga has no kind for a repaired extension: a file in another form it is too. */
async function recordMove(
  db: Knex,
  root: string,
  { bookId, kind, fromPath, toPath }: FileMove,
  isGone: boolean,
): Promise<void> {
  const book = await Book.query(db).findById(bookId).select('seriesId');
  const subject = { bookId, seriesId: book?.seriesId ?? null };
  const former = path.join(root, fromPath);
  const reason = reasons[kind];
  if (isGone && reason !== undefined) {
    await recordHistory(db, 'BookFileDeleted', subject, { reason, name: former });
  }
  if (kind === 'upgrade') return;
  await recordHistory(db, 'BookConverted', subject, { name: path.join(root, toPath), 'former file': former });
}

/**
 * Finishes or forgets what a killed process left half done, before anybody looks at the files of the library: a new file
 * that is at its place belongs to its book, and the old one goes. Runs in the line of the library's scans and file tasks.
 */
export async function settleMoves(
  { db, queue, log }: Pick<TaskContext, 'db' | 'queue' | 'log'>,
  { id: libraryId, root }: { id: string; root: string },
): Promise<void> {
  for (const move of await db<FileMove>('fileChange').where({ libraryId }).orderBy('createdAt')) {
    const isPlaced = isVersion(await versionOnDisk(path.join(root, move.toPath)), move.toSize, move.toModifiedAt);
    if (!isPlaced) {
      await db('fileChange').where({ id: move.id }).delete();
      continue;
    }
    log.info({ bookId: move.bookId, kind: move.kind }, 'finishing an interrupted change of a file');
    await db.transaction(async (trx) => {
      const book = await Book.query(trx).findById(move.bookId).select('path');
      const isTaken = await Book.query(trx).findOne({ libraryId, path: move.toPath }).whereNot({ id: move.bookId });
      if (!book || isTaken || book.path === move.toPath) return;
      await moveRow(trx, move.bookId, move.toPath);
      const version = { fileSize: move.toSize, fileModifiedAt: move.toModifiedAt };
      const unread = {
        mediaStatus: 'OUTDATED' as const,
        mediaModifiedAt: new Date(),
        fileHash: '',
        fileHashKoreader: '',
      };
      await Book.query(trx)
        .findById(move.bookId)
        .patch({ ...version, ...unread });
      await queue.submit('analyzeBook', { bookId: move.bookId }, { trx });
    });
    await finishMove({ db }, root, move, { isGone: move.fromPath === move.toPath });
  }
}
