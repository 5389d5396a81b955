import type { Knex } from 'knex';
import { isDeepStrictEqual } from 'node:util';
import { groupBy } from '../base/group-by';
import { combineSeriesPatches } from '../metadata/combine-series';
import type { ComicInfo } from '../metadata/comic-info';
import { seriesPatchFromBookNames, seriesPatchFromName } from '../metadata/name-patch';
import { applySeriesPatch } from '../metadata/merge';
import { seriesPatchFromComicInfo, seriesPatchOfOneShot } from '../metadata/series-patch';
import type { SeriesPatch } from '../metadata/types';
import { Book } from '../model/book';
import { Library } from '../model/library';
import { Series } from '../model/series';
import { emit, type ServerEvent } from '../queue/events';
import type { TaskContext, Tasks } from '../queue/tasks';
import { aggregateOf } from './aggregate';
import type { Opf } from './book-content';
import { joinCollections } from './imported-sets';
import {
  freshSeries,
  known,
  locksOf,
  seriesKeysOf,
  seriesMetadataOf,
  takeBackNames,
  unsaid,
  withOrigins,
} from './metadata-rows';

export type DescribedBook = Book & { comicInfo: ComicInfo | null; opf: Opf | null };

const columns = [
  ...[
    'id',
    'seriesId',
    'name',
    'title',
    'summary',
    'metadataNumber',
    'numberSort',
    'releaseDate',
    'authors',
    'tags',
    'isbn',
    'links',
    'locked',
    'nameFacts',
  ],
].map((column) => `book.${column}`);

/**
 * Brings a series in line with its books: what their files say of it, by vote, and what lists show of the books
 * (komga-media §8.6, §8.7). Opens no file: analysis kept what it read. Running it again changes nothing.
 */
export const refreshSeries = (context: TaskContext, { seriesId }: Tasks['refreshSeries']): Promise<void> =>
  refresh(context, [seriesId]);

/** The same for series whose books were analysed together: seven statements for all instead of for each. */
export const refreshSeriesTogether = (
  context: TaskContext,
  { seriesIds }: Tasks['refreshSeriesTogether'],
): Promise<void> => refresh(context, seriesIds);

/** A series as its books make it, for one that is not in the database yet. `rows`: all of its books. */
export function seriesAfter(
  series: Series,
  library: Library,
  rows: DescribedBook[],
): { series: Series; collections: string[] } {
  const inOrder = rows.toSorted((a, b) => a.numberSort - b.numberSort || (a.id < b.id ? -1 : 1));
  const changed = changesOf(series, library, inOrder);
  const collections = library.importComicInfoCollection ? collectionsOf(inOrder) : [];
  return { series: Object.assign(series, changed), collections };
}

async function refresh({ db }: TaskContext, ids: string[]): Promise<void> {
  const named = new Map<string, string[]>();
  await db.transaction(async (trx) => {
    const all = await Series.query(trx).findByIds(ids).orderBy('id').forNoKeyUpdate();
    const libraries = new Map((await Library.query(trx)).map((library) => [library.id, library]));
    const books = groupBy(await findBooks(trx, ids), ({ seriesId }) => seriesId);
    const events: ServerEvent[] = [];
    for (const series of all) {
      const library = libraries.get(series.libraryId);
      if (library === undefined) continue;
      const rows = books.get(series.id) ?? [];
      const changed = changesOf(series, library, rows);
      const isChanged = Object.keys(changed).length > 0;
      if (isChanged) await Series.query(trx).findById(series.id).patch(changed);
      if (isChanged) events.push({ type: 'SeriesChanged', seriesId: series.id, libraryId: series.libraryId });
      if (library.importComicInfoCollection) named.set(series.id, collectionsOf(rows));
    }
    await emit(trx, ...events);
  });
  // each on its own: collections are shared, and those who hold several of them would wait for each other in a circle
  for (const [seriesId, names] of named) {
    if (names.length > 0) await db.transaction(async (trx) => emit(trx, ...(await joinAll(trx, seriesId, names))));
  }
}

