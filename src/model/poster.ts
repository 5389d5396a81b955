import { Model } from 'objection';

export const posterTypes = ['GENERATED', 'SIDECAR', 'USER_UPLOADED'] as const;

/** A cover picture of a book, series, collection or read list: the bytes, or (SIDECAR) a file below the library's root. */
export class Poster extends Model {
  static override tableName = 'poster';

  declare id: string;
  declare bookId: string | null;
  declare seriesId: string | null;
  declare collectionId: string | null;
  declare readListId: string | null;
  /** PROVIDER: the cover of a metadata provider (`origin` says which picture); clients know it as SIDECAR. */
  declare type: (typeof posterTypes)[number] | 'PROVIDER';
  declare selected: boolean;
  declare mediaType: string;
  declare fileSize: number;
  declare width: number;
  declare height: number;
  declare image: Buffer | null;
  declare path: string | null;
  /** Of a SIDECAR: the version of the file that the size and dimensions are of. */
  declare fileModifiedAt: Date | null;
  declare origin: string | null;
  declare createdAt: Date;
}
