import { LRUCache } from 'lru-cache';
import type { Database } from '../db/database';
import { RememberToken, Session } from '../model/credentials';
import { hashToken, newToken } from './tokens';

const day = 24 * 60 * 60 * 1000;
/** Komga's: a session lives seven days after its last use. */
const sessionLife = 7 * day;
/** The time of last use is written this often at most: reading must not write. */
const touchEvery = 60 * 60 * 1000;

export interface ActiveSession {
  tokenHash: string;
  userId: string;
}

export interface Sessions {
  find(token: string): Promise<ActiveSession | null>;
  /** Without asking the database: null when it is not remembered. */
  remembered(token: string): ActiveSession | null;
  /**
   * A new session. A client that never keeps cookies (KOReader) would begin one with every request: the same
   * credentials from the same place (`sameClient`) get the session of a moment ago instead.
   */
  begin(userId: string, apiKeyId: string | null, sameClient: string): Promise<{ token: string; tokenHash: string }>;
  end(tokenHash: string): Promise<void>;
  /** All sessions of a user, at once and everywhere. */
  endAll(userId: string): Promise<void>;
  /** Forget what is known of a user's sessions: another process ended them. */
  forget(userId: string): void;
  /** Forget everything: ends of sessions may have been missed. */
  forgetAll(): void;
}

export function createSessions(db: Database): Sessions {
  const active = new LRUCache<string, ActiveSession>({ max: 20_000, ttl: 30_000 });
  const recent = new LRUCache<string, { token: string; tokenHash: string; userId: string }>({
    max: 5_000,
    ttl: 10 * 60_000,
  });
  /** A session that was read before something was forgotten may have ended meanwhile, and is not kept. */
  let forgotten = 0;

  async function find(token: string): Promise<ActiveSession | null> {
    const tokenHash = hashToken(token);
    const remembered = active.get(tokenHash);
    if (remembered) return remembered;
    const before = forgotten;
    const row = await Session.query(db).findById(tokenHash);
    const now = Date.now();
    if (!row || row.expiresAt.getTime() <= now) return null;
    if (now - row.lastUsedAt.getTime() > touchEvery) {
      const touched = { lastUsedAt: new Date(now), expiresAt: new Date(now + sessionLife) };
      await Session.query(db).findById(tokenHash).patch(touched);
    }
    const session = { tokenHash, userId: row.userId };
    if (forgotten === before) active.set(tokenHash, session);
    return session;
  }

  function forget(userId: string): void {
    forgotten++;
    for (const [hash, session] of active) if (session.userId === userId) active.delete(hash);
    for (const [client, session] of recent) if (session.userId === userId) recent.delete(client);
  }

  return {
    find,
    forget,
    remembered: (token) => active.get(hashToken(token)) ?? null,
    forgetAll() {
      forgotten++;
      active.clear();
      recent.clear();
    },
    async begin(userId, apiKeyId, sameClient) {
      const before = recent.get(sameClient);
      if (before && (await find(before.token))) return before;
      const token = newToken();
      const tokenHash = hashToken(token);
      const now = new Date();
      const expiresAt = new Date(now.getTime() + sessionLife);
      await Session.query(db).insert({ tokenHash, userId, apiKeyId, createdAt: now, lastUsedAt: now, expiresAt });
      recent.set(sameClient, { token, tokenHash, userId });
      return { token, tokenHash };
    },
    async end(tokenHash) {
      await Session.query(db).deleteById(tokenHash);
      forgotten++;
      active.delete(tokenHash);
      for (const [client, session] of recent) if (session.tokenHash === tokenHash) recent.delete(client);
    },
    async endAll(userId) {
      await Session.query(db).where({ userId }).delete();
      forget(userId);
    },
  };
}

/** A token that logs a browser in for `days` without its session; only its hash is stored. */
export async function createRememberToken(db: Database, userId: string, days: number): Promise<string> {
  const token = newToken();
  const now = new Date();
  const expiresAt = new Date(now.getTime() + days * day);
  await RememberToken.query(db).insert({ tokenHash: hashToken(token), userId, createdAt: now, expiresAt });
  return token;
}

export async function userOfRememberToken(db: Database, token: string): Promise<string | null> {
  const row = await RememberToken.query(db).findById(hashToken(token));
  return row && row.expiresAt.getTime() > Date.now() ? row.userId : null;
}

export async function forgetRememberToken(db: Database, token: string): Promise<void> {
  await RememberToken.query(db).deleteById(hashToken(token));
}

/** Everybody has to log in again where no session is left. */
export async function forgetAllRememberTokens(db: Database): Promise<void> {
  await RememberToken.query(db).delete();
}
