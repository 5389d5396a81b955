import { access, constants, lstat, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { isCoded } from '../base/errors';
import { resolveInside } from '../base/files';
import type { Database } from '../db/database';
import { Book } from '../model/book';
import { BookMedia } from '../model/book-media';
import { Library } from '../model/library';
import { Series } from '../model/series';
import type { TaskContext, Tasks } from '../queue/tasks';
import { belongsToFolderBook } from './book-files';
import { isVersion } from './file-change';
import { recordHistory } from './history';
import { trash } from './vanished';
import { versionWithVolumes, volumesOnDisk } from './volumes';

type Context = Pick<TaskContext, 'db' | 'log'>;

/** Deletes the file of a book on somebody's request, the pictures beside it and a folder that is empty then. */
export async function deleteBookFile(context: TaskContext, { bookId }: Tasks['deleteBookFile']): Promise<void> {
  const { db } = context;
  const book = await Book.query(db).findById(bookId);
  const library = book && (await Library.query(db).findById(book.libraryId));
  if (!book || !library) return;
  if (book.oneshot) return deleteSeriesFiles(context, { libraryId: library.id, seriesId: book.seriesId });
  await deleteBook(context, library, book);
}

/** Deletes the files of all books of a series; files of other kinds stay, and with them the folder. */
export async function deleteSeriesFiles(context: TaskContext, { seriesId }: Tasks['deleteSeriesFiles']): Promise<void> {
  const { db } = context;
  const series = await Series.query(db).findById(seriesId);
  const library = series && (await Library.query(db).findById(series.libraryId));
  if (!series || !library) return;
  const books = await Book.query(db).where({ seriesId, deletedAt: null }).orderBy('number');
  for (const book of books) await deleteBook(context, library, book);
  const left = await Book.query(db).where({ seriesId, deletedAt: null }).resultSize();
  if (left > 0) return;
  await deleteSidecars(db, library, { seriesId });
  if (!series.oneshot) await removeEmptyFolder(context, library, series.path, seriesId);
  await trash(db, library.id, { books: [], series: [series] });
}

async function deleteBook(context: Context, library: Library, book: Book): Promise<void> {
  const { db, log } = context;
  if (book.deletedAt !== null || !(await deleteContent(db, library, book))) {
    log.warn(
      { bookId: book.id },
      'the file of the book is not there, not the known one or write-protected; not deleted',
    );
    return;
  }
  const reason = 'File was deleted by user request';
  const subject = { bookId: book.id, seriesId: book.seriesId };
  await recordHistory(db, 'BookFileDeleted', subject, { reason, name: path.join(library.root, book.path) });
  await deleteSidecars(db, library, { bookId: book.id });
  await trash(db, library.id, { books: [book], series: [] });
  await removeEmptyFolder(context, library, path.posix.dirname(book.path), book.seriesId);
}

/** False when nothing was deleted, because it is not what the database knows or may not be written. */
async function deleteContent(db: Database, library: Library, book: Book): Promise<boolean> {
  const file = path.join(library.root, book.path);
  try {
    await resolveInside(library.root, book.path);
    await access(path.dirname(file), constants.W_OK);
    const stats = await lstat(file);
    if (stats.isDirectory()) return await deleteFolderBook(db, library, book);
    if (stats.isFile()) await access(file, constants.W_OK);
    const version = await versionWithVolumes(file, stats);
    // of a link only the link goes, whose size and time are its own
    if (stats.isFile() && !isVersion(version, book.fileSize, book.fileModifiedAt)) return false;
    const later = stats.isFile() ? await volumesOnDisk(file) : [];
    for (const volume of later) await unlink(volume.file);
    await unlink(file);
    return true;
  } catch (error) {
    if (isCoded(error) || isFileError(error)) return false;
    throw error;
  }
}

const isFileError = (error: unknown) => typeof (error as NodeJS.ErrnoException).code === 'string';

/** Of a folder of pictures go the pages and the description that analysis found in it, nothing else. */
async function deleteFolderBook(db: Database, library: Library, book: Book): Promise<boolean> {
  const media = await BookMedia.query(db).findById(book.id);
  if (media?.container !== 'folder') return false;
  const names = [...media.pages, ...media.files]
    .map(({ name }) => name)
    .filter((name) => belongsToFolderBook(path.posix.basename(name)));
  const folder = path.join(library.root, book.path);
  for (const name of names) await unlink(await resolveInside(folder, name)).catch(() => undefined);
  const folders = new Set(names.flatMap((name) => foldersOf(name)));
  const deepestFirst = [...folders].sort((a, b) => b.length - a.length);
  for (const name of [...deepestFirst, '']) await rmdir(path.join(folder, name)).catch(() => undefined);
  return true;
}

/** `a/b/1.jpg` → `a/b`, `a`. */
function foldersOf(name: string): string[] {
  const folder = path.posix.dirname(name);
  return folder === '.' ? [] : [folder, ...foldersOf(folder)];
}

async function deleteSidecars(
  db: Database,
  library: Library,
  owner: { bookId: string } | { seriesId: string },
): Promise<void> {
  const sidecars = await db<{ id: string; path: string }>('poster')
    .where(owner)
    .whereNotNull('path')
    .select('id', 'path');
  for (const { id, path: place } of sidecars) {
    const file = await resolveInside(library.root, place).catch(() => null);
    if (file !== null) await unlink(file).catch(() => undefined);
    await db('poster').where({ id }).delete();
  }
}

/** A library's root is never removed. */
async function removeEmptyFolder({ db }: Context, library: Library, folder: string, seriesId: string): Promise<void> {
  if (folder === '.' || folder === '') return;
  const place = path.join(library.root, folder);
  try {
    await rmdir(place);
  } catch {
    return;
  }
  const reason = 'Folder was deleted because it was empty';
  await recordHistory(db, 'SeriesFolderDeleted', { bookId: null, seriesId }, { reason, name: place });
}
