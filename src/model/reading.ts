import { Model } from 'objection';

/** How far a user is in a book. */
export class ReadProgress extends Model {
  static override tableName = 'read_progress';
  static override idColumn = ['userId', 'bookId'];
  static override jsonAttributes = ['locator'];

  declare userId: string;
  declare bookId: string;
  /** 1-based. */
  declare page: number;
  declare completed: boolean;
  declare readAt: Date;
  declare deviceId: string;
  declare deviceName: string;
  declare locator: Record<string, unknown> | null;
  declare createdAt: Date;
  declare modifiedAt: Date;
}

/** How far a user is in a series; kept in the same transaction as ReadProgress. A row exists iff a book has progress. */
export class SeriesProgress extends Model {
  static override tableName = 'series_progress';
  static override idColumn = ['userId', 'seriesId'];

  declare userId: string;
  declare seriesId: string;
  declare readCount: number;
  declare inProgressCount: number;
  declare lastReadAt: Date;
}

export class Collection extends Model {
  static override tableName = 'collection';

  declare id: string;
  declare name: string;
  declare nameKey: string;
  declare ordered: boolean;
  declare createdAt: Date;
  declare modifiedAt: Date;
}

export class CollectionSeries extends Model {
  static override tableName = 'collection_series';
  static override idColumn = ['collectionId', 'seriesId'];

  declare collectionId: string;
  declare seriesId: string;
  declare position: number;
}

export class ReadList extends Model {
  static override tableName = 'read_list';

  declare id: string;
  declare name: string;
  declare nameKey: string;
  declare summary: string;
  declare ordered: boolean;
  declare createdAt: Date;
  declare modifiedAt: Date;
}

export class ReadListBook extends Model {
  static override tableName = 'read_list_book';
  static override idColumn = ['readListId', 'bookId'];

  declare readListId: string;
  declare bookId: string;
  declare position: number;
}
