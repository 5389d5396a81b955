import type { Middleware } from 'koa';
import type { HttpContext, HttpState } from '../context';

/** What pages of other origins may read of an answer besides its body (Komga's list, and what a cache needs). */
const exposed = 'Content-Disposition, X-Auth-Token, ETag, Last-Modified';
const halfAnHour = '1800';

const isPreflight = (ctx: HttpContext): boolean =>
  ctx.method === 'OPTIONS' && ctx.get('access-control-request-method') !== '';

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
