import axios, {
  AxiosError,
  type AxiosAdapter,
  type AxiosInstance,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import axiosRetry from 'axios-retry';
import type { Gate, RequestOutcome, ResponseStore, StoredResponse } from '../gate';
import { ProviderRefused, ProviderUnavailable, type Asking } from '../provider';
import { announcedPause, banPause, exhaustedPause, politePause } from './pause';

/** Parameters as MangaDex takes them: arrays are spelled `name[]`. */
export type Parameters = Record<string, string | number | readonly string[]>;

/** How an answer is read: one of another shape counts as none, and is not kept. */
export interface Reading<T> {
  freshMs: number;
  parse: (body: unknown) => T | null;
}

export interface Client {
  /** The parsed answer; null for 404. Throws ProviderUnavailable and ProviderRefused. */
  json<T>(path: string, parameters: Parameters, reading: Reading<T>, asking: Asking): Promise<T | null>;
  /** The bytes of a file; null for 404. */
  bytes(path: string, asking: Asking): Promise<Buffer | null>;
}

export interface ClientOptions {
  provider: string;
  baseUrl: string;
  userAgent: string;
  gate: Gate;
  store: ResponseStore;
  /** First pause before a second try, milliseconds; doubled for the third. */
  backoff?: number;
  /** Milliseconds until the headers of an answer must be there, and until its body must be. */
  timeouts?: { headers: number; whole: number };
}

const tries = 3;
const mostJson = 5 * 1024 * 1024;
const mostBytes = 20 * 1024 * 1024;

/** Code of the errors that another try may mend. */
const transient = 'ETRANSIENT';

interface Errand {
  kind: 'json' | 'bytes';
  address: string;
  freshMs: number;
  urgent: boolean;
  parse?: (body: unknown) => unknown;
}

type Config = InternalAxiosRequestConfig & { errand: Errand };

const plainAnswer = (config: Config, data: unknown, status = 200): AxiosResponse => ({
  data,
  status,
  statusText: '',
  headers: {},
  config,
});

/** HTTP with a gate in front, tries behind it, and answers that are kept. Every try waits for a turn of its own. */
export function createClient(options: ClientOptions): Client {
  const { provider, baseUrl, userAgent, store, backoff = 1_000 } = options;
  const timeouts = options.timeouts ?? { headers: 15_000, whole: 30_000 };
  const host = new URL(baseUrl).host;
  const instance = axios.create({
    baseURL: baseUrl,
    headers: { 'User-Agent': userAgent, Accept: 'application/json, image/*' },
    adapter: gated(options, timeouts.whole),
    timeout: timeouts.headers,
    validateStatus: null,
    responseType: 'arraybuffer',
    maxRedirects: 3,
    maxContentLength: mostBytes,
    // an HTTP proxy adds `Via`, which MangaDex refuses
    proxy: false,
    beforeRedirect: (next: { host?: string; hostname?: string; port?: string }) => {
      const target = next.host ?? `${next.hostname ?? ''}${next.port ? `:${next.port}` : ''}`;
      if (target !== host && next.hostname !== new URL(baseUrl).hostname)
        throw new Error('a redirect leads to another host');
    },
  });
  axiosRetry(instance, {
    retries: tries - 1,
    shouldResetTimeout: true,
    retryCondition: ({ code, config }) => code === transient && config?.signal?.aborted !== true,
    // without axios-retry's own look at Retry-After: that pause belongs to the host, and the gate keeps it
    retryDelay: (count) => backoff * 2 ** (count - 1) * (0.5 + Math.random()),
  });

  return {
    async json(path, parameters, { freshMs, parse }, asking) {
      const address = addressOf(baseUrl, path, parameters);
      const kept = await store.find(address);
      const errand: Errand = { kind: 'json', address, freshMs, urgent: asking.urgent ?? false, parse };
      const body = kept?.isFresh ? kept.body : await run(instance, provider, errand, asking);
      return body === null ? null : parse(body);
    },
    async bytes(path, asking) {
      const errand: Errand = {
        kind: 'bytes',
        address: `${baseUrl}${path}`,
        freshMs: 0,
        urgent: asking.urgent ?? false,
      };
      return (await run(instance, provider, errand, asking)) as Buffer | null;
    },
  };
}

/** The same question is always the same address. */
export function addressOf(baseUrl: string, path: string, parameters: Parameters): string {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    typeof value === 'object'
      ? value.toSorted().map((item): [string, string] => [`${name}[]`, item])
      : [[name, String(value)] as [string, string]],
  );
  const sorted = pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const query = new URLSearchParams(sorted).toString();
  return `${baseUrl}${path}${query === '' ? '' : `?${query}`}`;
}

async function run(instance: AxiosInstance, provider: string, errand: Errand, { signal }: Asking): Promise<unknown> {
  try {
    const request = { url: errand.address, errand, ...(signal ? { signal } : {}) };
    return (await instance.request<unknown>(request)).data;
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof AxiosError)) throw error;
    throw new ProviderUnavailable(provider, null, error.message, { cause: error });
  }
}

