import { combineSeriesPatches } from './combine-series';
import { parseName } from './names';
import { parseNumberSort } from './normalise';
import type { NameFacts } from '../base/values';
import type { BookPatch, SeriesPatch } from './types';

/** What the name of a file says about its book: its number, the chapter before the volume, and its year. */
export function bookPatchFromName(name: string): BookPatch {
  const { chapter, volume, year } = parseName(name);
  const number = chapter ?? volume;
  const first = number === null ? null : (/^[\d.]+/u.exec(number)?.[0] ?? null);
  const numberSort = first === null ? null : parseNumberSort(first);
  return {
    // a number that cannot be sorted by would stand at a place that says something else
    number: numberSort === null ? null : number,
    numberSort,
    releaseDate: year === null ? null : `${year}-01-01`,
  };
}

/** What the name of a file says of its book that has no field of its own. */
export function nameFactsOf(name: string): NameFacts {
  const { group, language, edition, volume, chapter, special } = parseName(name);
  return {
    ...(group === null ? {} : { group }),
    ...(language === null ? {} : { language }),
    ...(edition === null ? {} : { edition }),
    ...(volume === null ? {} : { volume }),
    ...(chapter === null ? {} : { chapter }),
    ...(special ? { special } : {}),
  };
}

/** What the name of a folder says about its series: its title without years, groups and formats, and its language. */
export function seriesPatchFromName(name: string): SeriesPatch {
  const { series, language } = parseName(name);
  return { title: series, titleSort: series, language };
}

/** What the names of its books say about a series: the language of most of them. */
export const seriesPatchFromBookNames = (names: readonly string[]): SeriesPatch => ({
  language: combineSeriesPatches(names.map((name) => ({ language: parseName(name).language }))).language ?? null,
});
