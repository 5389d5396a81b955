import type { FoundFile, ImportOutcome, WantedImport } from '../api/file-types';

/** A series that was chosen. */
export interface PickedSeries {
  id: string;
  title: string;
}

/** What is to become of one file. */
export interface Plan {
  file: FoundFile;
  series: PickedSeries | null;
  /** The book whose file it replaces. */
  upgrade: string | null;
  /** A person does not want it. */
  leftOut: boolean;
  /** The name of the new file, without its extension. */
  name: string;
  /** Null until it was imported, or refused. */
  outcome: ImportOutcome | 'waiting' | null;
}

const nameOf = (path: string): string => path.split('/').pop() ?? path;
export const stemOf = (path: string): string => nameOf(path).replace(/\.[a-z0-9]{2,5}$/i, '');

export const planFor = (file: FoundFile): Plan => ({
  ...{ file, series: null, upgrade: null, leftOut: false, outcome: null },
  name: stemOf(file.url),
});

/** What is in brackets says who made the file, not what it is. */
const bare = (stem: string): string =>
  stem
    .replace(/[([{][^)\]}]*[)\]}]/g, ' ')
    .replace(/_/g, ' ')
    .trim();

/** The number of a book by the name of its file: the last one there is. */
export function numberIn(stem: string): number | null {
  const found = bare(stem)
    .match(/\d+(?:\.\d+)?/g)
    ?.pop();
  return found === undefined ? null : Number(found);
}

/** The title of its series by the name of a file: what stands before the number. */
export const titleIn = (stem: string): string =>
  bare(stem)
    .replace(/[\s\-–#.]*(?:v|vol|volume|c|ch|chapter|no)?[\s.#]*\d+(?:\.\d+)?(?!.*\d).*$/i, '')
    .trim();

const letters = (title: string): string => title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
export const isSameTitle = (a: string, b: string): boolean => letters(a) !== '' && letters(a) === letters(b);

/** The number that the file itself tells, else the one in its name. */
export const numberOf = ({ file }: Plan): number | null => file.number ?? numberIn(stemOf(file.url));

/** It can be opened, has a series, is wanted, and was not sent yet. */
export const isReady = ({ file, series, leftOut, outcome }: Plan): boolean =>
  file.status === 'READY' &&
  series !== null &&
  !leftOut &&
  (outcome === null || (outcome !== 'waiting' && !outcome.success));

export function wantedOf({ file, series, upgrade, name }: Plan): WantedImport {
  return {
    ...{ sourceFile: file.url, seriesId: series?.id ?? '' },
    ...(upgrade !== null && { upgradeBookId: upgrade }),
    ...(name.trim() !== '' && name.trim() !== stemOf(file.url) && { destinationName: name.trim() }),
  };
}
