import type { Middleware } from 'koa';
import type { HttpState } from '../context';

/** Scripts and pictures only from ourselves; pages of books may be data of the same origin alone. */
const policy =
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'self'; form-action 'self'";

export function securityHeaders(): Middleware<HttpState> {
  return async (ctx, next) => {
    ctx.set({
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'SAMEORIGIN',
      'Referrer-Policy': 'same-origin',
      'Content-Security-Policy': policy,
    });
    await next();
  };
}
