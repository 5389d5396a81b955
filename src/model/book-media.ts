import { Model } from 'objection';

/** A page as analysis stored it; the shape is media/reader.ts PageEntry, kept as JSON. */
export interface StoredPage {
  name: string;
  mediaType: string;
  width: number | null;
  height: number | null;
  size: number | null;
  location: Record<string, unknown> & { kind: string };
  animated?: true;
}

export interface StoredFile {
  name: string;
  mediaType: string;
  size: number | null;
}

/** What analysis found in the file of a book, and which version of the file that was. */
export class BookMedia extends Model {
  static override tableName = 'book_media';
  static override idColumn = 'bookId';
  static override jsonAttributes = ['pages', 'files', 'extension', 'comicInfo', 'opf'];

  declare bookId: string;
  declare container: string;
  declare pages: StoredPage[];
  declare files: StoredFile[];
  declare extension: Record<string, unknown> | null;
  declare fileSize: number;
  declare fileModifiedAt: Date;
  /** metadata/comic-info.ts ComicInfo, without its pages. */
  declare comicInfo: Record<string, unknown> | null;
  /** What metadata/epub-opf.ts read. */
  declare opf: Record<string, unknown> | null;
}