async function joinAll(trx: Knex.Transaction, seriesId: string, names: string[]): Promise<ServerEvent[]> {
  const isThere = await Series.query(trx).findById(seriesId).select('id').forKeyShare();
  return isThere ? joinCollections(trx, seriesId, names) : [];
}

async function findBooks(trx: Knex, seriesIds: string[]): Promise<DescribedBook[]> {
  const query = Book.query(trx)
    .select(...columns, 'bookMedia.comicInfo', 'bookMedia.opf')
    .leftJoin('bookMedia', 'bookMedia.bookId', 'book.id')
    .whereIn('seriesId', seriesIds)
    .orderBy(['numberSort', 'book.id']);
  return (await query) as DescribedBook[];
}

const infosOf = (rows: DescribedBook[]) => rows.flatMap(({ comicInfo }) => comicInfo ?? []);

const collectionsOf = (rows: DescribedBook[]) =>
  combineSeriesPatches(infosOf(rows).map((info) => seriesPatchFromComicInfo(info, { appendVolume: false })))
    .collections ?? [];

/** What names say, for the fields of which nobody else says anything. */
function namesOf(series: Series, library: Library, rows: DescribedBook[], said: SeriesPatch[]): SeriesPatch {
  if (!library.parseNames) return {};
  const ofBooks = seriesPatchFromBookNames(rows.map(({ name }) => name));
  const own = series.oneshot ? {} : seriesPatchFromName(series.name);
  return unsaid({ ...ofBooks, ...known(own) }, said, series.provenance);
}

/** In the order in which they are applied; each overrides the one before. */
function patchesOf(series: Series, library: Library, rows: DescribedBook[]): SeriesPatch[] {
  const options = { appendVolume: library.importComicInfoSeriesAppendVolume };
  const comicInfo = infosOf(rows).map((info) => seriesPatchFromComicInfo(info, options));
  const epub = rows.flatMap(({ opf }) => opf?.series ?? []);
  const [first] = rows;
  return [
    ...(library.importComicInfoSeries ? [combineSeriesPatches(comicInfo)] : []),
    ...(library.importEpubSeries ? [combineSeriesPatches(epub)] : []),
    ...(library.importMylarSeries && !series.oneshot && series.seriesJson?.patch ? [series.seriesJson.patch] : []),
    ...(series.oneshot && first ? [seriesPatchOfOneShot(first)] : []),
  ];
}

function changesOf(series: Series, library: Library, rows: DescribedBook[]): Partial<Series> {
  const at = new Date();
  const current = seriesMetadataOf(series);
  const said = patchesOf(series, library, rows);
  const named = namesOf(series, library, rows, said);
  const taken = takeBackNames(series, current, freshSeries(series), [named, ...said]);
  let metadata = taken.metadata;
  let { provenance } = taken;
  const sources = [
    { patch: named, source: 'name' as const },
    ...said.map((patch) => ({ patch, source: 'file' as const })),
  ];
  for (const { patch, source } of sources) {
    const merged = applySeriesPatch(metadata, patch, locksOf(series.locked), { source, at });
    metadata = { ...metadata, ...merged.changed };
    provenance = withOrigins(provenance, merged);
  }
  const isSame = isDeepStrictEqual(metadata, current);
  const aggregate = aggregateOf(rows);
  const { booksAuthors, booksTags, booksReleaseDate, booksSummary, booksSummaryNumber } = series;
  const stored = { booksAuthors, booksTags, booksReleaseDate, booksSummary, booksSummaryNumber };
  const isSameAggregate = isDeepStrictEqual(aggregate, stored);
  if (isSame && isSameAggregate && series.bookCount === rows.length) return {};
  return {
    ...(isSame ? {} : { ...metadata, provenance, metadataModifiedAt: at }),
    ...(isSameAggregate ? {} : { ...aggregate, booksMetadataModifiedAt: at }),
    ...seriesKeysOf({ ...metadata, ...aggregate }),
    bookCount: rows.length,
  };
}
