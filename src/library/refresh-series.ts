import type { Knex } from 'knex';
import { isDeepStrictEqual } from 'node:util';
import { combineSeriesPatches } from '../metadata/combine-series';
import type { ComicInfo } from '../metadata/comic-info';
import { seriesPatchFromName } from '../metadata/name-patch';
import { applySeriesPatch } from '../metadata/merge';
import { seriesPatchFromComicInfo, seriesPatchOfOneShot } from '../metadata/series-patch';
import type { SeriesPatch } from '../metadata/types';
import { Book } from '../model/book';
import { Library } from '../model/library';
import { Series } from '../model/series';
import { emit } from '../queue/events';
import type { TaskContext, Tasks } from '../queue/tasks';
import { aggregateOf } from './aggregate';
import type { Opf } from './book-content';
import { joinCollections } from './imported-sets';
import { locksOf, seriesKeysOf, seriesMetadataOf, withOrigins } from './metadata-rows';

type Row = Book & { comicInfo: ComicInfo | null; opf: Opf | null };

const columns = [
  ...['id', 'title', 'summary', 'metadataNumber', 'numberSort', 'releaseDate', 'authors', 'tags', 'isbn', 'links'],
].map((column) => `book.${column}`);

/**
 * Brings a series in line with its books: what their files say of it, by vote, and what lists show of the books
 * (komga-media §8.6, §8.7). Opens no file: analysis kept what it read. Running it again changes nothing.
 */
export async function refreshSeries({ db }: TaskContext, { seriesId }: Tasks['refreshSeries']): Promise<void> {
  await db.transaction(async (trx) => {
    const series = await Series.query(trx).findById(seriesId).forNoKeyUpdate();
    const library = series && (await Library.query(trx).findById(series.libraryId));
    if (!series || !library) return;
    const rows = await findBooks(trx, seriesId);
    const patches = patchesOf(series, library, rows);
    const changed = changesOf(series, patches, rows);
    if (Object.keys(changed).length > 0) await Series.query(trx).findById(seriesId).patch(changed);
    const names = library.importComicInfoCollection ? collectionsOf(rows) : [];
    const events = await joinCollections(trx, seriesId, names);
    if (Object.keys(changed).length > 0) {
      await emit(trx, { type: 'SeriesChanged', seriesId, libraryId: series.libraryId });
    }
    await emit(trx, ...events);
  });
}

async function findBooks(trx: Knex, seriesId: string): Promise<Row[]> {
  const query = Book.query(trx)
    .select(...columns, 'bookMedia.comicInfo', 'bookMedia.opf')
    .leftJoin('bookMedia', 'bookMedia.bookId', 'book.id')
    .where({ seriesId })
    .orderBy(['numberSort', 'book.id']);
  return (await query) as Row[];
}

const infosOf = (rows: Row[]) => rows.flatMap(({ comicInfo }) => comicInfo ?? []);

const collectionsOf = (rows: Row[]) =>
  combineSeriesPatches(infosOf(rows).map((info) => seriesPatchFromComicInfo(info, { appendVolume: false })))
    .collections ?? [];

/** In the order in which they are applied; each overrides the one before. */
function patchesOf(series: Series, library: Library, rows: Row[]): SeriesPatch[] {
  const options = { appendVolume: library.importComicInfoSeriesAppendVolume };
  const comicInfo = infosOf(rows).map((info) => seriesPatchFromComicInfo(info, options));
  const epub = rows.flatMap(({ opf }) => opf?.series ?? []);
  const [first] = rows;
  return [
    ...(library.parseNames && !series.oneshot ? [seriesPatchFromName(series.name)] : []),
    ...(library.importComicInfoSeries ? [combineSeriesPatches(comicInfo)] : []),
    ...(library.importEpubSeries ? [combineSeriesPatches(epub)] : []),
    ...(library.importMylarSeries && !series.oneshot && series.seriesJson?.patch ? [series.seriesJson.patch] : []),
    ...(series.oneshot && first ? [seriesPatchOfOneShot(first)] : []),
  ];
}

function changesOf(series: Series, patches: SeriesPatch[], rows: Row[]): Partial<Series> {
  const at = new Date();
  const current = seriesMetadataOf(series);
  let metadata = current;
  let { provenance } = series;
  for (const patch of patches) {
    const merged = applySeriesPatch(metadata, patch, locksOf(series.locked), { source: 'file', at });
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
