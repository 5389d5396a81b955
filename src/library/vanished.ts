import { stat } from 'node:fs/promises';
import type { Knex } from 'knex';
import type { ErrorCode } from '../base/errors';
import type { Database } from '../db/database';
import { Library } from '../model/library';
import { emit } from '../queue/events';
import type { Known, KnownBook, KnownSeries } from './known';
import { lockSeries } from './locks';

/** Which folder the root is: another one when a share was unmounted and only its mount point is left. */
export async function rootIdentity(root: string): Promise<string | null> {
  return stat(root).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => null,
  );
}

/** Nothing is trashed while a library is unavailable; the next scan that succeeds takes the mark away. */
export async function markUnavailable(db: Database, library: Library, reason: ErrorCode): Promise<void> {
  if (library.unavailableReason === reason) return;
  await db.transaction(async (trx) => {
    await Library.query(trx).findById(library.id).patch({ unavailableAt: new Date(), unavailableReason: reason });
    await emit(trx, { type: 'LibraryChanged', libraryId: library.id });
  });
}

/** True for what lies at or below a place that could not be read: nothing is known about it. */
function protection(problems: ReadonlySet<string>): (path: string) => boolean {
  if (problems.size === 0) return () => false;
  return (path) => {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (problems.has(path.slice(0, end))) return true;
    }
    return false;
  };
}

export interface Vanished {
  books: KnownBook[];
  series: KnownSeries[];
}

/** Rows whose files this scan should have found and did not. */
export function findVanished(
  known: Known,
  books: Iterable<KnownBook>,
  found: { books: ReadonlySet<string>; series: ReadonlySet<string>; problems: ReadonlySet<string> },
): Vanished {
  const isProtected = protection(found.problems);
  const isMissing = ({ path, isDeleted }: { path: string; isDeleted: boolean }) => !isDeleted && !isProtected(path);
  return {
    books: [...books].filter((book) => !found.books.has(book.id) && isMissing(book)),
    series: [...known.seriesById.values()].filter((series) => !found.series.has(series.id) && isMissing(series)),
  };
}

const chunk = 1_000;

/** Puts them into the trash. A row that another library's scan has taken over meanwhile is no longer ours. */
export async function trash(
  db: Database,
  libraryId: string,
  { books, series }: { books: Pick<KnownBook, 'id' | 'seriesId'>[]; series: { id: string }[] },
): Promise<void> {
  const at = new Date();
  for (let from = 0; from < books.length; from += chunk) {
    const some = books.slice(from, from + chunk);
    await db.transaction((trx) => trashBooks(trx, libraryId, some, at));
  }
  for (let from = 0; from < series.length; from += chunk) {
    const ids = series.slice(from, from + chunk).map(({ id }) => id);
    await db.transaction((trx) => trashSeries(trx, libraryId, ids, at));
  }
}

async function trashBooks(
  trx: Knex.Transaction,
  libraryId: string,
  books: Pick<KnownBook, 'id' | 'seriesId'>[],
  at: Date,
): Promise<void> {
  await lockSeries(
    trx,
    books.map((book) => book.seriesId),
  );
  const ids = books.map(({ id }) => id);
  const { rows } = await trx.raw<{ rows: { id: string; seriesId: string }[] }>(
    `update book set deleted_at = :at, modified_at = :at
     where id = any(:ids) and library_id = :libraryId and deleted_at is null returning id, series_id as "seriesId"`,
    { ids, libraryId, at },
  );
  const seriesIds = [...new Set(rows.map(({ seriesId }) => seriesId))];
  await trx('series').whereIn('id', seriesIds).update({ modifiedAt: at });
  await emit(
    trx,
    ...rows.map(({ id, seriesId }) => ({ type: 'BookChanged' as const, bookId: id, seriesId, libraryId })),
  );
  await emit(trx, ...seriesIds.map((seriesId) => ({ type: 'SeriesChanged' as const, seriesId, libraryId })));
}

async function trashSeries(trx: Knex.Transaction, libraryId: string, ids: string[], at: Date): Promise<void> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `update series set deleted_at = :at, modified_at = :at
     where id = any(:ids) and library_id = :libraryId and deleted_at is null
       and not exists (select 1 from book where book.series_id = series.id and book.deleted_at is null)
     returning id`,
    { ids, libraryId, at },
  );
  await emit(trx, ...rows.map(({ id }) => ({ type: 'SeriesChanged' as const, seriesId: id, libraryId })));
}
