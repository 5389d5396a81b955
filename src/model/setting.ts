import { Model } from 'objection';

/** What an administrator changes at run time. */
export class Setting extends Model {
  static override tableName = 'setting';
  static override idColumn = 'name';
  static override jsonAttributes = ['value'];

  declare name: string;
  declare value: unknown;
  declare modifiedAt: Date;
}
