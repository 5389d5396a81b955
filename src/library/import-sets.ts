import type { Knex } from 'knex';
import { groupBy } from '../base/group-by';
import type { Database } from '../db/database';
import { bookPatchFromComicInfo } from '../metadata/book-patch';
import { combineSeriesPatches } from '../metadata/combine-series';
import type { ComicInfo } from '../metadata/comic-info';
import { seriesPatchFromComicInfo } from '../metadata/series-patch';
import { emit } from '../queue/events';
import type { Queue, TaskContext, Tasks } from '../queue/tasks';
import type { StoredOutcome } from './analysis-outcome';
import { joinCollections, joinReadLists } from './imported-sets';

interface Named {
  id: string;
  comicInfo: ComicInfo;
}

/** The read lists that a book names. */
export const listsOf = (comicInfo: ComicInfo | null) =>
  (comicInfo && bookPatchFromComicInfo(comicInfo).readLists) ?? [];

/** Asks for read lists and collections that new books name, where there are any. */
export async function submitSets(
  trx: Knex.Transaction,
  queue: Queue,
  outcomes: StoredOutcome[],
  series: ReadonlyMap<string, { collections: string[] }>,
): Promise<void> {
  const books = outcomes.filter(
    ({ library, analysis: { comicInfo } }) => library.importComicInfoReadList && listsOf(comicInfo).length > 0,
  );
  const bookIds = books.map(({ bookId }) => bookId);
  const seriesIds = [...series].filter(([, { collections }]) => collections.length > 0).map(([id]) => id);
  if (bookIds.length + seriesIds.length > 0) await queue.submit('importSets', { bookIds, seriesIds }, { trx });
}

/**
 * Puts books into the read lists, and series into the collections, that their files name; opens no file. Each on its own: sets
 * are shared, and those who hold several of them would wait for each other in a circle.
 */
export async function importSets({ db }: TaskContext, { bookIds, seriesIds }: Tasks['importSets']): Promise<void> {
  for (const { id, comicInfo } of await comicInfosOf(db, bookIds, 'b.id')) {
    const entries = listsOf(comicInfo);
    await db.transaction(async (trx) => {
      if (await isThere(trx, 'book', id)) await emit(trx, ...(await joinReadLists(trx, id, entries)));
    });
  }
  const bySeries = groupBy(await comicInfosOf(db, seriesIds, 'b.series_id'), ({ id }) => id);
  for (const [seriesId, books] of bySeries) {
    const patches = books.map(({ comicInfo }) => seriesPatchFromComicInfo(comicInfo, { appendVolume: false }));
    const names = combineSeriesPatches(patches).collections ?? [];
    await db.transaction(async (trx) => {
      if (await isThere(trx, 'series', seriesId)) await emit(trx, ...(await joinCollections(trx, seriesId, names)));
    });
  }
}

const isThere = async (trx: Knex, table: 'book' | 'series', id: string): Promise<boolean> =>
  (await trx(table).where({ id }).select('id').forKeyShare().first()) !== undefined;

async function comicInfosOf(db: Database, ids: string[], owner: 'b.id' | 'b.series_id'): Promise<Named[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.raw<{ rows: Named[] }>(
    `select ${owner} as id, m.comic_info as "comicInfo" from book b join book_media m on m.book_id = b.id
     where ${owner} = any(?) and m.comic_info is not null order by b.series_id, b.number_sort, b.id`,
    [ids],
  );
  return rows;
}
