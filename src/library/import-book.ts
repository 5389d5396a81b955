import { constants, copyFile, link, realpath, rename, rm, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';
import { fail, isCoded, type ErrorCode } from '../base/errors';
import { isInside, resolveInside } from '../base/files';
import { syncFile } from '../media/write-zip';
import { Book } from '../model/book';
import { Library } from '../model/library';
import { Series } from '../model/series';
import { emit } from '../queue/events';
import type { TaskContext, Tasks } from '../queue/tasks';
import type { Analysis } from './book-content';
import type { FileVersion } from './analysis-outcome';
import { bookFileTest, bookNameOf } from './book-files';
import { bookColumns, newBookRow } from './book-rows';
import {
  analyzeNew,
  asideOf,
  isVersion,
  moveIntoPlace,
  sweepAside,
  syncFolder,
  versionOnDisk,
  type FileDeps,
} from './file-change';
import { finishMove, moveRow, noteMove, settleMoves } from './file-move';
import { recordHistory } from './history';
import { importSidecars } from './import-sidecars';
import { lockSeries } from './locks';
import { renumber } from './numbering';
import { insertRows } from './rows';
import { joinLists, storeIn } from './store-analysis';

type Payload = Tasks['importBook'];

interface Import {
  payload: Payload;
  library: Library;
  series: Series;
  /** The book whose file is replaced. */
  upgraded: Book | null;
  /** Absolute, links resolved. */
  source: string;
  /** Below the library's root. */
  toPath: string;
}

/** Brings a file from outside into a series, as a new book or in the place of one. What became of it is told as an event. */
export async function importBook(context: TaskContext, payload: Payload, deps: FileDeps): Promise<void> {
  const { db, log } = context;
  const sourceFile = payload.sourceFile;
  try {
    const wanted = await prepare(context, payload);
    const bookId = await place(context, wanted, deps);
    await emit(db, { type: 'BookImported', bookId, sourceFile, success: true, message: null });
  } catch (error) {
    if (!isCoded(error)) throw error;
    log.warn({ code: error.code, seriesId: payload.seriesId, err: error }, 'the file was not imported');
    await emit(db, { type: 'BookImported', bookId: null, sourceFile, success: false, message: error.code });
  }
}

async function prepare(context: TaskContext, payload: Payload): Promise<Import> {
  const { db } = context;
  const series = await Series.query(db).findById(payload.seriesId);
  const library = series && (await Library.query(db).findById(series.libraryId));
  if (!series || !library) throw fail('ERR_1020', { seriesId: payload.seriesId });
  await settleMoves(context, library);
  const source = await sourceOf(db, payload.sourceFile);
  const upgraded = payload.upgradeBookId ? await Book.query(db).findById(payload.upgradeBookId) : null;
  if (payload.upgradeBookId && upgraded?.seriesId !== series.id) throw fail('ERR_1020');
  // a one-shot has one book
  if (series.oneshot && !upgraded) throw fail('ERR_1020', { oneshot: true });
  const folder = series.oneshot ? path.posix.dirname(series.path) : series.path;
  const toPath = path.posix.join(folder === '.' ? '' : folder, nameOf(payload, library));
  // throws when the folder is gone or leads out of the library
  await resolveInside(library.root, folder);
  return { payload, library, series, upgraded: upgraded ?? null, source, toPath };
}

async function sourceOf(db: Knex, file: string): Promise<string> {
  const source = await realpath(file).catch((error: unknown) => Promise.reject(fail('ERR_1018', { file }, error)));
  if (!(await stat(source)).isFile()) throw fail('ERR_1018', { file });
  for (const { root } of await Library.query(db).select('root')) {
    const real = await realpath(root).catch(() => root);
    if (isInside(real, source) || isInside(root, file)) throw fail('ERR_1019', { file });
  }
  return source;
}

/** Only a name: folders in it are cut off. One that no scan would take for a book of this library is refused. */
function nameOf({ sourceFile, destinationName }: Payload, library: Library): string {
  const given = path.basename(destinationName?.replaceAll('\\', '/').trim() ?? '');
  const name = given === '' ? path.basename(sourceFile) : `${given}${path.extname(sourceFile)}`;
  if (!bookFileTest(library)(name) || name.includes('\0')) throw fail('ERR_1022', { name });
  return name;
}

async function place(context: TaskContext, wanted: Import, deps: FileDeps): Promise<string> {
  const { library, upgraded, toPath, source } = wanted;
  const target = path.join(library.root, toPath);
  const folder = path.dirname(target);
  const takesOver = upgraded?.path === toPath;
  if (!takesOver && (await isTaken(context.db, library.id, toPath, target))) throw fail('ERR_1021', { target });
  await sweepAside(folder);
  const aside = asideOf(target);
  try {
    await bring(wanted, aside);
    const analysis = await analyzeNew(context, library, aside, deps);
    const version = await versionOnDisk(aside);
    if (version === null) throw fail('ERR_1018');
    // a book that can be read is not replaced by one that cannot
    if (upgraded && analysis.state.mediaStatus !== 'READY') throw fail(codeOf(analysis));
    const bookId = upgraded
      ? await upgrade(context, wanted, upgraded, { aside, target, analysis, version })
      : await add(context, wanted, { aside, target, analysis, version });
    await importSidecars(source, target, wanted.payload.copyMode);
    if (wanted.payload.copyMode === 'MOVE') await unlink(source);
    await record(context.db, wanted, bookId);
    // the pictures beside it, and the time of its folder
    await context.queue.submit('scanLibrary', { libraryId: library.id, deep: false }, { priority: 4 });
    return bookId;
  } finally {
    await rm(aside, { force: true });
  }
}

const codeOf = ({ state }: Analysis): ErrorCode =>
  (/^ERR_\d{4}/.exec(state.mediaComment)?.[0] ?? 'ERR_1005') as ErrorCode;

async function isTaken(db: Knex, libraryId: string, at: string, target: string): Promise<boolean> {
  const row = await Book.query(db).findOne({ libraryId, path: at, deletedAt: null });
  return row !== undefined || (await stat(target).catch(() => null)) !== null;
}

/** Under a hidden name in the folder of the series: by a link where that is wanted and possible, else as a copy. */
async function bring({ payload, source }: Import, aside: string): Promise<void> {
  if (payload.copyMode !== 'COPY') {
    const isLinked = await link(source, aside).then(
      () => true,
      () => false,
    );
    if (isLinked) return;
  }
  await copyFile(source, aside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await syncFile(aside);
}

interface Brought {
  aside: string;
  target: string;
  analysis: Analysis;
  version: FileVersion;
}

async function add(
  { db, queue }: TaskContext,
  { library, series, toPath }: Import,
  { aside, target, analysis, version }: Brought,
): Promise<string> {
  const name = bookNameOf(path.posix.basename(toPath));
  const file = { path: toPath, name, ...version, artwork: [] };
  const at = new Date().toISOString();
  const row = newBookRow(file, { libraryId: library.id, seriesId: series.id, oneshot: false, number: 0 }, at);
  await moveIntoPlace(aside, target);
  await db.transaction(async (trx) => {
    await lockSeries(trx, [series.id]);
    // one that lies in the trash under this name makes room
    await trx.raw(`update book set path = path || '#' || id where library_id = ? and path = ?`, [library.id, toPath]);
    await insertRows(trx, 'book', bookColumns, [row]);
    await renumber(trx, [series.id]);
    await Series.query(trx).findById(series.id).patch({ modifiedAt: new Date(), deletedAt: null });
    await emit(trx, { type: 'BookAdded', bookId: row.id, seriesId: series.id, libraryId: library.id });
    await storeIn(trx, queue, [{ bookId: row.id, library, analysis, version }]);
  });
  await joinLists(db, row.id, library, analysis);
  return row.id;
}

/** The row stays, and with it id, progress, lists, locks and posters; only its file is another one. */
async function upgrade(
  context: TaskContext,
  { library, series, toPath }: Import,
  book: Book,
  { aside, target, analysis, version }: Brought,
): Promise<string> {
  const old = path.join(library.root, book.path);
  const before = await versionOnDisk(old);
  if (before && !isVersion(before, book.fileSize, book.fileModifiedAt)) throw fail('ERR_2011', { old });
  const move = await noteMove(context, { book }, { kind: 'upgrade', toPath, version });
  if (book.path === toPath) await rename(aside, target);
  else await moveIntoPlace(aside, target);
  await syncFolder(path.dirname(target));
  await context.db.transaction(async (trx) => {
    await moveRow(trx, book.id, toPath);
    await storeIn(trx, context.queue, [{ bookId: book.id, library, analysis, version }]);
    await Book.query(trx).findById(book.id).patch({ deletedAt: null });
    await Series.query(trx).findById(series.id).patch({ modifiedAt: new Date(), deletedAt: null });
  });
  await finishMove(context, library.root, move, { isGone: before !== null && book.path === toPath });
  return book.id;
}

async function record(db: Knex, { library, series, payload, upgraded, toPath }: Import, bookId: string): Promise<void> {
  const name = path.join(library.root, toPath);
  const properties = { name, source: payload.sourceFile, upgrade: upgraded ? 'Yes' : 'No' };
  await recordHistory(db, 'BookImported', { bookId, seriesId: series.id }, properties);
}
