import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Database } from '../db/database';
import type { Log } from '../base/log';

/** What changes files waits for the scans of its library, and they for it. */
interface OfFile {
  libraryId: string;
  bookId: string;
}

/** A file that becomes a book of a series, or takes the place of one. */
export interface ImportedBook {
  libraryId: string;
  seriesId: string;
  /** Absolute. */
  sourceFile: string;
  copyMode: 'MOVE' | 'COPY' | 'HARDLINK';
  upgradeBookId?: string;
  /** Without extension. */
  destinationName?: string;
}

/** What is done to each of many books when nothing else is left to do. */
export type BackgroundTask = 'hashBook' | 'hashBookKoreader' | 'hashBookPages' | 'findBarcode';

/** The catalogue of background work: a task without handler, or with a wrong payload, does not compile. */
export interface Tasks {
  scanLibrary: {
    libraryId: string;
    deep: boolean;
    /** Only what lies in this folder below the root. */
    folder?: string;
    /** So many books may have vanished without a question. */
    acceptVanished?: number;
  };
  analyzeBook: { bookId: string };
  /** Those that were never analysed or whose file changed; others are passed over. */
  analyzeBooks: { bookIds: string[] };
  generatePoster: { bookId: string };
  /** Of those that have none. */
  generatePosters: { bookIds: string[] };
  refreshBookMetadata: { bookId: string };
  /** The same for several, with the priority that the rest of them gets when the task gives way. */
  refreshBooks: { bookIds: string[]; priority: Priority };
  /** Pictures and descriptions that lie beside the books of these series. */
  refreshSidecars: { libraryId: string; seriesIds: string[] };
  refreshSeries: { seriesId: string };
  refreshSeriesTogether: { seriesIds: string[] };
  /** Read lists and collections that the files of new books name. */
  importSets: { bookIds: string[]; seriesIds: string[] };
  hashBook: { bookId: string };
  hashBookKoreader: { bookId: string };
  hashBookPages: { bookId: string };
  findBarcode: { bookId: string };
  /** One of these for each of the books: a task a book costs as much as reading a small book. */
  eachBook: { task: BackgroundTask; bookIds: string[] };
  /** The pages of these hashes; with `name` only those of that entry of the archive. */
  removeHashedPages: OfFile & { hashes: string[]; name?: string };
  emptyTrash: { libraryId: string };
  convertBook: OfFile;
  repairExtension: OfFile;
  deleteBookFile: OfFile;
  deleteSeriesFiles: { libraryId: string; seriesId: string };
  importBook: ImportedBook;
  analyzeTransientBook: { transientId: string };
  /** Metadata from providers: whatever of it is due. */
  enrich: Record<string, never>;
  /** Expired sessions and tokens, old activity, finished operations. */
  cleanUp: Record<string, never>;
}

export type TaskName = keyof Tasks;

/** 8 is done first (a person waits), 4 is what follows a scan, 0 is done when nothing else is left (Komga's scale). */
export type Priority = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export interface TaskRule<Payload> {
  /** Two submissions with one key are one task; a key submitted while its task runs is queued once more. */
  key(payload: Payload): string;
  /** Tasks of one group never run at the same time. */
  group?(payload: Payload): string;
  /**
   * Groups share this many lines, by hash; absent: one line a group. graphile-worker locks every line it knows whenever it
   * looks at a task with a line: 10,000 of them cost 9 ms and 560 KB of WAL a task, 32 of them 1.8 ms and 2 KB.
   */
  lines?: number;
  priority: Priority;
  /** How often it is tried, with exponential pauses, before it stays failed until an administrator decides. */
  attempts: number;
}

/** One at a time in each library. */
const inLibrary = { group: ({ libraryId }: { libraryId: string }) => `library:${libraryId}` };

const digestOf = (ids: string[]): string =>
  createHash('sha1')
    .update([...ids].sort().join())
    .digest('hex');

