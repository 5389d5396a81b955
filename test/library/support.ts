import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '../../src/base/log';
import { createHandlers } from '../../src/library/handlers';
import { scanLibrary, type ScanResult } from '../../src/library/scan';
import { defaultLimits } from '../../src/media/limits';
import { Book } from '../../src/model/book';
import type { Library } from '../../src/model/library';
import { Series } from '../../src/model/series';
import { createQueue, migrateQueue } from '../../src/queue/queue';
import type { TaskContext } from '../../src/queue/tasks';
import { aLibrary } from '../support/builders';
import { useDatabase, type TestDatabase } from '../support/database';
import { until, whileRunning } from '../jobs/support';

export interface Shelf {
  library: Library;
  root: string;
  /** `readsBooks: false`: tasks read all new books, as those that are no plain archives. */
  scan(options?: { deep?: boolean; signal?: AbortSignal; readsBooks?: boolean }): Promise<ScanResult | null>;
  /** Scan, then everything that follows from it. */
  scanAll(): Promise<ScanResult | null>;
  books(): Promise<Book[]>;
  series(): Promise<Series[]>;
  book(path: string): Promise<Book>;
}

/** A database with a queue, and temporary folders that become libraries. */
export function useShelves() {
  const test = useDatabase();
  const folders: string[] = [];

  beforeAll(() => migrateQueue(test.url, silentLog()));
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  function newFolder(): string {
    const folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-shelf-'));
    folders.push(folder);
    return folder;
  }

  async function newShelf(options: Partial<Library> = {}): Promise<Shelf> {
    const root = options.root ?? newFolder();
    const library = await aLibrary(test.db, { importBarcodeIsbn: false, ...options, root });
    return shelfOf(test, library);
  }

  return { test, newFolder, newShelf, drain: () => drain(test), context: () => contextOf(test) };
}

export const contextOf = ({ db }: TestDatabase, signal = new AbortController().signal): TaskContext => ({
  ...{ db, queue: createQueue(db), log: silentLog(), signal, attempt: 1, lastAttempt: false },
});

export const handlers = createHandlers({ limits: defaultLimits });

/** Runs what is in the queue until nothing is due. */
export async function drain({ db, url }: TestDatabase): Promise<void> {
  await whileRunning({ url, db, handlers, concurrency: 2 }, () =>
    until(
      'the queue is empty',
      async () => {
        const { rows } = await db.raw<{ rows: unknown[] }>(
          `select 1 from graphile_worker.jobs where locked_at is not null or (attempts < max_attempts and run_at <= now()) limit 1`,
        );
        return rows.length === 0;
      },
      60_000,
    ),
  );
}

function shelfOf(test: TestDatabase, library: Library): Shelf {
  const { db } = test;
  const scan: Shelf['scan'] = ({ deep = false, signal, ...deps } = {}) =>
    scanLibrary(contextOf(test, signal), { libraryId: library.id, deep }, deps);
  return {
    ...{ library, root: library.root, scan },
    scanAll: async () => {
      const result = await scan();
      await drain(test);
      return result;
    },
    books: async () => Book.query(db).where({ libraryId: library.id }).orderBy(['path']),
    series: async () => Series.query(db).where({ libraryId: library.id }).orderBy(['path']),
    book: async (at) => Book.query(db).findOne({ libraryId: library.id, path: at }).throwIfNotFound(),
  };
}
