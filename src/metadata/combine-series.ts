import { distinct, listOrNull, normaliseTags } from './normalise';
import type { Author, BookMetadata, SeriesPatch } from './types';

/** The most frequent value; of several equally frequent ones the first met. */
function mostFrequent<T>(values: (T | null | undefined)[]): T | null {
  const counts = new Map<T, number>();
  for (const value of values)
    if (value !== null && value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: [T | null, number] = [null, 0];
  for (const [value, count] of counts) if (count > best[1]) best = [value, count];
  return best[0];
}

/** Not `Math.max(...values)`: a series may have more books than a call takes arguments. */
const maximum = (values: (number | null | undefined)[]): number | null =>
  values.reduce<number | null>((top, value) => (value != null && (top === null || value > top) ? value : top), null);

/** The books of a series vote: the most frequent text, the union of genres and collections, the greatest number. */
export function combineSeriesPatches(patches: readonly SeriesPatch[]): SeriesPatch {
  return {
    title: mostFrequent(patches.map((patch) => patch.title)),
    titleSort: mostFrequent(patches.map((patch) => patch.titleSort)),
    status: mostFrequent(patches.map((patch) => patch.status)),
    language: mostFrequent(patches.map((patch) => patch.language)),
    readingDirection: mostFrequent(patches.map((patch) => patch.readingDirection)),
    publisher: mostFrequent(patches.map((patch) => patch.publisher)),
    genres: listOrNull(distinct(patches.flatMap((patch) => patch.genres ?? []))),
    ageRating: maximum(patches.map((patch) => patch.ageRating)),
    totalBookCount: maximum(patches.map((patch) => patch.totalBookCount)),
    collections: distinct(
      patches.flatMap((patch) => patch.collections ?? []),
      (name) => name.toLowerCase(),
    ),
  };
}

export type AggregatedBook = Pick<
  BookMetadata,
  'number' | 'numberSort' | 'summary' | 'authors' | 'tags' | 'releaseDate'
>;

/** What a series shows of its books. */
export interface BooksAggregate {
  authors: Author[];
  tags: string[];
  releaseDate: string | null;
  summary: string;
  /** `number` of the book whose summary it is. */
  summaryNumber: string;
}

export function aggregateBooks(books: readonly AggregatedBook[]): BooksAggregate {
  let described: AggregatedBook | null = null;
  let releaseDate: string | null = null;
  for (const book of books) {
    const isEarlier = described === null || book.numberSort < described.numberSort;
    if (isEarlier && book.summary.trim() !== '') described = book;
    if (book.releaseDate !== null && (releaseDate === null || book.releaseDate < releaseDate))
      releaseDate = book.releaseDate;
  }
  return {
    authors: distinct(
      books.flatMap((book) => book.authors),
      ({ name, role }) => `${role}\n${name}`,
    ),
    tags: normaliseTags(books.flatMap((book) => book.tags)),
    releaseDate,
    summary: described?.summary ?? '',
    summaryNumber: described?.number ?? '',
  };
}
