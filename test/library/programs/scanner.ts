import { silentLog } from '../../../src/base/log';
import { openDatabase } from '../../../src/db/database';
import { analyzeBooks } from '../../../src/library/analyze';
import { convertBook } from '../../../src/library/convert-book';
import { hashBook } from '../../../src/library/hash-book';
import { refreshSeries } from '../../../src/library/refresh-series';
import { repairExtension } from '../../../src/library/repair-extension';
import { scanLibrary } from '../../../src/library/scan';
import { defaultLimits } from '../../../src/media/limits';
import { Book } from '../../../src/model/book';
import { Series } from '../../../src/model/series';
import { createQueue } from '../../../src/queue/queue';
import type { TaskContext } from '../../../src/queue/tasks';
import { interrupted, type Moment } from '../interrupted';

/** What a test says to the process, as JSON: its database, and then what to do. */
export interface ScannerOptions {
  database: string;
}

export interface ScannerOrder {
  libraryId: string;
  /** Only this file is given its right extension, or packed anew; without it the library is scanned and its books read. */
  repair?: string;
  convert?: string;
  /** Ends the process as a power cut would. */
  diesWhen?: Moment;
}

const deps = { limits: defaultLimits };

const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
};

async function work(given: TaskContext, { libraryId, repair, convert, diesWhen }: ScannerOrder): Promise<void> {
  const db = diesWhen ? interrupted(given.db, diesWhen, die) : given.db;
  const context = { ...given, db };
  if (convert !== undefined) return convertBook(context, { libraryId, bookId: convert }, deps);
  if (repair !== undefined) return repairExtension(context, { libraryId, bookId: repair });
  await scanLibrary(context, { libraryId, deep: false });
  const books = () => Book.query(db).select('id').where({ libraryId, deletedAt: null });
  const pending = await books().whereIn('mediaStatus', ['UNKNOWN', 'OUTDATED']);
  await analyzeBooks(context, { bookIds: pending.map(({ id }) => id) }, deps);
  for (const { id } of await books().where({ fileHash: '' })) await hashBook(context, { bookId: id });
  for (const { id } of await Series.query(db).where({ libraryId })) await refreshSeries(context, { seriesId: id });
}

/** A worker to be killed in the middle of its work. */
async function main({ database }: ScannerOptions): Promise<void> {
  const log = silentLog();
  const db = await openDatabase(database, { log });
  const signal = new AbortController().signal;
  const context = { db, queue: createQueue(db), log, signal, attempt: 1, lastAttempt: false };
  process.on('message', (order: ScannerOrder) => {
    process.send?.('begun');
    work(context, order).then(
      () => process.send?.('done'),
      (error: unknown) => process.send?.(String(error)),
    );
  });
  process.send?.('ready');
}

void main(JSON.parse(process.argv[2] ?? '{}') as ScannerOptions);
