import type { Middleware } from 'koa';
import { unauthorized } from '../../base/errors';
import type { Authentication, Identity, Presented } from '../../library/authentication';
import { isKoreaderPath, isProtocolPath, type HttpContext, type HttpState } from '../context';
import { setCookie } from './cookies';

/** Komga's names: clients (Komelia) look for exactly these. */
export const sessionCookie = 'KOMGA-SESSION';
export const rememberCookie = 'komga-remember-me';
const tokenHeader = 'X-Auth-Token';

/** A name and password from the header; bytes that are not UTF-8 are read as Latin-1 (Paperback 0.8 sends that). */
function basicOf(ctx: HttpContext): Presented['basic'] {
  const match = /^Basic\s+(.*)$/i.exec(ctx.get('authorization'));
  if (!match) return null;
  const bytes = Buffer.from(match[1] ?? '', 'base64');
  const text = decode(bytes);
  const at = text.indexOf(':');
  if (at < 0) throw unauthorized();
  return { email: text.slice(0, at), password: text.slice(at + 1) };
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

const present = (ctx: HttpContext, header: string): boolean => ctx.req.headers[header.toLowerCase()] !== undefined;

/** The header, when it is there, decides alone; also when it is empty. */
function sessionToken(ctx: HttpContext): string | null {
  if (present(ctx, tokenHeader)) return ctx.get(tokenHeader) || null;
  return ctx.cookies.get(sessionCookie) || null;
}

const wantsRemembering = (ctx: HttpContext): boolean => /(^|&)remember-me=(true|on|yes|1)(&|$)/i.test(ctx.querystring);

/** Tells the client its session: in the header if it asked for that, else as a cookie. */
export function sendSession(ctx: HttpContext, token: string): void {
  if (present(ctx, tokenHeader)) ctx.set(tokenHeader, token);
  else setCookie(ctx, sessionCookie, token);
}

export function sendSessionCookie(ctx: HttpContext, token: string): void {
  setCookie(ctx, sessionCookie, token);
}

export function clearCookies(ctx: HttpContext): void {
  for (const name of [sessionCookie, rememberCookie]) setCookie(ctx, name, '', { maxAge: 0 });
}

/** The token of the session that this request came with, as text. */
export const presentedSession = sessionToken;

/** What a request presents to show who asks. */
export function presentedBy(ctx: HttpContext): Presented {
  const { opdsKey } = ctx.state;
  const from = { ip: ctx.ip, userAgent: ctx.get('user-agent') };
  const nothing = { basic: null, apiKey: null, sessionToken: null, rememberToken: null, rememberMe: false };
  if (isKoreaderPath(ctx.path)) return { ...from, ...nothing, apiKey: ctx.get('X-Auth-User') || null };
  // the key in the path decides alone: its links have to work whatever else an app sends along
  if (opdsKey !== null) return { ...from, ...nothing, apiKey: opdsKey };
  return {
    ...from,
    basic: basicOf(ctx),
    apiKey: present(ctx, 'X-API-Key') ? ctx.get('X-API-Key') : null,
    sessionToken: sessionToken(ctx),
    rememberToken: ctx.cookies.get(rememberCookie) || null,
    rememberMe: wantsRemembering(ctx),
  };
}

/** A wrong password takes the lasting login away: the next visit must not fall back to what the password was to replace. */
async function identify(ctx: HttpContext, authentication: Authentication): Promise<Identity | null> {
  try {
    return await authentication.identify(presentedBy(ctx));
  } catch (error) {
    if (/^Basic\s/i.test(ctx.get('authorization'))) setCookie(ctx, rememberCookie, '', { maxAge: 0 });
    throw error;
  }
}

/** Finds out who asks, on every path that programs use. Routes decide whether somebody is needed. */
export function authenticate(
  authentication: Authentication,
  rememberMeDays: () => Promise<number>,
): Middleware<HttpState> {
  return async (ctx, next) => {
    if (!isProtocolPath(ctx.path)) {
      await next();
      return;
    }
    const identity = await identify(ctx, authentication);
    if (identity) {
      ctx.state.viewer = identity.viewer;
      ctx.state.via = identity.via;
      ctx.state.sessionHash = identity.sessionHash;
      if (identity.newToken !== null) sendSession(ctx, identity.newToken);
      if (identity.newRememberToken !== null) {
        setCookie(ctx, rememberCookie, identity.newRememberToken, { maxAge: (await rememberMeDays()) * 24 * 60 * 60 });
      }
    }
    await next();
  };
}
