import { parseName } from '../../metadata/names';
import { parseNumberSort } from '../../metadata/normalise';
import type { Book } from '../../model/book';

/** What a book is a book of, by its name. */
export interface BookNumber {
  kind: 'volume' | 'chapter' | 'unknown';
  /** Null for several in one file. */
  number: number | null;
  /** The last one in the file. */
  last: number | null;
  /** Of a chapter whose numbers begin anew with each volume. */
  volume: number | null;
}

/** A bare number says neither volume nor chapter; chapters have 20 to 60 pages, volumes 150 and more. */
const volumePages = 100;

const lastOf = (text: string) => parseNumberSort(text.split('-').at(-1) ?? '');

export function bookNumberOf({ name, pageCount }: Pick<Book, 'name' | 'pageCount'>): BookNumber {
  const { volume, chapter } = parseName(name);
  const inVolume = volume === null ? null : parseNumberSort(volume);
  if (chapter !== null && !(volume === null && pageCount >= volumePages)) {
    return { kind: 'chapter', number: parseNumberSort(chapter), last: lastOf(chapter), volume: inVolume };
  }
  const text = volume ?? chapter;
  if (text === null) return { kind: 'unknown', number: null, last: null, volume: null };
  return { kind: 'volume', number: parseNumberSort(text), last: lastOf(text), volume: null };
}

export interface SeriesNumbers {
  /** What most numbered books are. */
  kind: 'volume' | 'chapter' | 'unknown';
  lastVolume: number | null;
  lastChapter: number | null;
}

export function seriesNumbersOf(numbers: readonly BookNumber[]): SeriesNumbers {
  const of = (kind: BookNumber['kind']) => numbers.filter((number) => number.kind === kind);
  const greatest = (list: readonly BookNumber[]) =>
    list.reduce<number | null>((top, { last }) => (last !== null && (top === null || last > top) ? last : top), null);
  const [volumes, chapters] = [of('volume'), of('chapter')];
  const kind = volumes.length >= chapters.length ? 'volume' : 'chapter';
  return {
    kind: volumes.length + chapters.length === 0 ? 'unknown' : kind,
    lastVolume: greatest(volumes),
    lastChapter: greatest(chapters),
  };
}
