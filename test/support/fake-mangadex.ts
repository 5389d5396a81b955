import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { searchCatalogue, wireRecord, type Catalogue, type CatalogueManga } from './mangadex-catalogue';

/** What goes wrong with the next request. */
export type Fault =
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  | { kind: 'reset' }
  | { kind: 'truncated' }
  | { kind: 'html' }
  | { kind: 'drift' }
  | { kind: 'slow'; milliseconds: number };

export interface Audit {
  /** Milliseconds. */
  at: number;
  method: string;
  path: string;
  /** With the query. */
  url: string;
  status: number;
  /** What went wrong with the answer. */
  fault: Fault['kind'] | null;
  headers: IncomingMessage['headers'];
}

export interface FakeCover {
  volume: string | null;
  locale: string;
  fileName: string;
  description?: string;
}

export interface FakeChapter {
  volume: string | null;
  chapter: string | null;
  title: string | null;
  language?: string;
}

/** A server that behaves like MangaDex: limits, refusals, faults on demand, and a list of everything that was asked. */
export interface FakeMangaDex {
  url: string;
  requests: Audit[];
  /** Taken one a request, first to last. */
  faults: Fault[];
  /** While true every request fails. */
  isDown: boolean;
  /** Requests a second. */
  limit: number;
  /** Sent above the limit, or while a pause was announced. */
  violations: string[];
  covers: Map<string, FakeCover[]>;
  chapters: Map<string, FakeChapter[]>;
  catalogue: Catalogue;
  close(): Promise<void>;
}

const known = new Set([
  ...['title', 'limit', 'offset', 'ids[]', 'contentRating[]', 'includes[]', 'order[relevance]', 'updatedAtSince'],
  ...['manga[]', 'locales[]', 'order[volume]', 'order[chapter]', 'translatedLanguage[]', 'includeUnavailable'],
]);

interface State extends FakeMangaDex {
  /** Nothing may come before. */
  pausedUntil: number;
}

export async function startFakeMangaDex(catalogue: Catalogue, { limit = 5 } = {}): Promise<FakeMangaDex> {
  const state: State = {
    ...{ url: '', requests: [], faults: [], isDown: false, violations: [], limit, pausedUntil: 0, catalogue },
    ...{ covers: new Map(), chapters: new Map(), close: () => Promise.resolve() },
  };
  const server = createServer((request, response) => {
    answer(state, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return state;
}

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

const failure = (status: number, detail: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { result: 'error', errors: [{ id: 'x', status, title: 'error', detail, context: null }] },
});

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const at = Date.now();
  const url = new URL(request.url ?? '/', state.url);
  const audit: Audit = {
    ...{ at, method: request.method ?? '', path: url.pathname, url: request.url ?? '', status: 0 },
    ...{ fault: null, headers: request.headers },
  };
  state.requests.push(audit);
  const fault = state.isDown ? ({ kind: 'status', status: 503 } as const) : state.faults.shift();
  audit.fault = fault?.kind ?? null;
  if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
  if (fault?.kind === 'reset') request.socket.destroy();
  // also one that did not want to wait for a slow answer
  if (request.socket.destroyed) return;
  const given = guard(state, audit) ?? faulty(fault) ?? (await reply(state, url));
  if (given.headers?.['retry-after']) state.pausedUntil = Date.now() + Number(given.headers['retry-after']) * 1000;
  audit.status = given.status;
  send(request, response, given, fault, audit);
}

/** Above the limit, or during a pause: 429 and a note. A pause is told by the one who ordered it. */
function guard(state: State, { at, url, headers }: Audit): Answer | null {
  const recent = state.requests.filter((other) => other.at > at - 1000);
  if (at < state.pausedUntil) {
    state.violations.push(`${state.pausedUntil - at} ms before the end of the pause: ${url}`);
    return failure(429, 'paused', { 'retry-after': '1' });
  }
  if (recent.length > state.limit) {
    state.violations.push(`${recent.length} requests in a second: ${url}`);
    return failure(429, 'too fast', { 'retry-after': '1' });
  }
  if (!/^[\w.-]+\/\d/u.test(headers['user-agent'] ?? '')) return failure(400, 'User-Agent');
  if (headers['via'] !== undefined) return failure(400, 'Via');
  return null;
}

function faulty(fault: Fault | undefined): Answer | null {
  if (fault?.kind === 'status') return failure(fault.status, 'fault', fault.headers ?? {});
  if (fault?.kind === 'html') return { status: 200, body: '<html><body>Down for maintenance</body></html>' };
  if (fault?.kind === 'drift') return { status: 200, body: { result: 'ok', response: 'collection', items: [] } };
  return null;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, headers = {} }: Answer,
  fault: Fault | undefined,
  audit: Audit,
): void {
  const isHtml = typeof body === 'string';
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(isHtml ? body : JSON.stringify(body));
  const etag = `"${createHash('sha1').update(bytes).digest('hex')}"`;
  if (status === 200 && request.headers['if-none-match'] === etag) {
    audit.status = 304;
    response.writeHead(304, { etag }).end();
    return;
  }
  const type = Buffer.isBuffer(body) ? 'image/jpeg' : isHtml ? 'text/html' : 'application/json';
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length, etag, ...headers });
  if (fault?.kind !== 'truncated') {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, bytes.length / 2));
  setImmediate(() => response.destroy());
}

