import { PassThrough } from 'node:stream';
import { HttpFailure } from '../../base/errors';
import type { HttpDeps } from '../deps';
import type { HubEvent, Watcher } from '../event-hub';
import { route, type Route } from '../route';
import { presentEvent } from './present/event';

/** Komga's hour, in milliseconds: clients connect again, and prove again who they are. */
const longestLife = 3_600_000;
/** Bytes that wait for a client that does not read; it is cut off, and loads anew when it comes back. */
const mostWaiting = 4 * 1024 * 1024;

/** With these letters, no blank: what Komga's clients are used to (komga-rest.md §21). */
const heartbeat = ':heartbeat\n\n';

const written = (event: HubEvent): string => {
  const { type, data } = presentEvent(event);
  return `event:${type}\ndata:${JSON.stringify(data)}\n\n`;
};

/** A connection that stays open until one side ends it. */
function openStream(
  { events }: Pick<HttpDeps, 'events'>,
  { viewer, sessionHash }: Pick<Watcher, 'viewer' | 'sessionHash'>,
): PassThrough {
  const stream = new PassThrough();
  const write = (text: string): void => {
    if (stream.writableLength > mostWaiting) stream.destroy();
    if (stream.writable) stream.write(text);
  };
  const watcher: Watcher = {
    ...{ viewer, sessionHash },
    tell: (told) => write(told.map(written).join('')),
    beat: () => write(heartbeat),
    end: () => stream.end(),
  };
  if (!events.add(watcher)) throw new HttpFailure(429, 'Too many event streams are open', { retryAfter: 30 });
  const end = setTimeout(() => stream.end(), longestLife);
  stream.once('close', () => {
    clearTimeout(end);
    events.remove(watcher);
  });
  // headers and a first line go out at once: a client need not wait for an event to know that it is connected
  write(heartbeat);
  return stream;
}

export function eventRoutes(deps: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/sse/v1/events',
      id: 'getEvents',
      tag: 'Server-sent events',
      summary: 'What happens on the server, as far as the viewer may know',
      access: 'any',
      reply: 'bytes',
      produces: ['text/event-stream'],
      handler: ({ ctx, viewer }) => {
        ctx.status = 200;
        ctx.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
        if (ctx.method === 'HEAD') return;
        const stream = openStream(deps, { viewer, sessionHash: ctx.state.sessionHash });
        ctx.body = stream;
      },
    }),
  ];
}
