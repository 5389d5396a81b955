import findMyWay, { type HTTPMethod } from 'find-my-way';
import type { Middleware } from 'koa';
import { badRequest, forbidden, HttpFailure, notFound, unauthorized } from '../base/errors';
import type { Viewer } from '../search/viewer';
import { isProtocolPath, type HttpContext, type HttpState } from './context';
import { parseBody, parseValues, readJson, readQueryString } from './input';
import { revalidate, sendJson } from './reply';
import type { Access, Route } from './route';

interface DispatchOptions {
  /** Tests check every reply against its schema; production trusts the types. */
  checkReplies?: boolean;
}

type Params = Record<string, string | undefined>;

const methods: HTTPMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * A radix router in front: with 120 routes @koa/router alone costs half the requests a second (it tests every layer).
 * HEAD goes to GET; Koa drops the body.
 */
export function dispatch(routes: Route[], options: DispatchOptions = {}): Middleware<HttpState> {
  const router = findMyWay({ maxParamLength: 5000, caseSensitive: true });
  for (const entry of routes) {
    router.on(entry.method.toUpperCase() as HTTPMethod, entry.path, () => undefined, entry);
  }
  return async (ctx, next) => {
    const method = (ctx.method === 'HEAD' ? 'GET' : ctx.method) as HTTPMethod;
    const find = (wanted: HTTPMethod) => endpointOf(router.find(wanted, ctx.path));
    const found = methods.includes(method) ? find(method) : null;
    if (found) return answer(found.store as Route, found.params, ctx, options);
    const allowed = methods.filter((other) => find(other) !== null);
    if (allowed.length > 0) return refuseMethod(ctx, allowed);
    if (!isProtocolPath(ctx.path)) {
      await next();
      return;
    }
    if (ctx.state.viewer === null) throw unauthorized();
    throw notFound(`No endpoint ${ctx.method} ${ctx.path}.`);
  };
}

/** A parameter takes at least one character: `/api/v1/books/` names nothing. */
function endpointOf<T extends { params: Params }>(found: T | null): T | null {
  return found && Object.values(found.params).every((value) => value !== '') ? found : null;
}

function refuseMethod(ctx: HttpContext, allowed: HTTPMethod[]): void {
  ctx.set('Allow', allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', '));
  if (ctx.method === 'OPTIONS') {
    ctx.status = 200;
    return;
  }
  throw new HttpFailure(405, `Method '${ctx.method}' is not supported.`);
}

const mayCall = (access: Access, viewer: Viewer | null): boolean =>
  access === 'public' || access === 'any' || (viewer?.roles.has(access) ?? false);

/** Postgres has no text with NUL in it, and nothing has such a name. */
function withoutNul(params: Params): Params {
  if (Object.values(params).some((value) => value?.includes('\0'))) throw badRequest('The path holds a NUL character');
  return params;
}

/** Order of the checks: who, may they, is the input right, then the handler (whether it exists, whether they may see it). */
async function answer(entry: Route, params: Params, ctx: HttpContext, options: DispatchOptions): Promise<void> {
  ctx.state.route = entry.id;
  const { viewer } = ctx.state;
  if (entry.access !== 'public' && viewer === null) throw unauthorized();
  ctx.set('Cache-Control', revalidate);
  if (!mayCall(entry.access, viewer)) throw forbidden();
  const exchange = {
    ctx,
    viewer,
    params: entry.params && parseValues(entry.params, withoutNul(params)),
    query: entry.query && parseValues(entry.query, readQueryString(ctx.querystring)),
    body: entry.body && parseBody(entry.body, await readJson(ctx), { plain: entry.plainRefusals ?? false }),
  };
  const value: unknown = await entry.handler(exchange as never);
  send(entry, ctx, value, options);
}

function send(entry: Route, ctx: HttpContext, value: unknown, options: DispatchOptions): void {
  if (entry.reply === 'bytes') return;
  if (entry.reply === 'nothing' || entry.reply === 'accepted') {
    ctx.body = null;
    // after the body: Koa makes every answer without one a 204
    ctx.status = entry.reply === 'nothing' ? 204 : 202;
    return;
  }
  if (options.checkReplies) entry.reply.parse(value);
  sendJson(ctx, value, entry.status);
}
