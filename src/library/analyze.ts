import { stat } from 'node:fs/promises';
import type { Knex } from 'knex';
import { isCoded } from '../base/errors';
import { resolveInside } from '../base/files';
import type { MediaLimits } from '../media/limits';
import { Book } from '../model/book';
import { Library } from '../model/library';
import { emit, type ServerEvent } from '../queue/events';
import type { Queue, TaskContext, Tasks } from '../queue/tasks';
import { analyzeFile, type Analysis } from './book-content';
import { importReadLists, mergeBook } from './book-metadata';
import { lockSeries } from './locks';
import { writeGenerated } from './poster-rows';
import { toJson } from './rows';
import { getSettings, posterEdges } from './settings';

export interface AnalyzeDeps {
  limits: MediaLimits;
}

const endsWithDirectory = new Set<string>(['zip', 'epub', 'pdf']);

/** A file that was written to this recently may still be under way. */
const settleMilliseconds = 2_000;

interface FileVersion {
  size: number;
  /** As in FoundFile. */
  modifiedAt: number;
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
  await store(context, { bookId, library, analysis, version: before });
  // the scan sees another size or time than the one that was stored, and asks again
  if (!isSettled) await context.queue.submit('scanLibrary', { libraryId: library.id, deep: false }, { priority: 4 });
}

async function locate(library: Library, book: Book): Promise<string | null> {
  try {
    return await resolveInside(library.root, book.path);
  } catch (error) {
    if (isCoded(error) && error.code === 'ERR_1018') return null;
    throw error;
  }
}

/** A folder of pictures is as large and as old as the scan found it: adding up its files is the scan's work. */
async function versionOf(file: string, book: Book): Promise<FileVersion | null> {
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
  before: FileVersion,
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

interface Outcome {
  bookId: string;
  library: Library;
  analysis: Analysis;
  version: FileVersion;
}

async function store({ db, queue }: TaskContext, { bookId, library, analysis, version }: Outcome): Promise<void> {
  const at = new Date();
  await db.transaction(async (trx) => {
    const owner = await Book.query(trx).findById(bookId).select('seriesId');
    // also lets the last book of a series see that it is the last
    await lockSeries(trx, owner ? [owner.seriesId] : []);
    const book = await Book.query(trx).findById(bookId).forNoKeyUpdate();
    if (book === undefined) return;
    const isChanged = book.fileSize !== version.size || book.fileModifiedAt.getTime() !== version.modifiedAt;
    const merged = analysis.content ? mergeBook(book, library, analysis, at) : {};
    const next = {
      ...{ ...analysis.state, ...merged, mediaModifiedAt: at },
      ...{ fileSize: version.size, fileModifiedAt: new Date(version.modifiedAt) },
      ...(isChanged ? { fileHash: '', fileHashKoreader: '', modifiedAt: at } : {}),
    };
    await Book.query(trx).findById(bookId).patch(next);
    await storeContent(trx, bookId, analysis, version);
    const events = await storePoster(trx, queue, book, analysis);
    if (book.pageCount !== 0 && analysis.state.pageCount !== 0)
      await clampProgress(trx, book, analysis.state.pageCount);
    events.push(...(await importReadLists(trx, book, library, analysis)));
    await submitNext(trx, queue, { ...book, ...next } as Book, library, analysis);
    const { seriesId, libraryId } = book;
    await emit(trx, { type: 'BookChanged', bookId, seriesId, libraryId }, ...events);
  });
}

async function storeContent(trx: Knex, bookId: string, analysis: Analysis, version: FileVersion): Promise<void> {
  const { content, comicInfo, opf } = analysis;
  if (content === null) {
    await trx('bookMedia').where({ bookId }).delete();
    return;
  }
  const row = {
    bookId,
    container: content.container,
    pages: toJson(content.pages),
    files: toJson(content.files),
    extension: null,
    fileSize: version.size,
    fileModifiedAt: new Date(version.modifiedAt),
    // its list of pages says nothing that analysis does not know better
    comicInfo: comicInfo && toJson({ ...comicInfo, pages: [] }),
    opf: opf && toJson(opf),
  };
  await trx('bookMedia').insert(row).onConflict('bookId').merge();
}

async function storePoster(
  trx: Knex.Transaction,
  queue: Queue,
  book: Book,
  analysis: Analysis,
): Promise<ServerEvent[]> {
  if (analysis.poster) return writeGenerated(trx, book, analysis.poster);
  if (analysis.isPosterLeft) await queue.submit('generatePoster', { bookId: book.id }, { trx });
  return [];
}

/** The last page of a finished book is its last page again; nobody stands behind the end (Komga sends them to page 1). */
async function clampProgress(trx: Knex, { id, pageCount: before }: Book, pageCount: number): Promise<void> {
  if (before === pageCount) return;
  await trx.raw(
    `update read_progress set modified_at = now(),
       page = case when completed then :pageCount else greatest(1, least(page, :pageCount - 1)) end
     where book_id = :id`,
    { id, pageCount },
  );
}

async function submitNext(
  trx: Knex.Transaction,
  queue: Queue,
  book: Book,
  library: Library,
  { state }: Analysis,
): Promise<void> {
  const { id: bookId, seriesId } = book;
  const isUnhashed = state.mediaStatus === 'READY' && book.fileHash === '';
  if (library.hashFiles && isUnhashed) await queue.submit('hashBook', { bookId }, { trx });
  // once a series, not once a book: a series of 1,000 chapters would be combined from 1,000 books 1,000 times
  const waiting = await Book.query(trx)
    .where({ seriesId, deletedAt: null })
    .whereIn('mediaStatus', ['UNKNOWN', 'OUTDATED'])
    .whereNot('id', bookId)
    .limit(1);
  if (waiting.length === 0) await queue.submit('refreshSeries', { seriesId }, { trx });
}
