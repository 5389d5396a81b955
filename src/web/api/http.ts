import { ApiFailure, failureFrom } from './failure';

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Lets the request outlive the page (saving the last page read while the tab closes). */
  keepalive?: boolean;
  /** A 401 is an answer here (log-in form), not the end of a session. */
  mayBeUnauthorized?: boolean;
}

let sessionLost: () => void = () => undefined;

/** Says what happens when the server does not know us any more. */
export function whenSessionIsLost(listener: () => void): void {
  sessionLost = listener;
}

/** The absolute address of a path of the server, below whatever base path it was given. */
export function addressOf(path: string, query: Call['query'] = {}): string {
  const url = new URL(path.replace(/^\//, ''), document.baseURI);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.append(name, String(value));
  }
  return url.href;
}

/** Sends a request and returns the parsed JSON, or undefined when the answer has no body. */
export async function request<T>(path: string, call: Call = {}): Promise<T> {
  const response = await send(path, call);
  if (response.ok) return (await bodyOf(response)) as T;
  if (response.status === 401 && call.mayBeUnauthorized !== true) sessionLost();
  throw failureFrom(response.status, await bodyOf(response));
}

async function send(path: string, call: Call): Promise<Response> {
  // with X-Requested-With a 401 carries no challenge, so the browser's own password popup never appears
  const headers: Record<string, string> = {
    'X-Requested-With': 'XMLHttpRequest',
    Accept: 'application/json',
    ...call.headers,
  };
  // of a form the browser itself names the type, with the boundary it chose
  if (call.body !== undefined && !(call.body instanceof FormData)) headers['Content-Type'] = 'application/json';
  const init: RequestInit = { method: call.method ?? 'GET', headers, credentials: 'same-origin' };
  if (call.body !== undefined) init.body = call.body instanceof FormData ? call.body : JSON.stringify(call.body);
  if (call.signal) init.signal = call.signal;
  if (call.keepalive) init.keepalive = true;
  try {
    return await fetch(addressOf(path, call.query), init);
  } catch (problem) {
    if (call.signal?.aborted) throw problem;
    throw new ApiFailure(0, failureFrom(0, null).message);
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => '');
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
