import type { Middleware } from 'koa';
import { withContext } from '../../base/context';
import type { Log } from '../../base/log';
import { newId } from '../../base/public-id';
import { loggedPath, type HttpState } from '../context';

const acceptable = /^[\w.:-]{1,64}$/;

/** The id that a request goes by: the client's, or a new one. */
export function correlationIdOf(given: string | undefined): string {
  return given !== undefined && acceptable.test(given) ? given : newId();
}

/** Gives every request an id (the client's or a new one), sends it back, and writes one line when it is answered. */
export function correlate(log: Log): Middleware<HttpState> {
  return async (ctx, next) => {
    const correlationId = correlationIdOf(ctx.get('x-request-id'));
    ctx.set('X-Request-Id', correlationId);
    Object.assign(ctx.state, {
      viewer: null,
      via: null,
      sessionHash: null,
      basePath: '',
      opdsKey: null,
      route: null,
    } satisfies HttpState);
    const begin = performance.now();
    await withContext({ correlationId }, async () => {
      await next();
      log.info(
        {
          method: ctx.method,
          path: loggedPath(ctx),
          status: ctx.status,
          ms: Math.round(performance.now() - begin),
        },
        'request',
      );
    });
  };
}
