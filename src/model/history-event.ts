import { Model } from 'objection';

/** A change that was made to files. */
export class HistoryEvent extends Model {
  static override tableName = 'history_event';
  static override jsonAttributes = ['properties'];

  declare id: string;
  declare type: string;
  declare bookId: string | null;
  declare seriesId: string | null;
  declare properties: Record<string, string>;
  declare happenedAt: Date;
}
