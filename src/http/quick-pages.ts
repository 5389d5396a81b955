import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import type { Log } from '../base/log';
import { uuidOf } from '../base/public-id';
import type { Authentication } from '../library/authentication';
import type { PageAtHand, PageBody } from '../library/found-page';
import type { BookPages } from '../library/pages';
import type { Viewer } from '../search/viewer';
import type { HttpContext, HttpState } from './context';
import { presentedBy } from './middleware/authenticate';
import { correlationIdOf } from './middleware/correlate';
import { alwaysSent } from './middleware/security-headers';
import { disposition, revalidate } from './reply';
import type { RequestMetrics } from './request-metrics';

export interface QuickPagesDeps {
  authentication: Authentication;
  pages: BookPages;
  metrics: RequestMetrics;
  log: Log;
  basePath: string;
}

/** The route that this is a short way for; it answers whatever is not answered here. */
const route = 'getBookPageByNumber';
const address = /^\/api\/v1\/books\/([0-9A-Z]{26})\/pages\/([1-9]\d{0,5})$/u;

/** With these an answer may be another one than the whole page, or carry more. */
const changing = ['range', 'if-none-match', 'if-modified-since', 'origin', 'expect'];

const isPlain = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && !changing.some((name) => headers[name] !== undefined) && !/pdf/iu.test(headers.accept ?? '');

function rememberedViewer(ctx: HttpContext, authentication: Authentication): Viewer | null {
  try {
    return authentication.remembered(presentedBy(ctx));
  } catch {
    // a header that makes no sense is refused elsewhere
    return null;
  }
}

function pageAtHand({ authentication, pages, basePath }: QuickPagesDeps, ctx: HttpContext): PageAtHand | null {
  const url = ctx.req.url ?? '';
  const match = address.exec(url.startsWith(basePath) ? url.slice(basePath.length) : url);
  if (!match || !isPlain(ctx.req)) return null;
  const viewer = rememberedViewer(ctx, authentication);
  const bookId = uuidOf(match[1] ?? '');
  if (bookId === null || !viewer?.roles.has('PAGE_STREAMING')) return null;
  return pages.atHand(viewer, bookId, Number(match[2]));
}

const always = Object.entries(alwaysSent).flat();

/** Written at once: header by header costs more than the reading of the page. */
function write(response: ServerResponse, correlationId: string, page: PageAtHand, { data, release }: PageBody & { data: Buffer }) {
  const named = page.fileName === null ? [] : ['Content-Disposition', disposition('inline', page.fileName)];
  response.once('finish', release);
  response.writeHead(200, [
    'X-Request-Id',
    correlationId,
    ...always,
    'Cache-Control',
    revalidate,
    'ETag',
    page.etag,
    'Last-Modified',
    page.lastModified.toUTCString(),
    'Accept-Ranges',
    'bytes',
    'Vary',
    'Accept-Encoding',
    'Content-Type',
    page.mediaType,
    ...named,
    'Content-Length',
    String(data.length),
  ]);
  response.end(data);
} // prettier-ignore

/**
 * Answers for pages that need nothing but their bytes: of a reader whose session, rights and book are remembered, out of a
 * file that is open. Three quarters of what a page costs besides its bytes is the way through the other middlewares
 * (decision 10); everything else, and everything that goes wrong, takes that way.
 */
export function quickPages(deps: QuickPagesDeps): Middleware<HttpState> {
  const { metrics, log } = deps;
  return (ctx, next) => {
    const begin = performance.now();
    ctx.state.opdsKey = null;
    const page = pageAtHand(deps, ctx);
    if (!page) return next();
    return new Promise<void>((resolve, reject) => {
      const isReading = page.read((body) => {
        if (!body) return void next().then(resolve, reject);
        ctx.respond = false;
        const correlationId = correlationIdOf(ctx.req.headers['x-request-id'] as string | undefined);
        write(ctx.res, correlationId, page, body);
        const milliseconds = performance.now() - begin;
        metrics.observe(route, 200, milliseconds / 1000);
        log.info(
          { correlationId, method: 'GET', path: ctx.path, status: 200, ms: Math.round(milliseconds) },
          'request',
        );
        resolve();
      });
      if (!isReading) next().then(resolve, reject);
    });
  };
}
