import type { z } from 'zod';
import { publicId } from '../../../base/public-id';
import type { UserWithLibraries } from '../../../library/users';
import type { ApiKey, AuthenticationActivity } from '../../../model/credentials';
import { instant } from '../../reply';
import type { activityDto, apiKeyDto, userDto } from '../dto/user';

export function presentUser({ user, libraryIds }: UserWithLibraries): z.input<typeof userDto> {
  const { ageRestriction: age, ageRestrictionMode: restriction } = user;
  return {
    id: publicId(user.id),
    email: user.email,
    roles: ['USER', ...user.roles],
    sharedAllLibraries: user.sharedAllLibraries,
    sharedLibrariesIds: libraryIds.map(publicId),
    labelsAllow: user.labelsAllow,
    labelsExclude: user.labelsExclude,
    ageRestriction: age === null || restriction === null ? null : { age, restriction },
  };
}

/** `key` is only known at creation. */
export function presentApiKey(row: ApiKey, key = '******'): z.input<typeof apiKeyDto> {
  return {
    id: publicId(row.id),
    userId: publicId(row.userId),
    key,
    comment: row.comment,
    createdDate: instant(row.createdAt),
    lastModifiedDate: instant(row.createdAt),
  };
}

const publicIdOrNull = (id: string | null): string | null => (id === null ? null : publicId(id));

export function presentActivity(row: AuthenticationActivity): z.input<typeof activityDto> {
  return {
    userId: publicIdOrNull(row.userId),
    email: row.email,
    apiKeyId: publicIdOrNull(row.apiKeyId),
    apiKeyComment: row.apiKeyComment,
    ip: row.ip,
    userAgent: row.userAgent,
    success: row.success,
    error: row.error,
    dateTime: instant(row.happenedAt),
    source: row.source,
  };
}
