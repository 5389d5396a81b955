import type { ComicInfo } from './comic-info';
import { distinct, listOrNull, normaliseLanguage, normaliseTags, splitCommas } from './normalise';
import type { BookMetadata, ReadingDirection, SeriesPatch } from './types';

/** Years by the names of ComicInfo's ratings, lower case and without spaces. Not listed: unknown, rating pending. */
const ageRatings = new Map([
  ['adultsonly18+', 18],
  ['earlychildhood', 3],
  ['everyone', 0],
  ['everyone10+', 10],
  ['g', 0],
  ['kidstoadults', 6],
  ['m', 17],
  ['ma15+', 15],
  ['mature17+', 17],
  ['pg', 8],
  ['r18+', 18],
  ['teen', 13],
  ['x18+', 18],
]);

const directions = new Map<string, ReadingDirection>([
  ['No', 'LEFT_TO_RIGHT'],
  ['YesAndRightToLeft', 'RIGHT_TO_LEFT'],
]);

export const ageOfRating = (rating: string): number | null =>
  ageRatings.get(rating.toLowerCase().replace(/\s/gu, '')) ?? null;

function titleOf({ series, volume }: ComicInfo, appendVolume: boolean): string | null {
  if (series === null || !appendVolume || volume === null || volume === 1) return series;
  return `${series} (${volume})`;
}

/** What the ComicInfo of one book says about its series; the books of a series vote (`combineSeriesPatches`). */
export function seriesPatchFromComicInfo(info: ComicInfo, options: { appendVolume: boolean }): SeriesPatch {
  const title = titleOf(info, options.appendVolume);
  return {
    title,
    titleSort: title,
    publisher: info.publisher,
    ageRating: info.ageRating === null ? null : ageOfRating(info.ageRating),
    readingDirection: directions.get(info.manga ?? '') ?? null,
    language: info.languageIso === null ? null : normaliseLanguage(info.languageIso),
    genres: listOrNull(normaliseTags(splitCommas(info.genre))),
    totalBookCount: info.count === 0 ? null : info.count,
    collections: distinct(splitCommas(info.seriesGroup)),
  };
}

/** A one-shot is a series of one book and takes over what that book is called. */
export function seriesPatchOfOneShot(book: Pick<BookMetadata, 'title' | 'summary'>): SeriesPatch {
  return { title: book.title, titleSort: book.title, summary: book.summary, status: 'ENDED', totalBookCount: 1 };
}
