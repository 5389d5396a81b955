import { LRUCache } from 'lru-cache';
import type { Database } from '../db/database';
import { newId } from '../base/public-id';
import { AuthenticationActivity } from '../model/credentials';

export interface Attempt {
  userId: string | null;
  email: string | null;
  apiKeyId: string | null;
  apiKeyComment: string | null;
  ip: string;
  userAgent: string;
  source: 'Password' | 'ApiKey' | 'RememberMe';
  /** Null: it succeeded. */
  error: string | null;
}

export type RecordAttempt = (attempt: Attempt) => Promise<void>;

/**
 * Writes who logged in from where. The same success is written once an hour, or clients without cookies would make
 * this the busiest table; failures are written each time (the rate limiter bounds them).
 */
export function activityRecorder(db: Database): RecordAttempt {
  const recent = new LRUCache<string, true>({ max: 10_000, ttl: 60 * 60 * 1000 });
  return async (attempt) => {
    const key = [attempt.userId, attempt.source, attempt.apiKeyId, attempt.ip, attempt.userAgent].join('\n');
    if (attempt.error === null) {
      if (recent.has(key)) return;
      recent.set(key, true);
    }
    await AuthenticationActivity.query(db).insert({
      id: newId(),
      ...attempt,
      userAgent: attempt.userAgent.slice(0, 500),
      email: attempt.email?.slice(0, 320) ?? null,
      success: attempt.error === null,
      happenedAt: new Date(),
    });
  };
}
