import { stat } from 'node:fs/promises';
import { isCoded } from '../base/errors';
import { resolveInside } from '../base/files';
import { groupBy } from '../base/group-by';
import type { MediaLimits } from '../media/limits';
import { Book } from '../model/book';
import { Library } from '../model/library';
import type { TaskContext, Tasks } from '../queue/tasks';
import type { FileVersion, Outcome } from './analysis-outcome';
import { noteAnalyzed } from './analysis-progress';
import { analyzeFile, type Analysis, type AnalyzeOptions } from './book-content';
import { getSettings, posterEdges } from './settings';
import { storeAnalyses } from './store-analysis';
import { versionWithVolumes } from './volumes';

export interface AnalyzeDeps {
  limits: MediaLimits;
}

const endsWithDirectory = new Set<string>(['zip', 'epub', 'pdf']);

/** A file that was written to this recently may still be under way. */
const settleMilliseconds = 2_000;
/** What was found is stored after this time at the latest: somebody may be waiting for the first of the books. */
const storeMilliseconds = 400;

/** Of more new books than this the posters come later: decoding pictures takes ten times as long as the rest. */
const postersAtOnce = 10;

interface SeenVersion extends FileVersion {
  writtenAt: number;
}

type Options = Omit<AnalyzeOptions, 'dimensions'>;

interface Examined extends Outcome {
  /** Below the root. */
  path: string;
  isSettled: boolean;
}

async function optionsOf({ db, signal }: TaskContext, { limits }: AnalyzeDeps): Promise<Options> {
  return { limits, posterEdge: posterEdges[(await getSettings(db)).thumbnailSize], signal };
}

/** Opens the file of a book once: pages, metadata, poster. What is wrong with the file becomes the status of the book. */
export async function analyzeBook(
  context: TaskContext,
  { bookId }: Tasks['analyzeBook'],
  deps: AnalyzeDeps,
): Promise<void> {
  const { db, queue, lastAttempt, attempt } = context;
  const book = await Book.query(db).findById(bookId);
  const library = book && (await Library.query(db).findById(book.libraryId));
  if (!book || !library || book.deletedAt !== null) return;
  if (lastAttempt && attempt > 1) await expectCrash(context, bookId);
  const since = new Date();
  const found = await examine(context, book, library, await optionsOf(context, deps));
  if (found === null) return;
  if (!found.isSettled && !lastAttempt) throw new Error('The file is still being written');
  await storeAnalyses(context, [found]);
  await tellProgress(context, [found], since);
  // the scan sees another size or time than the one that was stored, and asks again
  if (!found.isSettled) await queue.submit('scanLibrary', { libraryId: library.id, deep: false }, { priority: 4 });
}

/**
 * The same for several books, stored together: a transaction for each costs ten times as much as opening a small archive.
 * When the first try ends without a word, perhaps with its process, each book becomes a task of its own, so that the one
 * that is to blame is found.
 */
export async function analyzeBooks(
  context: TaskContext,
  { bookIds }: Tasks['analyzeBooks'],
  deps: AnalyzeDeps,
): Promise<void> {
  const { db, queue, attempt, signal } = context;
  const books = await Book.query(db)
    .findByIds(bookIds)
    .where({ deletedAt: null })
    .whereIn('mediaStatus', ['UNKNOWN', 'OUTDATED'])
    .orderBy(['seriesId', 'number', 'id']);
  const alone = (ids: string[]) =>
    queue.submitMany(
      'analyzeBook',
      ids.map((bookId) => ({ bookId })),
    );
  if (attempt > 1) return alone(books.map(({ id }) => id));
  const libraries = new Map((await Library.query(db)).map((library) => [library.id, library]));
  const isMany = books.length > postersAtOnce;
  const options = { ...(await optionsOf(context, deps)), ...(isMany ? { posterEdge: null } : {}) };
  const unsettled: string[] = [];
  let found: Examined[] = [];
  let storedAt = performance.now();
  let since = new Date();
  const store = async () => {
    if (found.length > 0) await storeAnalyses(context, found);
    await tellProgress(context, found, since);
    found = [];
    storedAt = performance.now();
    since = new Date();
  };
  for (const book of books) {
    signal.throwIfAborted();
    const library = libraries.get(book.libraryId);
    const outcome = library && (await examine(context, book, library, options));
    if (outcome?.isSettled === true) found.push(outcome);
    if (outcome?.isSettled === false) unsettled.push(book.id);
    if (performance.now() - storedAt > storeMilliseconds) await store();
  }
  await store();
  await alone(unsettled);
}

/** For whoever watches; the books are stored already, so that nothing of them is lost if this fails. */
async function tellProgress({ db, log }: TaskContext, found: Examined[], since: Date): Promise<void> {
  for (const outcomes of groupBy(found, ({ library }) => library.id).values()) {
    const [first] = outcomes;
    if (first === undefined) continue;
    const failed = outcomes.filter(({ analysis }) => analysis.state.mediaStatus !== 'READY');
    const problems = failed.map(({ path, analysis }) => ({ name: path, code: analysis.state.mediaComment }));
    const { library, bookId } = first;
    await noteAnalyzed(db, { library, bookId, done: outcomes.length, problems, since }).catch((error: unknown) =>
      log.warn({ err: error }, 'the progress of an analysis could not be noted'),
    );
  }
}

/** What is in the file of a book, and whether nobody writes to it any more; null when there is no file. */
async function examine({ log }: TaskContext, book: Book, library: Library, options: Options): Promise<Examined | null> {
  const file = await locate(library, book);
  const before = file && (await versionOf(file, book));
  if (!file || !before) {
    // gone, or its disk is: the next scan decides which, and asks for analysis again
    log.info({ bookId: book.id }, 'the file of the book is not there');
    return null;
  }
  const analysis = await analyzeFile(file, { ...options, dimensions: library.analyzeDimensions });
  options.signal.throwIfAborted();
  const isSettled = await hasSettled(file, book, before, analysis);
  return { bookId: book.id, path: book.path, library, analysis, version: before, isSettled };
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
async function versionOf(file: string, book: Book): Promise<SeenVersion | null> {
  const stats = await stat(file).catch(() => null);
  if (stats === null) return null;
  if (!stats.isDirectory()) return versionWithVolumes(file, stats);
  return { size: book.fileSize, modifiedAt: book.fileModifiedAt.getTime(), writtenAt: stats.mtimeMs };
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
