import type { Middleware } from 'koa';
import type { HttpState } from '../context';

/** Keys as we make them (32 hexadecimal digits); long enough that no path of ours is taken for one. */
const keyed = /^\/opds\/([\w-]{20,64})(?=\/v(?:1\.2|2)(?:\/|$)|\/*$)/i;

const roots: Record<string, string> = {
  '/opds': '/opds/v1.2/catalog',
  // Chunky tries both by itself (opds.md §5)
  '/opds-comics': '/opds/v1.2/catalog',
  '/opds/v1.2': '/opds/v1.2/catalog',
  '/opds/v2': '/opds/v2/catalog',
};

/**
 * Brings the forms of an OPDS address down to one, without redirects, which KOReader cannot follow (opds.md §1.5): a final
 * slash, the bare roots, and `/opds/{key}`, `/opds/{key}/v1.2/…` for apps that cannot log in. From here on the path has no key in it, so
 * neither logs nor error bodies do.
 */
export function opdsPath(): Middleware<HttpState> {
  return async (ctx, next) => {
    if (/^\/opds(-comics)?(\/|$)/i.test(ctx.path)) {
      const key = keyed.exec(ctx.path)?.[1];
      if (key !== undefined) {
        ctx.state.opdsKey = key;
        ctx.path = `/opds${ctx.path.slice(`/opds/${key}`.length)}`;
      }
      const plain = ctx.path.replace(/\/+$/, '');
      ctx.path = roots[plain.toLowerCase()] ?? plain;
    }
    await next();
  };
}
