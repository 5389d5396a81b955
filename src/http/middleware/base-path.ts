import type { Middleware } from 'koa';
import type { HttpState } from '../context';

const forwardedPrefix = /^(\/[\w.~-]+)+$/;

/**
 * Takes the configured base path off the request's path. Behind a trusted proxy that strips it itself,
 * `X-Forwarded-Prefix` says what has to stand before links.
 */
export function basePath(configured: string, trustProxy: boolean): Middleware<HttpState> {
  return async (ctx, next) => {
    const forwarded = trustProxy ? ctx.get('x-forwarded-prefix').replace(/\/+$/, '') : '';
    ctx.state.basePath = forwardedPrefix.test(forwarded) ? forwarded : configured;
    if (configured !== '' && (ctx.path === configured || ctx.path.startsWith(`${configured}/`))) {
      ctx.path = ctx.path.slice(configured.length) || '/';
    }
    await next();
  };
}
