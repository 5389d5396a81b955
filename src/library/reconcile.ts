import { emit, type ServerEvent } from '../queue/events';
import type { TaskContext } from '../queue/tasks';
import type { Library } from '../model/library';
import { readArtwork, writeArtwork, type ArtworkOwner } from './artwork';
import { planBatch, type Batch } from './batch';
import { writeBatch } from './batch-write';
import { createIdentity } from './identity';
import type { Known, KnownBook } from './known';
import { updateRows } from './rows';
import { compare, type ComparedSeries } from './scan-plan';
import { readSeriesJson } from './series-json';
import type { FoundSeries } from './walk';

/** Rows in one transaction: small enough that the first books are analysed while the scan goes on. */
const batchSize = 500;

export interface ScanCounts {
  series: number;
  books: number;
  added: number;
  changed: number;
  moved: number;
  restored: number;
}

export interface Reconciler {
  add(found: FoundSeries): Promise<void>;
  flush(): Promise<void>;
  counts: ScanCounts;
  foundBooks: ReadonlySet<string>;
  foundSeries: ReadonlySet<string>;
  /** Found as they were, but never analysed: their task may have been lost with a killed process. */
  pending: string[];
}

interface Options extends Pick<TaskContext, 'db' | 'queue'> {
  library: Library;
  known: Known;
  hash: (file: string) => Promise<string>;
}

/** Brings the rows of a library in line with what a walk finds, a batch of series at a time (docs/decisions/0006). */
export function createReconciler({ db, queue, library, known, hash }: Options): Reconciler {
  const books: readonly KnownBook[] = [...known.books.values()];
  const foundBooks = new Set<string>();
  const foundSeries = new Set<string>();
  const pending: string[] = [];
  const counts: ScanCounts = { series: 0, books: 0, added: 0, changed: 0, moved: 0, restored: 0 };
  const identity = { db, libraryId: library.id, root: library.root, books, found: foundBooks, hash };
  const claim = createIdentity(identity);
  let waiting: ComparedSeries[] = [];
  let size = 0;

  async function add(found: FoundSeries): Promise<void> {
    const compared = compare(found, known, library);
    counts.series++;
    counts.books += found.books.length;
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

  async function flush(): Promise<void> {
    if (waiting.length === 0) return;
    const series = waiting;
    waiting = [];
    size = 0;
    const at = new Date().toISOString();
    const suspects = series.flatMap((one) => one.books.filter(({ state }) => state === 'suspect'));
    const claims = await claim(suspects);
    const batch = await planBatch({ db, libraryId: library.id, foundSeries, at }, series, claims);
    const artwork = library.importLocalArtwork
      ? await readArtwork(library.root, artworkOwners(series, batch, known))
      : [];
    const described = await readSeriesJson(library.root, series);
    const seriesJson = described.map((change) => ({
      id: batch.seriesIds.get(change.found),
      series_json: change.seriesJson,
    }));
    await db.transaction(async (trx) => {
      await writeBatch(trx, library.id, batch, at);
      await updateRows(trx, 'series', { series_json: 'jsonb' }, seriesJson);
      const events = await writeArtwork(trx, artwork, at);
      await queue.submitMany('analyzeBooks', inBatches(toAnalyze(batch)), { trx });
      await queue.submitMany('refreshSeries', toRefresh(batch, seriesJson), { trx });
      await emit(trx, ...eventsOf(library.id, batch), ...events);
    });
    for (const id of batch.seriesIds.values()) foundSeries.add(id);
    for (const { book } of batch.changedBooks) foundBooks.add(book.id);
    remember(batch, known, counts);
  }

  return { add, flush, counts, foundBooks, foundSeries, pending };
}

/** Books of one task, in the order of the scan: mostly those of one series. */
const analyzedTogether = 50;

export const inBatches = (bookIds: string[]): { bookIds: string[] }[] =>
  Array.from({ length: Math.ceil(bookIds.length / analyzedTogether) }, (_, index) => ({
    bookIds: bookIds.slice(index * analyzedTogether, (index + 1) * analyzedTogether),
  }));

function toAnalyze({ newBooks, changedBooks }: Batch): string[] {
  const changed = changedBooks.filter(({ isReplaced, book }) => isReplaced || book.isPending);
  return [...newBooks.map(({ id }) => id), ...changed.map(({ book }) => book.id)];
}

/** Where nothing will be analysed, nobody else would bring the series in line with its books. */
function toRefresh(
  { regrouped, changedSeries }: Batch,
  described: { id: string | undefined }[],
): { seriesId: string }[] {
  const ids = [...regrouped, ...[...changedSeries, ...described].map(({ id }) => id ?? '')];
  return [...new Set(ids)].map((seriesId) => ({ seriesId }));
}

function eventsOf(libraryId: string, batch: Batch): ServerEvent[] {
  const { newSeries, changedSeries, newBooks, changedBooks } = batch;
  return [
    ...newSeries.map((row) => ({ type: 'SeriesAdded' as const, seriesId: row.id, libraryId })),
    ...newBooks.map((row) => ({
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

/** What was written is known from now on: a later folder may hold a file that swapped places with one of these. */
function remember(batch: Batch, known: Known, counts: ScanCounts): void {
  counts.added += batch.newBooks.length;
  counts.moved += batch.movedBooks.length;
  for (const { book, file, isReplaced } of batch.changedBooks) {
    if (isReplaced) counts.changed++;
    if (book.isDeleted) counts.restored++;
    if (known.books.get(book.path)?.id === book.id) known.books.delete(book.path);
    known.books.set(file.path, book);
  }
}
