import { isCoded, type ErrorCode } from '../base/errors';
import { hashFile } from '../media/hash';
import { defaultLimits, type MediaLimits } from '../media/limits';
import { Book } from '../model/book';
import { Library } from '../model/library';
import { emit } from '../queue/events';
import { beginOperation, type OngoingOperation, type Progress } from '../queue/operations';
import type { TaskContext, Tasks } from '../queue/tasks';
import { submitFileTasks } from './file-requests';
import { settleMoves } from './file-move';
import { submitScan } from './scan-request';
import { startComparing, type Comparing, type Detail } from './comparing';
import { inherit } from './heirs';
import type { Known, KnownBook } from './known';
import { createReconciler, inBatches, type Reconciler, type ScanCounts } from './reconcile';
import { submitPosters } from './missing-posters';
import { emptyTrash, removeEmptySets } from './trash';
import { submitHashes } from './unhashed';
import { closeQuestions, mustAsk } from './vanish-guard';
import { findVanished, markUnavailable, rootIdentity, trash, type Vanished } from './vanished';
import type { FoundSeries } from './found';
import { findStart, walk, walkFolder, type WalkProblem } from './walk';

export interface ScanResult extends ScanCounts {
  removed: number;
  /** Books that are gone and stay as they are until a person has decided. */
  questioned: number;
  problems: WalkProblem[];
}

type Payload = Tasks['scanLibrary'];

const manyBooks = 1_000;

export interface ScanDeps {
  /** Of books that are read as they are found. */
  limits?: MediaLimits;
  /** False: tasks read all of them. */
  readsBooks?: boolean;
}

/** Scans a library, or a folder of it, once: brings its rows in line with its files and submits what follows. */
export async function scanLibrary(
  context: TaskContext,
  payload: Payload,
  deps: ScanDeps = {},
): Promise<ScanResult | null> {
  const { db, log, lastAttempt } = context;
  const { libraryId } = payload;
  const library = await Library.query(db).findById(libraryId);
  if (library === undefined) return null;
  const operation = payload.folder === undefined ? await begin(context, library) : null;
  const started = performance.now();
  try {
    const result = await scan(context, library, { payload, operation, deps });
    if (typeof result === 'string') {
      log.warn({ libraryId, reason: result }, 'library unavailable, nothing was changed');
      await markUnavailable(db, library, result);
      await operation?.finish('failed', result);
      return null;
    }
    const { problems, ...counts } = result;
    log.info(
      { libraryId, ...counts, problems: problems.length, ms: Math.round(performance.now() - started) },
      'scanned',
    );
    await conclude(context, library, operation, result);
    return result;
  } catch (error) {
    if (lastAttempt && !context.signal.aborted)
      await operation?.finish('failed', isCoded(error) ? error.code : undefined);
    throw error;
  }
}

const begin = ({ db }: TaskContext, { id, name }: Library): Promise<OngoingOperation> =>
  beginOperation(db, { kind: 'scanLibrary', subjectId: id, subjectName: name });

async function conclude(
  { db, log, queue }: TaskContext,
  library: Library,
  operation: OngoingOperation | null,
  { questioned }: ScanResult,
): Promise<void> {
  const { id: libraryId } = library;
  if (questioned > 0) log.warn({ libraryId, questioned }, 'many books are gone, somebody has to decide about them');
  await operation?.finish(questioned > 0 ? 'waiting' : 'done', questioned > 0 ? 'ERR_2013' : undefined);
  if (operation) return closeQuestions(db, libraryId, operation.id);
  // a folder has no operation that could ask: the whole library is looked through, and asks
  if (questioned > 0) await db.transaction((trx) => submitScan(trx, queue, library));
}

interface Running {
  payload: Payload;
  operation: OngoingOperation | null;
  deps: ScanDeps;
}

/** The result, or why the library is unavailable. */
async function scan(
  context: TaskContext,
  library: Library,
  { payload, operation, deps: { limits = defaultLimits, readsBooks = true } }: Running,
): Promise<ScanResult | ErrorCode> {
  const { db, signal } = context;
  const root = await rootIdentity(library.root);
  if (root !== null) await settleMoves(context, library);
  const hash = (file: string) => hashFile(file, signal);
  const { folder = null } = payload;
  const start = folder === null ? '' : await findStart(library.root, folder, library);
  const open = (known: Known) =>
    createReconciler({ ...context, library, within: start, known, hash, limits: readsBooks ? limits : null });
  const comparing = await startComparing({ db, library, folder: folder === null ? null : start, open });
  try {
    const round = { library, payload, operation, comparing, problems: [] };
    const within = await look(context, round, folder === null ? null : start);
    // an unmounted share leaves an empty folder; one that goes away during the walk leaves another folder at its place
    if (within === null || root === null || (await rootIdentity(library.root)) !== root) return 'ERR_1016';
    const live = await comparing.live();
    if (within === '' && comparing.counts.books === 0 && live > 0) return 'ERR_2010';
    const detail = await comparing.finish();
    return await settleVanished(context, { ...round, within, live, detail });
  } finally {
    await comparing.settle();
  }
}

interface Round {
  library: Library;
  payload: Payload;
  operation: OngoingOperation | null;
  comparing: Comparing;
  problems: WalkProblem[];
}

