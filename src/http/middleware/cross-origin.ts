import type { Middleware } from 'koa';
import { HttpFailure } from '../../base/errors';
import type { HttpContext, HttpState } from '../context';

/** What pages of other origins may read of an answer besides its body (Komga's list, and what a cache needs). */
const exposed = 'Content-Disposition, X-Auth-Token, ETag, Last-Modified';
const halfAnHour = '1800';

const isPreflight = (ctx: HttpContext): boolean =>
  ctx.method === 'OPTIONS' && ctx.get('access-control-request-method') !== '';

const isSafe = (method: string): boolean => ['GET', 'HEAD', 'OPTIONS'].includes(method);
/** A form of another site can send none of these without asking first, which is answered above. */
const needsLeave = ['x-api-key', 'x-auth-token', 'x-requested-with'];

/**
 * A change that a page of another site makes a browser ask for, with the credentials that this keeps for us. Our cookies
 * do not go along (`SameSite=Lax`), but a name and password do that were typed into the browser's own window.
 */
const isForged = (ctx: HttpContext): boolean =>
  !isSafe(ctx.method) &&
  ctx.get('sec-fetch-site') === 'cross-site' &&
  !/json/i.test(ctx.get('content-type')) &&
  needsLeave.every((name) => ctx.get(name) === '');

/**
 * Lets pages of the origins that the operator named use the API with their users' logins; of all others a browser gets
 * no leave (komga-rest.md §2.7). Without any name only preflights are answered: with a refusal that says what it is.
 */
export function crossOrigin(origins: readonly string[]): Middleware<HttpState> {
  return async (ctx, next) => {
    const origin = ctx.get('origin');
    const isAllowed = origins.includes(origin);
    if (origins.length > 0) ctx.vary('Origin');
    if (isAllowed) {
      ctx.set('Access-Control-Allow-Origin', origin);
      ctx.set('Access-Control-Allow-Credentials', 'true');
      ctx.set('Access-Control-Expose-Headers', exposed);
    }
    if (origin === '' || !isPreflight(ctx)) {
      if (!isAllowed && isForged(ctx)) throw new HttpFailure(403, 'A page of another site may not do this');
      await next();
      return;
    }
    answerPreflight(ctx, isAllowed);
  };
}

function answerPreflight(ctx: HttpContext, isAllowed: boolean): void {
  if (!isAllowed) {
    ctx.status = 403;
    ctx.body = Buffer.from('Invalid CORS request');
    ctx.remove('Content-Type');
    return;
  }
  ctx.set('Access-Control-Allow-Methods', ctx.get('access-control-request-method'));
  const headers = ctx.get('access-control-request-headers');
  if (headers !== '') ctx.set('Access-Control-Allow-Headers', headers);
  ctx.set('Access-Control-Max-Age', halfAnHour);
  ctx.status = 200;
  ctx.body = '';
}
