import { STATUS_CODES } from 'node:http';
import type { Middleware } from 'koa';
import { fail, HttpFailure, InvalidInput, isCoded } from '../../base/errors';
import type { Log } from '../../base/log';
import { isOverdue } from '../../db/database';
import {
  absoluteUrl,
  isKoreaderPath,
  isProtocolPath,
  koreaderType,
  loggedPath,
  type HttpContext,
  type HttpState,
} from '../context';

interface Failure {
  status: number;
  message: string;
  /** Seconds. */
  retryAfter?: number;
  violations?: { fieldName: string; message: string }[];
}

/** Codes of Komga stand alone in the message: its web clients translate exactly that. Ours say what they mean. */
function failureOf(error: unknown): Failure {
  if (error instanceof InvalidInput) return { status: 400, message: error.message, violations: error.violations };
  if (error instanceof HttpFailure) {
    const { retryAfter } = error.details;
    return { status: error.status, message: error.message, ...(typeof retryAfter === 'number' ? { retryAfter } : {}) };
  }
  if (isCoded(error)) {
    return { status: error.status, message: error.code < 'ERR_2000' ? error.code : `${error.code} ${error.message}` };
  }
  if (isOverdue(error)) return failureOf(fail('ERR_2014', {}, error));
  return { status: 500, message: 'Internal Server Error' };
}

/** A client that hung up is not an error of ours. */
const hungUp = (ctx: HttpContext, error: unknown): boolean =>
  ctx.req.destroyed && (error as { code?: string } | null)?.code === 'ERR_STREAM_PREMATURE_CLOSE';

/**
 * The only writer of error answers. The whole cause goes to the log; the client gets a status, a code and a safe text,
 * in the form its protocol expects. `authenticationDocument` is the body of a 401 under OPDS 2.
 */
export function errors(log: Log, authenticationDocument: (ctx: HttpContext) => string): Middleware<HttpState> {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (hungUp(ctx, error)) return;
      const failure = failureOf(error);
      const fields = { err: error, method: ctx.method, path: loggedPath(ctx), status: failure.status };
      if (failure.status >= 500) log.error(fields, 'request failed');
      else log.debug(fields, 'request refused');
      write(ctx, failure, authenticationDocument);
    }
  };
}

function write(ctx: HttpContext, failure: Failure, authenticationDocument: (ctx: HttpContext) => string): void {
  for (const name of ['Content-Disposition', 'ETag', 'Last-Modified', 'Content-Range', 'Content-Length'])
    ctx.remove(name);
  ctx.status = failure.status;
  if (failure.retryAfter !== undefined) ctx.set('Retry-After', String(failure.retryAfter));
  // its HTTP library stops at a 403, and has no window for a challenge (clients.md §3.11)
  if (isKoreaderPath(ctx.path)) return json(ctx, body(ctx, failure), koreaderType(ctx));
  if (failure.status === 401) return challenge(ctx, failure, authenticationDocument);
  if (failure.message === '') return nothing(ctx, failure.status);
  if (/^\/opds\/v1/i.test(ctx.path) || !isProtocolPath(ctx.path)) return plain(ctx, failure.message);
  // who wants only a picture has no use for a text (Komga answers nothing either)
  if (!ctx.accepts('application/json', 'text/html', 'application/xml')) return nothing(ctx, failure.status);
  if (failure.violations) return json(ctx, { violations: failure.violations });
  return json(ctx, body(ctx, failure));
}

/**
 * OkHttp clients and OPDS readers log in only after a challenge; browsers would show a popup, so scripts that say
 * `X-Requested-With: XMLHttpRequest` get none (both of Komga's web clients and ours do).
 */
function challenge(ctx: HttpContext, failure: Failure, authenticationDocument: (ctx: HttpContext) => string): void {
  if (ctx.get('x-requested-with') === 'XMLHttpRequest' && !ctx.path.startsWith('/opds/v2')) {
    nothing(ctx, failure.status);
    return;
  }
  ctx.set('WWW-Authenticate', 'Basic realm="KireMisu", charset="UTF-8"');
  if (ctx.path.startsWith('/opds/v2')) {
    const link = absoluteUrl(ctx, '/opds/v2/auth');
    ctx.set('Link', `<${link}>; rel="http://opds-spec.org/auth/document"; type="application/opds-authentication+json"`);
    ctx.set('Content-Type', 'application/opds-authentication+json');
    ctx.body = authenticationDocument(ctx);
    return;
  }
  if (/^\/opds\/v1/i.test(ctx.path)) return plain(ctx, failure.message);
  return json(ctx, body(ctx, failure));
}

/** Spring's error body, which Komga's clients read. */
function body(ctx: HttpContext, failure: Failure): Record<string, unknown> {
  return {
    timestamp: new Date().toISOString().replace('Z', '+00:00'),
    status: failure.status,
    error: STATUS_CODES[failure.status] ?? 'Error',
    message: failure.message,
    path: ctx.path,
  };
}

/** A failure without message has no body at all. */
function nothing(ctx: HttpContext, status: number): void {
  ctx.body = null;
  ctx.status = status;
}

function json(ctx: HttpContext, value: unknown, type = 'application/json'): void {
  ctx.set('Content-Type', type);
  ctx.body = JSON.stringify(value);
}

function plain(ctx: HttpContext, message: string): void {
  ctx.set('Content-Type', 'text/plain; charset=utf-8');
  ctx.body = `${message}\n`;
}
