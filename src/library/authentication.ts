import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../db/database';
import { HttpFailure, unauthorized } from '../base/errors';
import type { ApiKey } from '../model/credentials';
import { UserAccount } from '../model/user-account';
import { readPrepared, sql } from '../search/sql';
import type { Viewer } from '../search/viewer';
import type { Attempt, RecordAttempt } from './authentication-activity';
import { verifyPassword } from './passwords';
import { createRememberToken, userOfRememberToken, type Sessions } from './sessions';
import { hashApiKey } from './tokens';
import type { Viewers } from './viewers';

/** What a request presents; absent and empty differ for the API key (an empty key is a wrong one). */
export interface Presented {
  basic: { email: string; password: string } | null;
  apiKey: string | null;
  sessionToken: string | null;
  rememberToken: string | null;
  /** Ask for a remember-me token if this logs in by password. */
  rememberMe: boolean;
  ip: string;
  userAgent: string;
}

export interface Identity {
  viewer: Viewer;
  via: 'session' | 'basic' | 'apiKey' | 'rememberMe';
  sessionHash: string | null;
  /** A session that has just begun: the client has to be told. */
  newToken: string | null;
  newRememberToken: string | null;
}

export interface Authentication {
  /** Null for nobody. Throws 401 when something presented is wrong, 429 after too many failures. */
  identify(presented: Presented): Promise<Identity | null>;
  /** Who asks by a session, if that can be told without asking the database; null in all other cases. */
  remembered(presented: Presented): Viewer | null;
  /** Forget remembered passwords and what is known of the user: another process changed them. */
  forget(userId: string): void;
  /** Forget everything that is remembered of anybody: changes may have been missed. */
  forgetAll(): void;
}

export interface AuthenticationDeps {
  db: Database;
  sessions: Sessions;
  viewers: Viewers;
  record: RecordAttempt;
  rememberMeDays: () => Promise<number>;
  /** Failures allowed in ten minutes for one address, and for one address and account. */
  failureLimits?: { address: number; account: number };
}

type FoundKey = Pick<ApiKey, 'id' | 'userId' | 'comment'>;

interface PasswordCheck {
  /** Whose password was tried; null for an address that nobody has. */
  userId: string | null;
  isRight: boolean;
}

const tenMinutes = 10 * 60;

/**
 * Komga's rules (komga-rest §3.1): every credential that is present is checked and one wrong one fails the request. A
 * password is hashed slowly once; then an HMAC of it, under a key that dies with the process, is remembered for ten
 * minutes: 3 µs instead of 200 ms a page.
 */
