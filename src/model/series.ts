import { Model } from 'objection';
import type { Author, FieldOrigin, Link, AlternateTitle } from './values';

export const seriesStatuses = ['ENDED', 'ONGOING', 'ABANDONED', 'HIATUS'] as const;
export const readingDirections = ['LEFT_TO_RIGHT', 'RIGHT_TO_LEFT', 'VERTICAL', 'WEBTOON'] as const;

/** A folder of books (one-shot: one file), its metadata, and what is aggregated from its books. */
export class Series extends Model {
  static override tableName = 'series';
  static override jsonAttributes = ['links', 'alternateTitles', 'provenance', 'booksAuthors', 'seriesJson'];

  declare id: string;
  declare libraryId: string;
  declare path: string;
  declare name: string;
  declare oneshot: boolean;
  declare fileModifiedAt: Date;
  declare bookCount: number;
  declare createdAt: Date;
  declare modifiedAt: Date;
  declare deletedAt: Date | null;

  declare status: (typeof seriesStatuses)[number];
  declare title: string;
  declare titleSort: string;
  declare summary: string;
  declare readingDirection: (typeof readingDirections)[number] | null;
  declare publisher: string;
  declare ageRating: number | null;
  declare language: string;
  declare totalBookCount: number | null;
  declare genres: string[];
  declare tags: string[];
  declare sharingLabels: string[];
  declare links: Link[];
  declare alternateTitles: AlternateTitle[];
  declare locked: string[];
  declare provenance: Record<string, FieldOrigin>;
  declare metadataCreatedAt: Date;
  declare metadataModifiedAt: Date;

  /** Mylar's series.json as it was read, and which version of the file that was. */
  declare seriesJson: { size: number; modifiedAt: number; patch: Record<string, unknown> | null } | null;

  declare booksAuthors: Author[];
  declare booksTags: string[];
  declare booksReleaseDate: string | null;
  declare booksSummary: string;
  declare booksSummaryNumber: string;
  declare booksMetadataCreatedAt: Date;
  declare booksMetadataModifiedAt: Date;

  declare titleKey: string;
  declare titleSortKey: string;
  declare searchKey: string;
  declare publisherKey: string;
  declare genreKeys: string[];
  declare tagKeys: string[];
  declare sharingLabelKeys: string[];
  declare authorKeys: string[];
}