/** The adapter stands between axios-retry and the network: what it lets through has a turn. */
function gated({ gate, store, provider }: ClientOptions, wholeTimeout: number): AxiosAdapter {
  const send = axios.getAdapter('http');
  return async (plainConfig) => {
    const config = plainConfig as Config;
    const { errand } = config;
    const signal = config.signal as AbortSignal | undefined;
    const turn = await gate.enter({ urgent: errand.urgent, ...(signal ? { signal } : {}) });
    let kept: StoredResponse | null;
    try {
      // somebody else may have asked the same while this one waited: one question is sent once
      kept = errand.kind === 'json' ? await store.find(errand.address) : null;
      signal?.throwIfAborted();
    } catch (error) {
      await turn.skip();
      throw error;
    }
    if (kept?.isFresh) {
      await turn.skip();
      return plainAnswer(config, kept.body);
    }
    if (kept?.etag) config.headers.set('If-None-Match', kept.etag);
    const limit = AbortSignal.timeout(wholeTimeout);
    const sent = { ...config, signal: signal ? AbortSignal.any([signal, limit]) : limit };
    let response: AxiosResponse;
    try {
      response = await send(sent as InternalAxiosRequestConfig);
    } catch (error) {
      const reason = signal?.aborted ? 'given up' : reasonOf(error, limit.aborted);
      await turn.done(signal?.aborted ? { kind: 'answered' } : { kind: 'failed', reason });
      throw new AxiosError(reason, transient, config);
    }
    const read = readAnswer(response, errand);
    try {
      // before the turn ends: whoever has the next one may want to know the same
      await keepAnswer(store, errand, response, read);
    } finally {
      await turn.done(read.outcome);
    }
    if (read.kind === 'transient') throw new AxiosError(read.reason, transient, config, undefined, response);
    if (read.kind === 'refused') throw new ProviderRefused(provider, response.status, read.reason);
    if (read.kind === 'unchanged') return plainAnswer(config, kept?.body ?? null);
    return plainAnswer(config, read.body, response.status);
  };
}

async function keepAnswer(store: ResponseStore, errand: Errand, response: AxiosResponse, read: Read): Promise<void> {
  const { kind, address, freshMs } = errand;
  if (read.kind === 'unchanged') await store.renew(address, freshMs);
  if (read.kind !== 'body' || kind !== 'json') return;
  const etag: unknown = response.headers['etag'];
  await store.keep(address, { body: read.body, etag: typeof etag === 'string' ? etag : null }, freshMs);
}

const reasonOf = (error: unknown, timedOut: boolean): string => {
  if (timedOut) return 'no whole answer in time';
  if (!(error instanceof Error)) return 'no answer';
  return error.message || (error as NodeJS.ErrnoException).code || 'no answer';
};

type Read = { outcome: RequestOutcome } & (
  | { kind: 'body'; body: unknown }
  | { kind: 'unchanged' }
  | { kind: 'transient'; reason: string }
  | { kind: 'refused'; reason: string }
);

/** Status and content type first: what cannot be read is never parsed (mangadex.md §2). */
function readAnswer(response: AxiosResponse, { kind, parse }: Errand): Read {
  const { status, data } = response as AxiosResponse<Buffer>;
  const header = (name: string): string | undefined => {
    const value: unknown = response.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const now = Date.now();
  if (status === 429) {
    const reason = 'too many requests';
    return { kind: 'transient', reason, outcome: { kind: 'paused', reason, pauseMs: announcedPause(header, now) } };
  }
  if (status === 403) return forbiddenAnswer(data, header);
  if (status >= 500) {
    const reason = `answer ${status}`;
    const pauseMs = politePause(header, now);
    return { kind: 'transient', reason, outcome: { kind: 'failed', reason, ...(pauseMs === null ? {} : { pauseMs }) } };
  }
  const pauseMs = exhaustedPause(header, now);
  const outcome: RequestOutcome = { kind: 'answered', ...(pauseMs === null ? {} : { pauseMs }) };
  if (status === 304) return { kind: 'unchanged', outcome };
  if (status === 404) return { kind: 'body', body: null, outcome };
  if (status !== 200) return { kind: 'refused', reason: `answer ${status}`, outcome };
  if (kind === 'bytes') return { kind: 'body', body: data, outcome };
  const body = parseJson(data, header('content-type') ?? '');
  if (body === undefined || (parse && parse(body) === null)) {
    const reason = body === undefined ? 'an answer that is no JSON' : 'an answer of a shape that is not understood';
    return { kind: 'transient', reason, outcome: { kind: 'failed', reason } };
  }
  return { kind: 'body', body, outcome };
}

/** A captcha is wanted for this one request; without that word everything is forbidden to us for a while. */
function forbiddenAnswer(data: Buffer, header: (name: string) => string | undefined): Read {
  const isCaptcha =
    header('x-captcha-sitekey') !== undefined || data.toString('utf8', 0, 4096).includes('captcha_required');
  if (isCaptcha) return { kind: 'refused', reason: 'a captcha is wanted', outcome: { kind: 'answered' } };
  const reason = 'forbidden, we are banned for a while';
  return { kind: 'transient', reason, outcome: { kind: 'paused', reason, pauseMs: banPause } };
}

/** Postgres has no text with NUL or half a character in it. */
const withoutNul = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/[\0\p{Surrogate}]/gu, '') : value;

/** Undefined: an HTML page, half of an answer, or a failure inside a 200. */
function parseJson(data: Buffer, type: string): unknown {
  if (data.length > mostJson || /html/iu.test(type)) return undefined;
  try {
    const body: unknown = JSON.parse(data.toString('utf8'), withoutNul);
    if (typeof body !== 'object' || body === null) return undefined;
    return (body as { result?: unknown }).result === 'error' ? undefined : body;
  } catch {
    return undefined;
  }
}