/** Walks the library or a folder of it, and tells where it began; null when the root cannot be read. */
async function look(
  { signal }: TaskContext,
  { library, operation, comparing, problems }: Round,
  folder: string | null,
): Promise<string | null> {
  const { report, settled } = reportBeside(operation);
  const sink = {
    series: async (found: FoundSeries) => {
      await comparing.add(found);
      const live = comparing.liveSoFar;
      report({ done: comparing.counts.books, total: live === 0 ? null : live });
    },
    problem: (problem: WalkProblem) => {
      problems.push(problem);
      operation?.addProblem(problem.path, problem.code);
    },
  };
  try {
    if (folder !== null) return await walkFolder(library.root, folder, library, sink, signal);
    await walk(library.root, library, sink, signal);
    return '';
  } catch (error) {
    if (isCoded(error) && error.code === 'ERR_1016') return null;
    throw error;
  } finally {
    await settled();
  }
}

/** Nobody waits until progress is on the disk, which takes as long as thirty books; what is told meanwhile goes with the next. */
function reportBeside(operation: OngoingOperation | null) {
  let writing: Promise<void> | null = null;
  const report = (progress: Progress): void => {
    writing ??= (operation?.reportProgress(progress) ?? Promise.resolve())
      // a database that takes no progress takes no books either, and that is heard of
      .catch(() => undefined)
      .finally(() => (writing = null));
  };
  return { report, settled: async () => writing };
}

interface Looked extends Round {
  within: string;
  live: number;
  /** Null: everything is as it was. */
  detail: Detail | null;
}

/** Puts what is gone into the trash, or asks about it, and submits what follows from the scan. */
async function settleVanished(context: TaskContext, looked: Looked): Promise<ScanResult> {
  const { library, payload, operation, comparing, problems, within, live, detail } = looked;
  const { db, signal } = context;
  const gone = detail ? vanishedWithin(within, detail, problems) : { books: [], series: [] };
  const hash = (file: string) => hashFile(file, signal);
  const vanished = { ...gone, books: await inherit({ ...context, hash }, library, gone.books) };
  const loss = { vanished: vanished.books.length, live, accepted: payload.acceptVanished ?? 0 };
  const questioned = mustAsk(library, loss) ? vanished.books : [];
  signal.throwIfAborted();
  if (questioned.length === 0) await trash(db, library.id, vanished);
  const counts = comparing.counts;
  // until the database looks by itself, a minute later, it takes the tables for empty and plans accordingly: statements that take
  // milliseconds then take half a minute
  if (counts.added >= manyBooks) await db.raw('analyze series, book, book_media');
  await finish(context, library, detail?.reconciler ?? null, payload);
  const isNew = questioned.length > Math.max(0, library.vanishDeclined);
  if (questioned.length > 0 && isNew) await tell(operation, questioned, live);
  else await operation?.reportProgress({ done: counts.books, total: counts.books });
  if (questioned.length === 0 && library.vanishDeclined > 0 && within === '') await forgetAnswer(context, library);
  const removed = questioned.length === 0 ? vanished.books.length : 0;
  return { ...counts, removed, questioned: isNew ? questioned.length : 0, problems };
}

/** Nothing is known of what lies outside of the folder that was looked through. */
function vanishedWithin(
  within: string,
  { known, books, reconciler: { foundBooks, foundSeries } }: Detail,
  problems: WalkProblem[],
): Vanished {
  const unread = new Set(problems.map(({ path }) => path));
  const vanished = findVanished(known, books, { books: foundBooks, series: foundSeries, problems: unread });
  if (within === '') return vanished;
  const isWithin = ({ path }: { path: string }) => path === within || path.startsWith(`${within}/`);
  return { books: vanished.books.filter(isWithin), series: vanished.series.filter(isWithin) };
}

/** The question: how many of how many are gone, and the first of them by name. */
async function tell(operation: OngoingOperation | null, gone: KnownBook[], live: number): Promise<void> {
  for (const { path } of gone) operation?.addProblem(path, 'ERR_1018');
  await operation?.reportProgress({ done: gone.length, total: live });
}

const forgetAnswer = async ({ db }: TaskContext, { id }: Library): Promise<void> => {
  await Library.query(db).findById(id).patch({ vanishDeclined: 0 });
};

async function finish(
  context: TaskContext,
  library: Library,
  reconciler: Reconciler | null,
  { deep, folder }: Payload,
): Promise<void> {
  const { db, queue } = context;
  const { pending, readBooks } = reconciler ?? { pending: [], readBooks: [] };
  await db.transaction(async (trx) => {
    const isBack = library.unavailableAt !== null;
    const isWhole = folder === undefined;
    await Library.query(trx)
      .findById(library.id)
      .patch({ ...(isWhole ? { lastScanAt: new Date() } : {}), unavailableAt: null, unavailableReason: null });
    if (isBack) await emit(trx, { type: 'LibraryChanged', libraryId: library.id });
    const failed = deep ? await findFailed(context, library.id) : [];
    await queue.submitMany('analyzeBooks', inBatches(pending), { trx });
    const again = failed.map((bookId) => ({ bookId }));
    await queue.submitMany('analyzeBook', again, { trx });
    if (isWhole) await submitHashes(queue, library, trx);
    await submitPosters(trx, queue, isWhole ? library : { bookIds: readBooks });
  });
  if (folder !== undefined) return;
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
