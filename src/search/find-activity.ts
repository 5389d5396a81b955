import type { Database } from '../db/database';
import { AuthenticationActivity } from '../model/credentials';
import { inSlice, sliceOf, type SliceOf } from './slice';

interface ActivityQuery {
  page: number;
  size: number;
  unpaged: boolean | undefined;
  /** As sent: `dateTime,desc`; unknown keys are passed over. */
  sort: string[];
}

const columns: Record<string, string> = {
  dateTime: 'happened_at',
  email: 'email',
  success: 'success',
  ip: 'ip',
  error: 'error',
  userId: 'user_id',
  userAgent: 'user_agent',
};

/** Column and direction of each usable wish; the newest first where there is none. */
function order(sort: string[]): string[] {
  const wishes = sort.flatMap((wish) => {
    const [key = '', direction = 'asc'] = wish.split(',');
    const column = Object.hasOwn(columns, key) ? columns[key] : undefined;
    if (column === undefined) return [];
    return [direction.toLowerCase() === 'desc' ? `${column} desc nulls last` : `${column} asc nulls first`];
  });
  return [...(wishes.length > 0 ? wishes : ['happened_at desc']), 'id desc'];
}

/** Logins and failed attempts: of everybody (null), or those under a user's id or e-mail. */
export async function findActivity(
  db: Database,
  of: { userId: string; email: string } | null,
  query: ActivityQuery,
): Promise<SliceOf<AuthenticationActivity>> {
  const slice = sliceOf(query);
  const base = AuthenticationActivity.query(db);
  if (of) void base.where({ userId: of.userId }).orWhereRaw('lower(email) = lower(?)', [of.email]);
  const total = await base.clone().resultSize();
  const list = base.orderByRaw(order(query.sort).join(', '));
  if (!slice.unpaged) void list.limit(slice.size).offset(slice.page * slice.size);
  return inSlice(slice, await list, total, true);
}

/** The newest row of a user, or of one of the user's keys. */
export function latestActivity(
  db: Database,
  userId: string,
  apiKeyId?: string,
): Promise<AuthenticationActivity | undefined> {
  const query = AuthenticationActivity.query(db).where({ userId });
  if (apiKeyId !== undefined) void query.where({ apiKeyId });
  return query.orderBy('happenedAt', 'desc').first().execute();
}
