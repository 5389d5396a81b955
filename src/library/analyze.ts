import { stat } from 'node:fs/promises';
import { isCoded } from '../base/errors';
import { resolveInside } from '../base/files';
import type { MediaLimits } from '../media/limits';
import { Book } from '../model/book';
import { Library } from '../model/library';
import type { TaskContext, Tasks } from '../queue/tasks';
import { analyzeFile, type Analysis } from './book-content';
import { getSettings, posterEdges } from './settings';
import { storeAnalysis, type FileVersion } from './store-analysis';

export interface AnalyzeDeps {
  limits: MediaLimits;
}

const endsWithDirectory = new Set<string>(['zip', 'epub', 'pdf']);

/** A file that was written to this recently may still be under way. */
const settleMilliseconds = 2_000;

interface SeenVersion extends FileVersion {
  writtenAt: number;
}

/** Opens the file of a book once: pages, metadata, poster. What is wrong with the file becomes the status of the book. */
export async function analyzeBook(
  context: TaskContext,
  { bookId }: Tasks['analyzeBook'],
  { limits }: AnalyzeDeps,
): Promise<void> {
  const { db, lastAttempt, attempt, signal, log } = context;
  const book = await Book.query(db).findById(bookId);
  const library = book && (await Library.query(db).findById(book.libraryId));
  if (!book || !library || book.deletedAt !== null) return;
  const file = await locate(library, book);
  const before = file && (await versionOf(file, book));
  if (!file || !before) {
    // gone, or its disk is: the next scan decides which, and asks for analysis again
    log.info({ bookId }, 'the file of the book is not there');
    return;
  }
  if (lastAttempt && attempt > 1) await expectCrash(context, bookId);
  const posterEdge = posterEdges[(await getSettings(db)).thumbnailSize];
  const options = { limits, dimensions: library.analyzeDimensions, posterEdge, signal };
  const analysis = await analyzeFile(file, options);
  signal.throwIfAborted();
  const isSettled = await hasSettled(file, book, before, analysis);
  if (!isSettled && !lastAttempt) throw new Error('The file is still being written');
  await storeAnalysis(context, { bookId, library, analysis, version: before });
  // the scan sees another size or time than the one that was stored, and asks again
  if (!isSettled) await context.queue.submit('scanLibrary', { libraryId: library.id, deep: false }, { priority: 4 });
}

/** Where the file of a book lies; null when it is not there. */
export async function locate(library: Library, book: Book): Promise<string | null> {
  try {
    return await resolveInside(library.root, book.path);
  } catch (error) {
    if (isCoded(error) && error.code === 'ERR_1018') return null;
    throw error;
  }
}

/** A folder of pictures is as large and as old as the scan found it: adding up its files is the scan's work. */
export async function versionOf(file: string, book: Book): Promise<SeenVersion | null> {
  const stats = await stat(file).catch(() => null);
  if (stats === null) return null;
  const writtenAt = stats.mtimeMs;
  if (stats.isDirectory()) return { size: book.fileSize, modifiedAt: book.fileModifiedAt.getTime(), writtenAt };
  return { size: stats.size, modifiedAt: Math.trunc(Math.max(stats.mtimeMs, stats.birthtimeMs)), writtenAt };
}

/**
 * A ZIP or PDF that is still being copied lacks its directory, which lies at its end, and shows it. A RAR or a folder looks
 * whole at any time, so there a recent write alone is reason to wait.
 */
async function hasSettled(
  file: string,
  book: Book,
  before: SeenVersion,
  { state, content }: Analysis,
): Promise<boolean> {
  const after = await versionOf(file, book);
  if (after === null || after.size !== before.size || after.writtenAt !== before.writtenAt) return false;
  const age = Date.now() - after.writtenAt;
  if (age < 0 || age > settleMilliseconds) return true;
  const isWhole = content !== null && content.problems.length === 0 && endsWithDirectory.has(content.container);
  return state.mediaStatus === 'READY' && isWhole;
}

/** The tries before ended without a word, perhaps with their process: if this one does too, the book says so. */
async function expectCrash({ db }: TaskContext, bookId: string): Promise<void> {
  const fields = { mediaStatus: 'ERROR' as const, mediaComment: 'ERR_1005', mediaModifiedAt: new Date() };
  await Book.query(db).findById(bookId).whereNot({ mediaStatus: 'READY' }).patch(fields);
}
