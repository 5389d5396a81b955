import Koa from 'koa';
import compress from 'koa-compress';
import { constants } from 'node:zlib';
import type { HttpContext, HttpState } from './context';
import type { HttpDeps } from './deps';
import { dispatch } from './dispatch';
import { healthRouter } from './health';
import { authenticate } from './middleware/authenticate';
import { basePath } from './middleware/base-path';
import { correlate } from './middleware/correlate';
import { crossOrigin } from './middleware/cross-origin';
import { errors } from './middleware/errors';
import { opdsPath } from './middleware/opds-path';
import { securityHeaders } from './middleware/security-headers';
import { quickPages } from './quick-pages';
import { createRequestMetrics, measureRequests } from './request-metrics';
import { allRoutes, authenticationDocument } from './routes';
import { webUi, type WebFiles } from './ui/web-files';

export interface AppOptions extends Omit<HttpDeps, 'metrics'> {
  rememberMeDays: () => Promise<number>;
  webFiles: WebFiles;
  /** Tests check every reply against its schema. */
  checkReplies?: boolean;
}

/** Pictures, archives and event streams are never compressed; text is, when the client asks for it. */
const compressible = (type: string): boolean =>
  /json|xml|text\/(html|css|javascript|plain)|svg/.test(type) && !/event-stream/.test(type);

const compression = () =>
  compress({
    filter: compressible,
    threshold: 1024,
    gzip: { level: 5 },
    br: { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } },
    defaultEncoding: 'identity',
  });

/** The middleware chain, top to bottom. */
export function createApp(options: AppOptions): Koa<HttpState> {
  const { config, log } = options;
  // of the addresses in X-Forwarded-For the last one, which the proxy wrote itself: a client can invent all before it, and
  // with them get around the limit of failed logins
  const app = new Koa<HttpState>({ proxy: config.trustProxy, maxIpsCount: 1 });
  // errors.ts answers everything; what arrives here is a client that hung up in the middle of a stream
  app.on('error', (error: Error) => log.debug({ err: error }, 'response ended early'));
  const metrics = createRequestMetrics();
  // what other origins may read of an answer is not said there
  if (config.corsOrigins.length === 0) app.use(quickPages({ ...options, metrics, basePath: config.basePath }));
  app.use(correlate(log));
  app.use(measureRequests(metrics));
  app.use(securityHeaders());
  app.use(errors(log, (ctx: HttpContext) => JSON.stringify(authenticationDocument(ctx))));
  app.use(crossOrigin(config.corsOrigins));
  app.use(basePath(config.basePath, config.trustProxy));
  app.use(opdsPath());
  const health = healthRouter(options.health, options.draining);
  app.use(health.routes());
  app.use(compression());
  app.use(authenticate(options.authentication, options.rememberMeDays));
  app.use(dispatch(allRoutes({ ...options, metrics }), { checkReplies: options.checkReplies ?? false }));
  app.use(webUi(options.webFiles));
  return app;
}
