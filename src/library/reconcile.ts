import path from 'node:path';
import { emit, type ServerEvent } from '../queue/events';
import type { TaskContext } from '../queue/tasks';
import type { MediaLimits } from '../media/limits';
import type { Library } from '../model/library';
import type { Series } from '../model/series';
import { readArtwork, writeArtwork, type ArtworkChange, type ArtworkOwner } from './artwork';
import { planBatch, type Batch } from './batch';
import { submitForBooks } from './analysis-follow-up';
import type { StoredOutcome } from './analysis-outcome';
import { writeBatch } from './batch-write';
import { completeSeries, createFirstReading, type Readings } from './first-reading';
import { createIdentity } from './identity';
import type { Known, KnownBook } from './known';
import { bookNameOf } from './book-files';
import { submitRefreshes } from './refresh-book';
import { updateRows } from './rows';
import { compare, type ComparedSeries } from './scan-plan';
import { readSeriesJson } from './series-json';
import { submitSets } from './import-sets';
import type { FoundSeries } from './found';

/** Rows in one transaction: small enough that the first books are analysed while the scan goes on. */
const batchSize = 500;

export interface Changes {
  added: number;
  changed: number;
  moved: number;
  restored: number;
}

export interface ScanCounts extends Changes {
  series: number;
  books: number;
}

export interface Reconciler {
  add(found: FoundSeries): Promise<void>;
  /** Folders that are as the database says, with all of their books: there is nothing to do. */
  addSame(paths: string[]): void;
  /** Writes what is left. */
  finish(): Promise<void>;
  /** Waits for what is being written, however that ends: to be called when the scan fails. */
  settle(): Promise<void>;
  counts: Changes;
  foundBooks: ReadonlySet<string>;
  foundSeries: ReadonlySet<string>;
  /** Found as they were, but never analysed: their task may have been lost with a killed process. */
  pending: string[];
  /** New books that were read already. */
  readBooks: string[];
}

interface Options extends Pick<TaskContext, 'db' | 'queue' | 'signal'> {
  library: Library;
  /** Of books that are read as they are found; null: tasks read all of them. */
  limits: MediaLimits | null;
  /** The folder that is looked through; '' is the whole library. */
  within: string;
  known: Known;
  hash: (file: string) => Promise<string>;
}

/** Brings the rows of a library in line with what a walk finds, a batch of series at a time (docs/decisions/0006). */
export function createReconciler({ db, queue, library, within, known, hash, limits, signal }: Options): Reconciler {
  const books: readonly KnownBook[] = [...known.books.values()];
  const foundBooks = new Set<string>();
  const foundSeries = new Set<string>();
  const pending: string[] = [];
  const counts: Changes = { added: 0, changed: 0, moved: 0, restored: 0 };
  const identity = { db, libraryId: library.id, root: library.root, within, books, found: foundBooks, hash };
  const claim = createIdentity(identity);
  const readFirst = limits && createFirstReading({ library, limits, signal });
  const readBooks: string[] = [];
  /** The batch before: it is written while the next one is read. */
  let writing: Promise<void> = Promise.resolve();
  let waiting: ComparedSeries[] = [];
  let size = 0;

  async function add(found: FoundSeries): Promise<void> {
    const compared = compare(found, known, library);
    for (const { state, here } of compared.books) {
      if (here === null || state === 'suspect') continue;
      foundBooks.add(here.id);
      if (here.isPending) pending.push(here.id);
    }
    if (compared.known && !compared.known.isDeleted) foundSeries.add(compared.known.id);
    if (compared.isSame) return;
    waiting.push(compared);
    size += 1 + compared.books.length;
    if (size >= batchSize) await flush();
  }

  function addSame(paths: string[]): void {
    const ids = new Set(paths.map((path) => known.series.get(path)?.id ?? ''));
    for (const id of ids) foundSeries.add(id);
    for (const book of known.books.values()) if (ids.has(book.seriesId) && !book.isDeleted) foundBooks.add(book.id);
  }

  async function flush(): Promise<void> {
    if (waiting.length === 0) return;
    const series = waiting;
    waiting = [];
    size = 0;
    const now = new Date();
    const at = now.toISOString();
    const suspects = series.flatMap((one) => one.books.filter(({ state }) => state === 'suspect'));
    const claims = await claim(suspects);
    // where books move, the plan depends on what became of the rows before
    if (claims.size > 0) await writing;
    const batch = await planBatch({ db, libraryId: library.id, foundSeries, at }, series, claims);
    note(batch);
    const artwork = library.importLocalArtwork
      ? await readArtwork(library.root, artworkOwners(series, batch, known))
      : [];
    const described = await readSeriesJson(library.root, series);
    const seriesJson = new Map(described.map((change) => [batch.seriesIds.get(change.found) ?? '', change.seriesJson]));
    const readings: Readings = (await readFirst?.(batch.newBooks, now)) ?? new Map();
    readBooks.push(...readings.keys());
    const prepared = { batch, artwork, seriesJson, readings, at };
    await writing;
    writing = write(prepared);
    // heard of when the next batch waits for this one, or the end does
    writing.catch(() => undefined);
  }

  /** What will be written is known from now on: a later folder may hold a file that swapped places with one of these. */
  function note(batch: Batch): void {
    for (const id of batch.seriesIds.values()) foundSeries.add(id);
    for (const { book } of batch.changedBooks) foundBooks.add(book.id);
    remember(batch, known, counts);
  }

  async function write({ batch, artwork, seriesJson, readings, at }: Prepared): Promise<void> {
    const complete = completeSeries(library, batch, readings, seriesJson);
    const outcomes = [...readings.values()];
    await db.transaction(async (trx) => {
      await writeBatch(trx, library.id, batch, { at, readings, complete });
      const left = [...seriesJson].filter(([id]) => !complete.has(id));
      await updateRows(
        trx,
        'series',
        { series_json: 'jsonb' },
        left.map(([id, series_json]) => ({ id, series_json })),
      );
      const events = await writeArtwork(trx, artwork, at);
      await queue.submitMany('analyzeBooks', inBatches(toAnalyze(batch, readings)), { trx });
      await queue.submitMany('refreshSeries', toRefresh(batch, left), { trx });
      if (library.parseNames) await submitRefreshes(trx, queue, toReadAnew(batch), 4);
      await submitForBooks(trx, queue, outcomes);
      await submitSets(trx, queue, outcomes.filter(namesLists), complete);
      await emit(trx, ...eventsOf(library.id, batch), ...events);
    });
  }

  const finish = async (): Promise<void> => {
    await flush();
    await writing;
  };
  const settle = () => writing.catch(() => undefined);
  return { add, addSame, finish, settle, counts, foundBooks, foundSeries, pending, readBooks };
}

