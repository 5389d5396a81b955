import { randomUUID } from 'node:crypto';
import { chmod, link, lstat, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { fail, isCoded } from '../base/errors';
import type { Database } from '../db/database';
import type { MediaLimits } from '../media/limits';
import { Book } from '../model/book';
import { BookMedia } from '../model/book-media';
import { Library } from '../model/library';
import type { TaskContext } from '../queue/tasks';
import { locate } from './analyze';
import { analyzeFile, type Analysis } from './book-content';
import { getSettings, posterEdges } from './settings';
import type { FileVersion } from './analysis-outcome';
import { versionWithVolumes } from './volumes';

/** A book whose file is the one that the database knows, and may be changed. */
export interface ChangeableBook {
  book: Book;
  library: Library;
  media: BookMedia;
  /** Absolute. */
  file: string;
}

export interface FileDeps {
  limits: MediaLimits;
}

const prefix = '.kiremisu-';
/** What a killed process left lying about is surely nobody's any more. */
const staleMilliseconds = 60 * 60 * 1000;

/** A hidden name beside the file: on the same disk, so that it can be renamed into place, and passed over by scans. */
export const asideOf = (file: string): string => path.join(path.dirname(file), `${prefix}${randomUUID()}.tmp`);

/** The version of a file on the disk, with its later volumes; null when nothing is there. Throws for a folder. */
export async function versionOnDisk(file: string): Promise<FileVersion | null> {
  const stats = await stat(file).catch(() => null);
  if (stats === null) return null;
  if (!stats.isFile()) throw fail('ERR_1001', { file });
  const { size, modifiedAt } = await versionWithVolumes(file, stats);
  return { size, modifiedAt };
}

export const isVersion = (seen: FileVersion | null, size: number, modifiedAt: Date): boolean =>
  seen !== null && seen.size === size && seen.modifiedAt === modifiedAt.getTime();

/** The book with its file, if both are what they were when the book was analysed; null tells that nothing may be done. */
export async function findChangeable(db: Database, bookId: string): Promise<ChangeableBook | null> {
  const book = await Book.query(db).findById(bookId);
  const library = book && (await Library.query(db).findById(book.libraryId));
  const media = await BookMedia.query(db).findById(bookId);
  if (!book || !library || !media || book.deletedAt !== null || book.mediaStatus !== 'READY') return null;
  if (media.container === 'folder' || (await locate(library, book)) === null) return null;
  const file = path.join(library.root, book.path);
  // behind a link lies a file that others may know by another name
  const isLink = await lstat(file).then((stats) => stats.isSymbolicLink());
  if (isLink) return null;
  const isAnalysed =
    media.fileSize === book.fileSize && media.fileModifiedAt.getTime() === book.fileModifiedAt.getTime();
  if (!isAnalysed || !isVersion(await versionOnDisk(file), book.fileSize, book.fileModifiedAt)) return null;
  return { book, library, media, file };
}

/** Looks once more right before the step that cannot be taken back. */
export async function requireSame({ book, file }: ChangeableBook): Promise<void> {
  if (!isVersion(await versionOnDisk(file), book.fileSize, book.fileModifiedAt)) throw fail('ERR_2011', { file });
}

/** Opens a new file as analysis would. */
export async function analyzeNew(
  { db, signal }: Pick<TaskContext, 'db' | 'signal'>,
  library: Library,
  file: string,
  { limits }: FileDeps,
): Promise<Analysis> {
  const posterEdge = posterEdges[(await getSettings(db)).thumbnailSize];
  return analyzeFile(file, { limits, dimensions: library.analyzeDimensions, posterEdge, signal });
}

/** Rights of the file that is replaced go over to the new one, where the disk has such. */
export async function takeOverRights(from: string, to: string): Promise<void> {
  const { mode } = await stat(from);
  await chmod(to, mode & 0o777).catch(() => undefined);
}

/** The folder remembers a rename only when it was written itself. Some disks cannot do that, and need not. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Renames where nothing is overwritten: ERR_1021 when something lies at the target. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
    await unlink(from);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw fail('ERR_1021', { to }, error);
    // shares without hard links; between the look and the rename lies a moment that only another program could use
    const isTaken = await lstat(to).then(
      () => true,
      () => false,
    );
    if (isTaken) throw fail('ERR_1021', { to }, error);
    await rename(from, to);
  }
  await syncFolder(path.dirname(to));
}

/** Removes what killed processes left in a folder. */
export async function sweepAside(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const place = path.join(folder, name);
    const stats = await lstat(place).catch(() => null);
    if (stats && Date.now() - stats.mtimeMs > staleMilliseconds) await rm(place, { recursive: true, force: true });
  }
}

/** Runs a change; one that fails for a reason that lies in the file is noted and not tried again before the file changes. */
export async function attemptChange(
  { db, log }: Pick<TaskContext, 'db' | 'log'>,
  kind: string,
  { book }: ChangeableBook,
  change: () => Promise<void>,
): Promise<void> {
  const { id: bookId, fileSize, fileModifiedAt } = book;
  const failed = (await db('fileChangeFailure')
    .where({ bookId, kind, fileSize, fileModifiedAt })
    .first('code')) as unknown;
  if (failed !== undefined) return;
  try {
    await change();
  } catch (error) {
    if (!isCoded(error)) throw error;
    log.warn({ bookId, kind, code: error.code, err: error }, 'the file of the book was not changed');
    const row = { bookId, kind, fileSize, fileModifiedAt, code: error.code, failedAt: new Date() };
    await db('fileChangeFailure').insert(row).onConflict(['bookId', 'kind']).merge();
  }
}
