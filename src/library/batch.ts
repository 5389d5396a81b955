import { stat } from 'node:fs/promises';
import path from 'node:path';
import { newId } from '../base/public-id';
import type { Database } from '../db/database';
import { newBookRow, newSeriesRow, type BookPlace } from './book-rows';
import { isSameSpelling, type Claim } from './identity';
import type { KnownBook } from './known';
import { inBookOrder } from './numbering';
import type { ComparedBook, ComparedSeries } from './scan-plan';
import type { FoundBook, FoundSeries } from './found';

export interface NewBook {
  file: FoundBook;
  row: ReturnType<typeof newBookRow>;
}

export interface BookChange {
  book: KnownBook;
  file: FoundBook;
  place: BookPlace;
  /** Other content: what analysis found is worth nothing. */
  isReplaced: boolean;
}

export interface SeriesChange {
  id: string;
  found: FoundSeries;
  /** Books came, went or changed: what Komga's "updated" lists are sorted by. */
  hasChangedBooks: boolean;
}

/** All that one transaction of a scan writes. */
export interface Batch {
  newSeries: ReturnType<typeof newSeriesRow>[];
  changedSeries: SeriesChange[];
  newBooks: NewBook[];
  changedBooks: BookChange[];
  /** Rows that change their path, of which others may be in the way. */
  movedBooks: KnownBook[];
  movedSeries: { id: string; path: string }[];
  /** Existing series whose books came or went, also those that books moved away from. */
  regrouped: Set<string>;
  /** Row of each file and each folder, for the pictures beside them. */
  bookIds: Map<FoundBook, string>;
  seriesIds: Map<FoundSeries, string>;
}

/** A series that was renamed or moved: most books of the new folder were its books, and its own folder is no more. */
async function findOwners(
  { db, libraryId, foundSeries }: PlanContext,
  compared: ComparedSeries[],
  claims: Map<FoundBook, Claim>,
): Promise<Map<ComparedSeries, string>> {
  const owners = new Map<ComparedSeries, string>();
  const wanted = compared.filter(({ known }) => known === null || known.isDeleted);
  for (const series of wanted) {
    const votes = new Map<string, number>();
    for (const { file } of series.books) {
      const from = claims.get(file)?.book.seriesId;
      if (from !== undefined) votes.set(from, (votes.get(from) ?? 0) + 1);
    }
    const [winner] = [...votes].sort(([, a], [, b]) => b - a);
    const isTaken = winner !== undefined && (foundSeries.has(winner[0]) || [...owners.values()].includes(winner[0]));
    if (winner && !isTaken && (await isHomeless(db, winner[0], { libraryId, path: series.found.path })))
      owners.set(series, winner[0]);
  }
  return owners;
}

async function isHomeless(
  db: Database,
  seriesId: string,
  place: { libraryId: string; path: string },
): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { root: string; path: string; libraryId: string }[] }>(
    'select l.root, s.path, l.id as "libraryId" from series s join library l on l.id = s.library_id where s.id = ?',
    [seriesId],
  );
  const [row] = rows;
  if (row === undefined) return false;
  // a share that knows no case has the folder under its old name too
  if (row.libraryId === place.libraryId && row.path !== place.path && isSameSpelling(row.path, place.path)) return true;
  // also of one in the trash: its folder may be found again in this very scan
  return stat(path.join(row.root, row.path)).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT' || error.code === 'ENOTDIR',
  );
}

export interface PlanContext {
  db: Database;
  libraryId: string;
  foundSeries: ReadonlySet<string>;
  at: string;
}

export async function planBatch(
  context: PlanContext,
  compared: ComparedSeries[],
  claims: Map<FoundBook, Claim>,
): Promise<Batch> {
  const { libraryId, at } = context;
  const owners = await findOwners(context, compared, claims);
  const batch: Batch = {
    ...{ newSeries: [], changedSeries: [], newBooks: [], changedBooks: [], movedBooks: [], movedSeries: [] },
    ...{ regrouped: new Set(), bookIds: new Map(), seriesIds: new Map() },
  };
  const claimed = new Set([...claims.values()].map(({ book }) => book.id));
  for (const series of compared) {
    const owner = owners.get(series);
    const existing = owner ?? series.known?.id;
    const id = existing ?? newId();
    batch.seriesIds.set(series.found, id);
    const isNew = existing === undefined;
    if (isNew) batch.newSeries.push(newSeriesRow(id, libraryId, series.found, at));
    if (owner !== undefined) batch.movedSeries.push({ id, path: series.found.path });
    const hasChangedBooks = planBooks(batch, series, { libraryId, seriesId: id, isNew, at, claimed }, claims);
    if (isNew) continue;
    batch.changedSeries.push({ id, found: series.found, hasChangedBooks: hasChangedBooks || owner !== undefined });
    if (hasChangedBooks) batch.regrouped.add(id);
  }
  return batch;
}

interface Target {
  libraryId: string;
  seriesId: string;
  isNew: boolean;
  at: string;
  /** Rows that were found at another place. */
  claimed: ReadonlySet<string>;
}

/** True when the series gained, lost or changed books. */
function planBooks(batch: Batch, series: ComparedSeries, target: Target, claims: Map<FoundBook, Claim>): boolean {
  const { found } = series;
  let hasChanged = false;
  // by path first, so that books of one name always come in the same order
  const inOrder = inBookOrder(series.books.map((book) => ({ ...book, name: book.file.name })).sort(byPath));
  for (const [index, compared] of inOrder.entries()) {
    const number = target.isNew ? index + 1 : 0;
    const place = { libraryId: target.libraryId, seriesId: target.seriesId, oneshot: found.oneshot, number };
    if (planBook(batch, compared, place, claims.get(compared.file), target)) hasChanged = true;
  }
  return hasChanged;
}

const byPath = (a: ComparedBook, b: ComparedBook) => (a.file.path < b.file.path ? -1 : 1);

function planBook(
  batch: Batch,
  compared: ComparedBook,
  place: BookPlace,
  claim: Claim | undefined,
  { at, claimed }: Target,
): boolean {
  const { file, state } = compared;
  // the row at this path may have gone with its content to another place
  const here = compared.here && !claimed.has(compared.here.id) ? compared.here : null;
  const book = claim?.book ?? here;
  if (book === null) {
    const row = newBookRow(file, place, at);
    batch.newBooks.push({ file, row });
    batch.bookIds.set(file, row.id);
    return true;
  }
  batch.bookIds.set(file, book.id);
  if (state === 'same') return false;
  batch.changedBooks.push({ book, file, place, isReplaced: claim ? claim.isReplaced === true : state === 'suspect' });
  if (claim) batch.movedBooks.push(book);
  if (book.seriesId !== place.seriesId) {
    batch.regrouped.add(book.seriesId);
    // a new series is numbered by its rows when some of them existed before
    batch.regrouped.add(place.seriesId);
  }
  return true;
}
