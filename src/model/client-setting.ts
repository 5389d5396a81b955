import { Model } from 'objection';

/** What a front-end keeps for everybody. */
export class GlobalClientSetting extends Model {
  static override tableName = 'client_setting_global';
  static override idColumn = 'key';

  declare key: string;
  declare value: string;
  declare allowUnauthorized: boolean;
  declare modifiedAt: Date;
}

/** What a front-end keeps for one user. */
export class UserClientSetting extends Model {
  static override tableName = 'client_setting_user';
  static override idColumn = ['userId', 'key'];

  declare userId: string;
  declare key: string;
  declare value: string;
  declare modifiedAt: Date;
}
