import type { Library } from '../model/library';
import { isSameArtwork } from './artwork';
import type { Known, KnownBook, KnownSeries } from './known';
import type { FoundBook, FoundSeries } from './found';

/** `suspect`: what this file is has to be found out; the others are the row at their path. */
export type BookState = 'same' | 'restored' | 'regrouped' | 'suspect';

export interface ComparedBook {
  file: FoundBook;
  state: BookState;
  /** The row at this path. */
  here: KnownBook | null;
}

export interface ComparedSeries {
  found: FoundSeries;
  known: KnownSeries | null;
  books: ComparedBook[];
  isSame: boolean;
}

type Options = Pick<Library, 'importLocalArtwork'>;

/** What a folder looks like against what the database knows of it. Opens nothing and asks nobody. */
export function compare(found: FoundSeries, known: Known, options: Options): ComparedSeries {
  const series = known.series.get(found.path) ?? null;
  const books = found.books.map((file) => compareBook(file, series, known));
  const isSame =
    series !== null &&
    books.every(({ state }) => state === 'same') &&
    isSameSeries(found, series) &&
    (!options.importLocalArtwork || hasSameArtwork(found, series, books, known));
  return { found, known: series, books, isSame };
}

function compareBook(file: FoundBook, series: KnownSeries | null, known: Known): ComparedBook {
  const here = known.books.get(file.path) ?? null;
  if (here?.size !== file.size || here.modifiedAt !== file.modifiedAt) return { file, state: 'suspect', here };
  if (here.isDeleted) return { file, state: 'restored', here };
  return { file, state: here.seriesId === series?.id ? 'same' : 'regrouped', here };
}

function isSameSeries(found: FoundSeries, series: KnownSeries): boolean {
  const seriesJson = found.seriesJson && `${found.seriesJson.size} ${found.seriesJson.modifiedAt}`;
  return (
    !series.isDeleted &&
    series.oneshot === found.oneshot &&
    series.modifiedAt === found.modifiedAt &&
    series.seriesJson === seriesJson
  );
}

function hasSameArtwork(found: FoundSeries, series: KnownSeries, books: ComparedBook[], known: Known): boolean {
  const of = (id: string | undefined) => (id === undefined ? [] : (known.artwork.get(id) ?? []));
  return (
    isSameArtwork(found.artwork, of(series.id)) &&
    books.every(({ file, here }) => isSameArtwork(file.artwork, of(here?.id)))
  );
}