async function reply(state: State, url: URL): Promise<Answer> {
  const { pathname, searchParams } = url;
  const unknown = [...searchParams.keys()].find((name) => !known.has(name));
  if (unknown !== undefined) return failure(400, `unknown parameter ${unknown}`);
  if (pathname === '/ping') return { status: 200, body: 'pong' };
  if (pathname === '/manga') return { status: 200, body: mangaList(state, searchParams) };
  if (pathname === '/cover') return { status: 200, body: coverList(state, searchParams) };
  const [, kind, id, last] = pathname.split('/');
  if (kind === 'covers') return { status: 200, body: await picture(pathname) };
  const manga = state.catalogue.manga.find((record) => record.id === id);
  if (kind !== 'manga' || manga === undefined) return failure(404, 'not found');
  if (last === 'feed') return { status: 200, body: feed(state, manga.id, searchParams) };
  return { status: 200, body: { result: 'ok', response: 'entity', data: wireRecord(state.catalogue, manga) } };
}

const collection = (data: unknown[], parameters: URLSearchParams, fallback = 10) => {
  const limit = Number(parameters.get('limit') ?? fallback);
  const offset = Number(parameters.get('offset') ?? 0);
  const page = data.slice(offset, offset + limit);
  return { result: 'ok', response: 'collection', data: page, limit, offset, total: data.length };
};

function mangaList(state: State, parameters: URLSearchParams) {
  const { catalogue } = state;
  const ids = parameters.getAll('ids[]');
  const ratings = parameters.getAll('contentRating[]');
  const allowed = new Set(ratings.length === 0 ? ['safe', 'suggestive', 'erotica'] : ratings);
  const found: CatalogueManga[] =
    ids.length > 0
      ? catalogue.manga.filter(({ id }) => ids.includes(id))
      : searchCatalogue(catalogue, parameters.get('title') ?? '');
  const shown = found.filter(({ attributes }) =>
    allowed.has((attributes['contentRating'] as string | undefined) ?? 'safe'),
  );
  return collection(
    shown.map((manga) => wireRecord(catalogue, manga)),
    parameters,
  );
}

function coverList(state: State, parameters: URLSearchParams) {
  const rows = parameters.getAll('manga[]').flatMap((id) =>
    (state.covers.get(id) ?? []).map((attributes, index) => ({
      ...{ id: `${id}-${index}`, type: 'cover', attributes: { description: '', ...attributes } },
      relationships: [{ id, type: 'manga' }],
    })),
  );
  return collection(rows, parameters);
}

function feed(state: State, id: string, parameters: URLSearchParams) {
  const languages = parameters.getAll('translatedLanguage[]');
  const rows = (state.chapters.get(id) ?? []).flatMap(({ language = 'en', ...attributes }, index) =>
    languages.length > 0 && !languages.includes(language)
      ? []
      : [{ id: `${id}-${index}`, type: 'chapter', attributes: { ...attributes, translatedLanguage: language } }],
  );
  return collection(rows, parameters, 100);
}

/** One colour a file: another file is another picture. */
function picture(pathname: string): Promise<Buffer> {
  const [r = 0, g = 0, b = 0] = createHash('sha1').update(pathname).digest();
  return sharp({ create: { width: 360, height: 512, channels: 3, background: { r, g, b } } })
    .jpeg()
    .toBuffer();
}

/** The greatest number of requests that began within one second. */
export function busiestSecond(requests: readonly Audit[]): number {
  const times = requests.map(({ at }) => at).sort((a, b) => a - b);
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
}
