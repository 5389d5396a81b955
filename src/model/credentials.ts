import { Model } from 'objection';

export class ApiKey extends Model {
  static override tableName = 'api_key';

  declare id: string;
  declare userId: string;
  declare keyHash: string;
  declare comment: string;
  declare createdAt: Date;
  declare lastUsedAt: Date | null;
}

export class Session extends Model {
  static override tableName = 'session';
  static override idColumn = 'tokenHash';

  declare tokenHash: string;
  declare userId: string;
  declare apiKeyId: string | null;
  declare createdAt: Date;
  declare lastUsedAt: Date;
  declare expiresAt: Date;
}

export class RememberToken extends Model {
  static override tableName = 'remember_token';
  static override idColumn = 'tokenHash';

  declare tokenHash: string;
  declare userId: string;
  declare createdAt: Date;
  declare expiresAt: Date;
}

/** One login or failed attempt. */
export class AuthenticationActivity extends Model {
  static override tableName = 'authentication_activity';

  declare id: string;
  declare userId: string | null;
  declare email: string | null;
  declare apiKeyId: string | null;
  declare apiKeyComment: string | null;
  declare ip: string | null;
  declare userAgent: string | null;
  declare success: boolean;
  declare error: string | null;
  declare source: string | null;
  declare happenedAt: Date;
}
