import type { AlternateTitle, Author, FieldOrigin, Link, Source } from '../base/values';

/** Plain data of the metadata layer. Dates are `yyyy-MM-dd`; what is unset is null or, as in Komga, an empty text. */

export type { AlternateTitle, Author, Link, Source };

/** A read list that the book belongs to, by name; `number` is the wanted position. */
export interface ReadListEntry {
  name: string;
  number: number | null;
}

export type ReadingDirection = 'LEFT_TO_RIGHT' | 'RIGHT_TO_LEFT' | 'VERTICAL' | 'WEBTOON';
export type SeriesStatus = 'ENDED' | 'ONGOING' | 'ABANDONED' | 'HIATUS';

/** The fields of a book that sources and people fill, each with a lock of its own. */
export interface BookMetadata {
  title: string;
  summary: string;
  number: string;
  numberSort: number;
  releaseDate: string | null;
  authors: Author[];
  tags: string[];
  isbn: string;
  links: Link[];
}

/** The fields of a series that sources and people fill, each with a lock of its own. */
export interface SeriesMetadata {
  status: SeriesStatus;
  title: string;
  titleSort: string;
  summary: string;
  readingDirection: ReadingDirection | null;
  publisher: string;
  ageRating: number | null;
  language: string;
  genres: string[];
  tags: string[];
  totalBookCount: number | null;
  sharingLabels: string[];
  links: Link[];
  alternateTitles: AlternateTitle[];
}

export type BookField = keyof BookMetadata;
export type SeriesField = keyof SeriesMetadata;

/** What a source knows: absent or null means that it says nothing, never that a value should go. */
export type Patch<M> = { [F in keyof M]?: NonNullable<M[F]> | null };

export interface BookPatch extends Patch<BookMetadata> {
  readLists?: ReadListEntry[];
}

export interface SeriesPatch extends Patch<SeriesMetadata> {
  /** Names of collections that the series belongs to. */
  collections?: string[];
}

/** Who set a field, and when: kept beside the row so that a later source knows what it may replace. */
export interface Provenance<F extends string> extends FieldOrigin {
  field: F;
}
