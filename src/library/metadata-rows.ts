import type { Book } from '../model/book';
import { authorKeys, bookTitleKeys, creditsOf, foldAll, seriesTagKeys, seriesTitleKeys } from '../model/keys';
import type { Series } from '../model/series';
import type { FieldOrigin } from '../model/values';
import type { Merged } from '../metadata/merge';
import type { BookField, BookMetadata, SeriesMetadata } from '../metadata/types';
import { fold } from '../base/text';

export const locksOf = (locked: string[]) => Object.fromEntries(locked.map((field) => [field, true]));

/** The metadata of a book as sources see it: there `number` is what is shown, in the row it is the position. */
export function bookMetadataOf(book: Book): BookMetadata {
  const { title, summary, numberSort, releaseDate, authors, tags, isbn, links } = book;
  return { title, summary, number: book.metadataNumber, numberSort, releaseDate, authors, tags, isbn, links };
}

/** The columns that a change of metadata writes, folded keys included. */
export function bookColumnsOf(book: Book, changed: Partial<BookMetadata>): Partial<Book> {
  const { number, ...same } = changed;
  const next = { ...bookMetadataOf(book), ...changed };
  return {
    ...same,
    ...(number === undefined ? {} : { metadataNumber: number }),
    ...bookTitleKeys(next),
    tagKeys: foldAll(next.tags),
    authorKeys: authorKeys(creditsOf({ ...book, authors: next.authors })),
  };
}

export function seriesMetadataOf(series: Series): SeriesMetadata {
  const { status, title, titleSort, summary, readingDirection, publisher, ageRating, language } = series;
  const { genres, tags, totalBookCount, sharingLabels, links, alternateTitles } = series;
  return {
    ...{ status, title, titleSort, summary, readingDirection, publisher, ageRating, language },
    ...{ genres, tags, totalBookCount, sharingLabels, links, alternateTitles },
  };
}

type SeriesFields = SeriesMetadata & Pick<Series, 'booksAuthors' | 'booksTags'>;

/** The columns that a change of metadata or of the books' aggregate writes, folded keys included. */
export function seriesKeysOf(series: SeriesFields): Partial<Series> {
  return {
    ...seriesTitleKeys(series),
    publisherKey: fold(series.publisher),
    genreKeys: foldAll(series.genres),
    tagKeys: seriesTagKeys(series),
    sharingLabelKeys: foldAll(series.sharingLabels),
    authorKeys: authorKeys(series.booksAuthors),
  };
}

/** Notes who set the changed fields; fields that no source speaks of keep their note. */
export function withOrigins<M>(
  provenance: Record<string, FieldOrigin>,
  merged: Merged<M>,
): Record<string, FieldOrigin> {
  const notes = merged.provenance.map(({ field, source, at }) => [field, { source, at }]);
  return { ...provenance, ...(Object.fromEntries(notes) as Record<string, FieldOrigin>) };
}

/** As before anybody said anything. */
export const freshSeries = ({ name }: Series): SeriesMetadata => ({
  ...{ title: name.trim(), titleSort: name.trim(), status: 'ONGOING', summary: '', readingDirection: null },
  ...{ publisher: '', ageRating: null, language: '', genres: [], tags: [], totalBookCount: null },
  ...{ sharingLabels: [], links: [], alternateTitles: [] },
});

/** The same for a book. */
export const freshBook = ({ name, number }: Book): BookMetadata => ({
  ...{ title: name.trim(), summary: '', number: String(number), numberSort: number, releaseDate: null },
  ...{ authors: [], tags: [], isbn: '', links: [] },
});

const isSaid = (value: unknown) => value !== null && value !== undefined;

/** The fields of which a patch says something. */
export const known = <P extends object>(patch: P): P =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => isSaid(value))) as P;

/** A guess: what it says of fields of which nobody else says anything, and no person or provider has. */
export function unsaid<P extends object>(guess: P, said: readonly P[], provenance: Record<string, FieldOrigin>): P {
  const fields = new Set(said.flatMap((patch) => Object.keys(known(patch))));
  const isFree = (field: string) => !['person', 'mangadex'].includes(provenance[field]?.source ?? '');
  const left = Object.entries(guess).filter(([field]) => !fields.has(field) && isFree(field));
  return Object.fromEntries(left) as P;
}

/** Names that say something no more (another name, or the library does not read them any longer) take it back. */
export function takeBackNames<M extends object>(
  { locked, provenance }: { locked: string[]; provenance: Record<string, FieldOrigin> },
  metadata: M,
  fresh: M,
  patches: readonly object[],
): { metadata: M; provenance: Record<string, FieldOrigin> } {
  const named = Object.keys(provenance).filter((field) => provenance[field]?.source === 'name');
  // nearly always empty: a first scan asks this for every book
  if (named.length === 0) return { metadata, provenance };
  const said = new Set(patches.flatMap((patch) => Object.keys(known(patch))));
  const stale = named.filter((field) => !locked.includes(field) && !said.has(field));
  const before = Object.fromEntries(stale.map((field) => [field, fresh[field as keyof M]])) as Partial<M>;
  const notes = Object.entries(provenance).filter(([field]) => !stale.includes(field));
  return { metadata: { ...metadata, ...before }, provenance: Object.fromEntries(notes) };
}

/** Fields whose value follows the position of the book unless a source gives one. */
export const positionFields: BookField[] = ['number', 'numberSort'];