/** Whether a book may name read lists: to look at all that its ComicInfo says once more costs as much as reading it. */
const namesLists = ({ analysis: { comicInfo } }: StoredOutcome): boolean =>
  comicInfo !== null && (comicInfo.alternateSeries !== null || comicInfo.storyArc !== null);

/** A batch with all that is to be written of it. */
interface Prepared {
  batch: Batch;
  artwork: ArtworkChange[];
  seriesJson: ReadonlyMap<string, Series['seriesJson']>;
  readings: Readings;
  at: string;
}

/** Books of one task, in the order of the scan: mostly those of one series. */
const analyzedTogether = 50;

export const inBatches = (bookIds: string[]): { bookIds: string[] }[] =>
  Array.from({ length: Math.ceil(bookIds.length / analyzedTogether) }, (_, index) => ({
    bookIds: bookIds.slice(index * analyzedTogether, (index + 1) * analyzedTogether),
  }));

function toAnalyze({ newBooks, changedBooks }: Batch, readings: Readings): string[] {
  const changed = changedBooks.filter(({ isReplaced, book }) => isReplaced || book.isPending);
  const unread = newBooks.map(({ row }) => row.id).filter((id) => !readings.has(id));
  return [...unread, ...changed.map(({ book }) => book.id)];
}

/** Where names count: same content under another name. */
const toReadAnew = ({ changedBooks }: Batch): { bookId: string }[] =>
  changedBooks
    .filter(({ book, file, isReplaced }) => !isReplaced && bookNameOf(path.posix.basename(book.path)) !== file.name)
    .map(({ book }) => ({ bookId: book.id }));

/** Where nothing will be analysed, nobody else would bring the series in line with its books. */
function toRefresh({ regrouped, changedSeries }: Batch, described: [string, unknown][]): { seriesId: string }[] {
  const ids = [...regrouped, ...changedSeries.map(({ id }) => id), ...described.map(([id]) => id)];
  return [...new Set(ids)].map((seriesId) => ({ seriesId }));
}

function eventsOf(libraryId: string, batch: Batch): ServerEvent[] {
  const { newSeries, changedSeries, newBooks, changedBooks } = batch;
  return [
    ...newSeries.map((row) => ({ type: 'SeriesAdded' as const, seriesId: row.id, libraryId })),
    ...newBooks.map(({ row }) => ({
      ...{ type: 'BookAdded' as const, bookId: row.id, seriesId: row.series_id, libraryId },
    })),
    ...changedBooks.map(({ book, place: { seriesId } }) => ({
      ...{ type: 'BookChanged' as const, bookId: book.id, seriesId, libraryId },
    })),
    ...changedSeries.map(({ id }) => ({ type: 'SeriesChanged' as const, seriesId: id, libraryId })),
  ];
}

/** Who has pictures beside it, or had. */
function artworkOwners(series: ComparedSeries[], batch: Batch, known: Known): ArtworkOwner[] {
  return series.flatMap(({ found, books: compared }) => {
    const seriesId = batch.seriesIds.get(found) ?? '';
    const knownOf = (id: string) => known.artwork.get(id) ?? [];
    const own = {
      kind: 'series_id' as const,
      id: seriesId,
      seriesId,
      files: found.artwork,
      known: knownOf(seriesId),
    };
    const ofBooks = compared.map(({ file }) => {
      const id = batch.bookIds.get(file) ?? '';
      return { kind: 'book_id' as const, id, seriesId, files: file.artwork, known: knownOf(id) };
    });
    return [own, ...ofBooks];
  });
}

function remember(batch: Batch, known: Known, counts: Changes): void {
  counts.added += batch.newBooks.length;
  counts.moved += batch.movedBooks.length;
  for (const { book, file, isReplaced } of batch.changedBooks) {
    if (isReplaced) counts.changed++;
    if (book.isDeleted) counts.restored++;
    if (known.books.get(book.path)?.id === book.id) known.books.delete(book.path);
    known.books.set(file.path, book);
  }
}
