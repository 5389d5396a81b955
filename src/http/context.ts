import type { ParameterizedContext } from 'koa';
import type { Viewer } from '../search/viewer';

/** What the middlewares leave for the routes. */
export interface HttpState {
  /** Null when nobody logged in. */
  viewer: Viewer | null;
  /** How the viewer proved who they are; null for nobody. */
  via: 'session' | 'basic' | 'apiKey' | 'rememberMe' | null;
  /** The session that this request belongs to or has just begun. */
  sessionHash: string | null;
  /** What stands before our paths outside: the configured base path, or what a trusted proxy says. `''` or `/path`. */
  basePath: string;
  /** The API key that stood in an OPDS path, where links have to carry it on; null otherwise. */
  opdsKey: string | null;
  /** Name of the operation, once it is found. */
  route: string | null;
}

export type HttpContext = ParameterizedContext<HttpState>;

/** True under `/api`, `/opds`, `/sse`, `/actuator`, `/koreader`, `/metrics`: answers for programs, never the web UI's page. */
export const isProtocolPath = (path: string): boolean =>
  /^\/(api|opds|sse|actuator|koreader|metrics)(\/|$)/i.test(path);

/** Below here an API key stands in a header of its own, and nobody is asked to log in. */
export const isKoreaderPath = (path: string): boolean => /^\/koreader(\/|$)/i.test(path);

const koreaderJson = 'application/vnd.koreader.v1+json';

/** The type that KOReader asks for; JSON for others. */
export const koreaderType = (ctx: ParameterizedContext): string =>
  ctx.get('accept').includes(koreaderJson) ? koreaderJson : 'application/json';

/** The path as it may stand in a log: a personal key in it is a password (`/opds/{key}/v1.2/…`, whatever stands before it). */
export const loggedPath = ({ path }: HttpContext): string => path.replace(/(\/opds\/)[\w-]{20,}/i, '$1***');

const defaultPorts: Record<string, string> = { http: '80', https: '443' };

/** Scheme, host and port that the client wrote; of a client of HTTP/1.0 that named no host, those it reached. */
function originOf(ctx: HttpContext): string {
  const { host, protocol } = ctx;
  if (host === '') return `${protocol}://${reachedAt(ctx)}`;
  // a proxy may tell the port apart from the host; without it links lead to nowhere (opds.md §1.10)
  const port = ctx.app.proxy ? ctx.get('x-forwarded-port') : '';
  const isMissing = /^\d{1,5}$/.test(port) && port !== defaultPorts[protocol] && !/:\d+$/.test(host);
  return `${protocol}://${host}${isMissing ? `:${port}` : ''}`;
}

function reachedAt({ socket }: HttpContext): string {
  const { localAddress = 'localhost', localPort = 80 } = socket;
  return `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
}

/** The address of one of our paths as the client has to write it; forwarded headers count where the proxy is trusted. */
export const absoluteUrl = (ctx: HttpContext, path: string): string => `${originOf(ctx)}${ctx.state.basePath}${path}`;
