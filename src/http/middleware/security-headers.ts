import type { Middleware } from 'koa';
import type { HttpState } from '../context';

/** Scripts and pictures only from ourselves; pages of books may be data of the same origin alone. */
const policy =
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'self'; form-action 'self'";

/** What a browser would run or lay out. In JSON, archives and pictures of pixels nothing can run, and `nosniff` keeps them what they are. */
const isDocument = (type: string): boolean => /html|xml|svg/.test(type);

export const alwaysSent = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
  'Referrer-Policy': 'same-origin',
};

/** Stands above the writer of error answers, so that these are covered too. */
export function securityHeaders(): Middleware<HttpState> {
  return async (ctx, next) => {
    ctx.set(alwaysSent);
    await next();
    if (isDocument(ctx.type) && !ctx.res.hasHeader('Content-Security-Policy'))
      ctx.set('Content-Security-Policy', policy);
  };
}
