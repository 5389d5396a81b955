import { isCoded, type ErrorCode } from '../base/errors';
import { hashFile } from '../media/hash';
import { Book } from '../model/book';
import { Library } from '../model/library';
import { emit } from '../queue/events';
import { beginOperation, type OngoingOperation } from '../queue/operations';
import type { TaskContext, Tasks } from '../queue/tasks';
import { settleMoves } from './file-move';
import { loadKnown, type Known, type KnownBook } from './known';
import { createReconciler, inBatches, type Reconciler, type ScanCounts } from './reconcile';
import { submitFileTasks } from './file-requests';
import { emptyTrash, removeEmptySets } from './trash';
import { submitHashes } from './unhashed';
import { findVanished, markUnavailable, rootIdentity, trash } from './vanished';
import { walk, type WalkProblem } from './walk';

export interface ScanResult extends ScanCounts {
  removed: number;
  problems: WalkProblem[];
}

/** Scans a library once: brings its rows in line with its files and submits what follows. */
export async function scanLibrary(
  context: TaskContext,
  { libraryId, deep }: Tasks['scanLibrary'],
): Promise<ScanResult | null> {
  const { db, log, lastAttempt } = context;
  const library = await Library.query(db).findById(libraryId);
  if (library === undefined) return null;
  const subject = { kind: 'scanLibrary', subjectId: libraryId, subjectName: library.name };
  const operation = await beginOperation(db, subject);
  const started = performance.now();
  try {
    const result = await scan(context, library, operation, deep);
    if (typeof result === 'string') {
      log.warn({ libraryId, reason: result }, 'library unavailable, nothing was changed');
      await markUnavailable(db, library, result);
      await operation.finish('failed', result);
      return null;
    }
    const { problems, ...counts } = result;
    log.info(
      { libraryId, ...counts, problems: problems.length, ms: Math.round(performance.now() - started) },
      'scanned',
    );
    await operation.finish('done');
    return result;
  } catch (error) {
    if (lastAttempt && !context.signal.aborted)
      await operation.finish('failed', isCoded(error) ? error.code : undefined);
    throw error;
  }
}

/** The result, or why the library is unavailable. */
async function scan(
  context: TaskContext,
  library: Library,
  operation: OngoingOperation,
  deep: boolean,
): Promise<ScanResult | ErrorCode> {
  const { db, signal } = context;
  const root = await rootIdentity(library.root);
  if (root !== null) await settleMoves(context, library);
  const known = await loadKnown(db, library.id);
  const books = [...known.books.values()];
  const live = books.filter(({ isDeleted }) => !isDeleted).length;
  const reconciler = createReconciler({ ...context, library, known, hash: (file) => hashFile(file, signal) });
  const problems: WalkProblem[] = [];
  const sink = {
    series: async (found: Parameters<Reconciler['add']>[0]) => {
      await reconciler.add(found);
      await operation.reportProgress({ done: reconciler.counts.books, total: live === 0 ? null : live });
    },
    problem: (problem: WalkProblem) => {
      problems.push(problem);
      operation.addProblem(problem.path, problem.code);
    },
  };
  try {
    await walk(library.root, library, sink, signal);
  } catch (error) {
    if (isCoded(error) && error.code === 'ERR_1016') return error.code;
    throw error;
  }
  // an unmounted share leaves an empty folder; one that goes away during the walk leaves another folder at its place
  if (root === null || (await rootIdentity(library.root)) !== root) return 'ERR_1016';
  if (reconciler.counts.books === 0 && live > 0) return 'ERR_2010';
  await reconciler.flush();
  const removed = await removeVanished(context, library, known, books, reconciler, problems);
  await finish(context, library, reconciler, deep);
  const total = reconciler.counts.books;
  await operation.reportProgress({ done: total, total });
  return { ...reconciler.counts, removed, problems };
}

async function removeVanished(
  { db, signal }: TaskContext,
  library: Library,
  known: Known,
  books: KnownBook[],
  { foundBooks, foundSeries }: Reconciler,
  problems: WalkProblem[],
): Promise<number> {
  signal.throwIfAborted();
  const unread = new Set(problems.map(({ path }) => path));
  const vanished = findVanished(known, books, { books: foundBooks, series: foundSeries, problems: unread });
  await trash(db, library.id, vanished);
  return vanished.books.length;
}

async function finish(context: TaskContext, library: Library, { pending }: Reconciler, deep: boolean): Promise<void> {
  const { db, queue } = context;
  await db.transaction(async (trx) => {
    const isBack = library.unavailableAt !== null;
    const now = new Date();
    await Library.query(trx)
      .findById(library.id)
      .patch({ lastScanAt: now, unavailableAt: null, unavailableReason: null });
    if (isBack) await emit(trx, { type: 'LibraryChanged', libraryId: library.id });
    const failed = deep ? await findFailed(context, library.id) : [];
    await queue.submitMany('analyzeBooks', inBatches(pending), { trx });
    const again = failed.map((bookId) => ({ bookId }));
    await queue.submitMany('analyzeBook', again, { trx });
    await submitHashes(queue, library, trx);
  });
  await submitFileTasks(context, library);
  if (library.emptyTrashAfterScan) await emptyTrash(context, { libraryId: library.id });
  else await removeEmptySets(db);
}

/** A deep scan tries files again that could not be read: the program may have learned their format meanwhile. */
async function findFailed({ db }: TaskContext, libraryId: string): Promise<string[]> {
  const rows = await Book.query(db)
    .select('id')
    .where({ libraryId, deletedAt: null })
    .whereIn('mediaStatus', ['ERROR', 'UNSUPPORTED']);
  return rows.map(({ id }) => id);
}
