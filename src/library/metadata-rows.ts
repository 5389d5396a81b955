import type { Book } from '../model/book';
import { authorKeys, bookTitleKeys, foldAll, seriesTagKeys, seriesTitleKeys } from '../model/keys';
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
    authorKeys: authorKeys(next.authors),
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

/** Fields whose value follows the position of the book unless a source gives one. */
export const positionFields: BookField[] = ['number', 'numberSort'];
