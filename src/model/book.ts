import { Model } from 'objection';
import type { Author, FieldOrigin, Link, NameFacts } from './values';

export const mediaStatuses = ['UNKNOWN', 'READY', 'OUTDATED', 'ERROR', 'UNSUPPORTED'] as const;
export const mediaProfiles = ['', 'DIVINA', 'PDF', 'EPUB'] as const;

/** One file (or folder of images): where it lies, its metadata, and the outcome of its analysis. */
export class Book extends Model {
  static override tableName = 'book';
  static override jsonAttributes = ['authors', 'links', 'provenance', 'nameFacts'];

  declare id: string;
  declare libraryId: string;
  declare seriesId: string;
  declare path: string;
  declare name: string;
  declare oneshot: boolean;
  declare fileSize: number;
  declare fileModifiedAt: Date;
  declare fileHash: string;
  declare fileHashKoreader: string;
  declare number: number;
  declare createdAt: Date;
  declare modifiedAt: Date;
  declare deletedAt: Date | null;

  declare title: string;
  declare summary: string;
  declare metadataNumber: string;
  declare numberSort: number;
  declare releaseDate: string | null;
  declare authors: Author[];
  declare tags: string[];
  declare isbn: string;
  declare links: Link[];
  declare locked: string[];
  declare provenance: Record<string, FieldOrigin>;
  /** Null: the library does not read names. */
  declare nameFacts: NameFacts | null;
  declare metadataCreatedAt: Date;
  declare metadataModifiedAt: Date;

  declare mediaStatus: (typeof mediaStatuses)[number];
  declare mediaType: string;
  declare mediaProfile: (typeof mediaProfiles)[number];
  declare mediaComment: string;
  declare pageCount: number;
  declare epubDivina: boolean;
  declare epubKepub: boolean;
  declare mediaModifiedAt: Date;

  declare titleKey: string;
  declare searchKey: string;
  declare tagKeys: string[];
  declare authorKeys: string[];
}