export const taskRules: { [T in TaskName]: TaskRule<Tasks[T]> } = {
  scanLibrary: {
    key: ({ libraryId, deep, folder, acceptVanished }) => {
      const kind = acceptVanished === undefined ? (deep ? 'deep' : 'normal') : 'accepted';
      return `scanLibrary:${libraryId}:${kind}${folder === undefined ? '' : `:${digestOf([folder])}`}`;
    },
    ...inLibrary,
    priority: 6,
    attempts: 5,
  },
  analyzeBooks: { key: ({ bookIds }) => `analyzeBooks:${digestOf(bookIds)}`, priority: 4, attempts: 3 },
  analyzeBook: { key: ({ bookId }) => `analyzeBook:${bookId}`, priority: 4, attempts: 3 },
  generatePosters: { key: ({ bookIds }) => `generatePosters:${digestOf(bookIds)}`, priority: 3, attempts: 3 },
  generatePoster: { key: ({ bookId }) => `generatePoster:${bookId}`, priority: 5, attempts: 3 },
  refreshBookMetadata: { key: ({ bookId }) => `refreshBookMetadata:${bookId}`, priority: 5, attempts: 3 },
  refreshBooks: { key: ({ bookIds }) => `refreshBooks:${digestOf(bookIds)}`, priority: 5, attempts: 3 },
  // a scan writes the same rows
  refreshSidecars: {
    key: ({ seriesIds }) => `refreshSidecars:${digestOf(seriesIds)}`,
    ...inLibrary,
    priority: 5,
    attempts: 3,
  },
  refreshSeriesTogether: {
    key: ({ seriesIds }) => `refreshSeriesTogether:${digestOf(seriesIds)}`,
    priority: 5,
    attempts: 5,
  },
  importSets: {
    key: ({ bookIds, seriesIds }) => `importSets:${digestOf([...bookIds, ...seriesIds])}`,
    priority: 4,
    attempts: 5,
  },
  refreshSeries: {
    key: ({ seriesId }) => `refreshSeries:${seriesId}`,
    group: ({ seriesId }) => `series:${seriesId}`,
    lines: 32,
    priority: 5,
    attempts: 5,
  },
  hashBook: { key: ({ bookId }) => `hashBook:${bookId}`, priority: 0, attempts: 3 },
  hashBookKoreader: { key: ({ bookId }) => `hashBookKoreader:${bookId}`, priority: 0, attempts: 3 },
  hashBookPages: { key: ({ bookId }) => `hashBookPages:${bookId}`, priority: 0, attempts: 3 },
  eachBook: { key: ({ task, bookIds }) => `eachBook:${task}:${digestOf(bookIds)}`, priority: 0, attempts: 3 },
  findBarcode: { key: ({ bookId }) => `findBarcode:${bookId}`, priority: 0, attempts: 2 },
  removeHashedPages: {
    key: ({ bookId, hashes, name }) => `removeHashedPages:${bookId}:${[...hashes].sort().join()}:${name ?? ''}`,
    ...inLibrary,
    priority: 1,
    attempts: 3,
  },
  emptyTrash: {
    key: ({ libraryId }) => `emptyTrash:${libraryId}`,
    ...inLibrary,
    priority: 6,
    attempts: 5,
  },
  convertBook: { key: ({ bookId }) => `convertBook:${bookId}`, ...inLibrary, priority: 1, attempts: 3 },
  repairExtension: { key: ({ bookId }) => `repairExtension:${bookId}`, ...inLibrary, priority: 2, attempts: 3 },
  deleteBookFile: { key: ({ bookId }) => `deleteBookFile:${bookId}`, ...inLibrary, priority: 8, attempts: 3 },
  importBook: {
    key: ({ seriesId, sourceFile }) => `importBook:${seriesId}:${sourceFile}`,
    ...inLibrary,
    priority: 8,
    attempts: 3,
  },
  analyzeTransientBook: { key: ({ transientId }) => `analyzeTransientBook:${transientId}`, priority: 8, attempts: 1 },
  deleteSeriesFiles: { key: ({ seriesId }) => `deleteSeriesFiles:${seriesId}`, ...inLibrary, priority: 8, attempts: 3 },
  // behind all that files ask for; one at a time, since the provider takes one request at a time
  enrich: { key: () => 'enrich', group: () => 'enrich', priority: 1, attempts: 5 },
  cleanUp: { key: () => 'cleanUp', priority: 0, attempts: 3 },
};

export interface SubmitOptions {
  priority?: Priority;
  /** The transaction whose commit makes the task real: a task about a row is never there without the row. */
  trx?: Knex.Transaction;
}

/** The durable queue in our words. The request's correlation id goes along. */
export interface Queue {
  submit<T extends TaskName>(task: T, payload: Tasks[T], options?: SubmitOptions): Promise<void>;
  /** One statement for any number of tasks. */
  submitMany<T extends TaskName>(task: T, payloads: Tasks[T][], options?: SubmitOptions): Promise<void>;
}

/** What a handler is given. Handlers are idempotent: a killed process runs its task again. */
export interface TaskContext {
  db: Database;
  queue: Queue;
  log: Log;
  /** Aborts when the process is asked to stop: finish the smallest unit and return or throw. */
  signal: AbortSignal;
  /** 1 on the first try. */
  attempt: number;
  /** True when no further try follows: leave the subject in a state that says so. */
  lastAttempt: boolean;
}

export type Handlers = { [T in TaskName]: (context: TaskContext, payload: Tasks[T]) => Promise<void> };
