import { Model } from 'objection';

export const roles = ['ADMIN', 'FILE_DOWNLOAD', 'PAGE_STREAMING', 'KOBO_SYNC', 'KOREADER_SYNC'] as const;
export type Role = (typeof roles)[number];

/** A person who may log in, with roles and what they may see. */
export class UserAccount extends Model {
  static override tableName = 'user_account';

  declare id: string;
  declare email: string;
  declare passwordHash: string;
  declare roles: Role[];
  declare sharedAllLibraries: boolean;
  declare ageRestriction: number | null;
  declare ageRestrictionMode: 'ALLOW_ONLY' | 'EXCLUDE' | null;
  declare labelsAllow: string[];
  declare labelsExclude: string[];
  declare createdAt: Date;
  declare modifiedAt: Date;
}

/** A library shared with a user who does not see all of them. */
export class UserLibrary extends Model {
  static override tableName = 'user_library';
  static override idColumn = ['userId', 'libraryId'];

  declare userId: string;
  declare libraryId: string;
}