// eslint-disable-next-line max-lines-per-function -- one life: the caches and limiters that its parts share
export function createAuthentication(deps: AuthenticationDeps): Authentication {
  const { db, sessions, viewers, record } = deps;
  const limits = deps.failureLimits ?? { address: 60, account: 20 };
  const perAddress = new RateLimiterMemory({ keyPrefix: 'address', points: limits.address, duration: tenMinutes });
  const perAccount = new RateLimiterMemory({ keyPrefix: 'account', points: limits.account, duration: tenMinutes });
  const processKey = randomBytes(32);
  const verified = new LRUCache<string, string>({ max: 5_000, ttl: tenMinutes * 1000 });
  const verifying = new Map<string, Promise<PasswordCheck>>();
  /** A check that began before something was forgotten may be one of an old password, and is not remembered. */
  let forgotten = 0;

  const fingerprint = (...parts: string[]): string =>
    createHmac('sha256', processKey).update(parts.join('\n')).digest('hex');

  async function refuse(presented: Presented, attempt: Partial<Attempt> & Pick<Attempt, 'source'>): Promise<never> {
    const { ip, userAgent } = presented;
    await record({
      userId: null,
      email: null,
      apiKeyId: null,
      apiKeyComment: null,
      ip,
      userAgent,
      error: 'Bad credentials',
      ...attempt,
    });
    await Promise.all([perAddress.consume(ip), perAccount.consume(`${ip} ${attempt.email ?? ''}`)]).catch(tooMany);
    throw unauthorized();
  }

  async function checkFailures(ip: string, email: string): Promise<void> {
    const states = await Promise.all([perAddress.get(ip), perAccount.get(`${ip} ${email}`)]);
    for (const state of states) if (state && state.remainingPoints <= 0) tooMany(state);
  }

  async function passwordUser({ email, password }: { email: string; password: string }): Promise<PasswordCheck> {
    const user = await UserAccount.query(db).whereRaw('lower(email) = lower(?)', [email]).first();
    return { userId: user?.id ?? null, isRight: await verifyPassword(password, user?.passwordHash ?? null) };
  }

  async function byPassword(presented: Presented, basic: { email: string; password: string }): Promise<string> {
    const mark = fingerprint('basic', basic.email, basic.password);
    const remembered = verified.get(mark);
    if (remembered !== undefined) return remembered;
    await checkFailures(presented.ip, basic.email);
    // A grid of covers asks twenty times at once: they share one check.
    const before = forgotten;
    const check = verifying.get(mark) ?? passwordUser(basic).finally(() => verifying.delete(mark));
    verifying.set(mark, check);
    const { userId, isRight } = await check;
    if (userId === null || !isRight) return refuse(presented, { source: 'Password', email: basic.email, userId });
    if (forgotten === before) verified.set(mark, userId);
    return userId;
  }

  async function byApiKey(presented: Presented, key: string): Promise<FoundKey> {
    // not remembered, so that a key that was taken back is none at once
    const [found] = await readPrepared<FoundKey>(
      db,
      sql`select id, user_id as "userId", comment from api_key where key_hash = ${hashApiKey(key)}`,
    );
    if (found) return found;
    await checkFailures(presented.ip, '');
    return refuse(presented, { source: 'ApiKey', apiKeyComment: fingerprint(key).slice(0, 32) });
  }

  async function login(
    presented: Presented,
    userId: string,
    via: Identity['via'],
    key: FoundKey | null,
    hasSession: boolean,
  ) {
    const viewer = await viewers.find(userId);
    if (!viewer) throw unauthorized();
    const source = ({ basic: 'Password', apiKey: 'ApiKey', rememberMe: 'RememberMe', session: 'Password' } as const)[
      via
    ];
    const { ip, userAgent } = presented;
    const identity: Identity = { viewer, via, sessionHash: null, newToken: null, newRememberToken: null };
    if (hasSession) return identity;
    await record({
      userId,
      email: viewer.email,
      apiKeyId: key?.id ?? null,
      apiKeyComment: key?.comment ?? null,
      ip,
      userAgent,
      source,
      error: null,
    });
    const begun = await sessions.begin(userId, key?.id ?? null, fingerprint(via, userId, key?.id ?? '', ip, userAgent));
    return { ...identity, newToken: begun.token, sessionHash: begun.tokenHash };
  }

  async function identify(presented: Presented): Promise<Identity | null> {
    const session = presented.sessionToken ? await sessions.find(presented.sessionToken) : null;
    const basicUser = presented.basic ? await byPassword(presented, presented.basic) : null;
    const key = presented.apiKey === null ? null : await byApiKey(presented, presented.apiKey);
    if (key) return login(presented, key.userId, 'apiKey', key, session !== null);
    if (basicUser !== null && session?.userId !== basicUser) {
      const identity = await login(presented, basicUser, 'basic', null, session !== null);
      return presented.rememberMe ? { ...identity, newRememberToken: await remember(basicUser) } : identity;
    }
    if (session) {
      const viewer = await viewers.find(session.userId);
      if (!viewer) return null;
      const newRememberToken = presented.rememberMe && basicUser !== null ? await remember(basicUser) : null;
      return { viewer, via: 'session', sessionHash: session.tokenHash, newToken: null, newRememberToken };
    }
    if (presented.rememberToken === null) return null;
    const remembered = await userOfRememberToken(db, presented.rememberToken);
    return remembered === null ? null : login(presented, remembered, 'rememberMe', null, false);
  }

  function remembered({ sessionToken, basic, apiKey, rememberMe }: Presented): Viewer | null {
    if (!sessionToken || apiKey !== null || rememberMe) return null;
    const session = sessions.remembered(sessionToken);
    if (!session) return null;
    // a wrong password beside a right session fails: such a request is not for here
    const isSame = basic === null || verified.get(fingerprint('basic', basic.email, basic.password)) === session.userId;
    return isSame ? viewers.remembered(session.userId) : null;
  }

  const remember = async (userId: string): Promise<string> =>
    createRememberToken(db, userId, await deps.rememberMeDays());

  return {
    identify,
    remembered,
    forget(userId) {
      forgotten++;
      viewers.forget(userId);
      sessions.forget(userId);
      for (const [mark, owner] of verified) if (owner === userId) verified.delete(mark);
    },
    forgetAll() {
      forgotten++;
      viewers.forgetAll();
      sessions.forgetAll();
      verified.clear();
    },
  };
}

/** The limiter rejects with its state: when the next try is allowed. */
function tooMany(state: unknown): never {
  if (!(state instanceof RateLimiterRes)) throw state;
  const seconds = Math.max(1, Math.ceil(state.msBeforeNext / 1000));
  throw new HttpFailure(429, 'Too many failed attempts, try again later', { retryAfter: seconds });
}
