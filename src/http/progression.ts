import { z } from 'zod';
import { getProgression, putProgression, type StoredProgression } from '../library/progression';
import { readiumProgressionType } from '../opds/media-types';
import type { Viewer } from '../search/viewer';
import type { HttpContext } from './context';
import type { HttpDeps } from './deps';
import { entityId } from './input';
import { withoutKey } from './opds-address';
import { progressionBody } from './progression-body';
import { instant, sendText } from './reply';
import { route, type Route } from './route';

interface Place {
  /** With `:bookId`. */
  path: string;
  tag: string;
  ids: { get: string; put: string };
  /** What this protocol adds to a place, so that its apps can find it. */
  complete?: (ctx: HttpContext, viewer: Viewer, bookId: string, found: StoredProgression) => Promise<StoredProgression>;
}

/** The place in a book as Readium's clients keep it, with the device that was there; the same wherever it is served. */
export function progressionRoutesAt({ db }: HttpDeps, { path, tag, ids, complete }: Place): Route[] {
  const params = z.object({ bookId: entityId() });
  return [
    route({
      method: 'get',
      path,
      id: ids.get,
      tag,
      summary: 'The place in a book; 204 for a book that was not begun',
      access: 'any',
      params,
      reply: 'bytes',
      produces: [readiumProgressionType],
      handler: async ({ ctx, viewer, params }) => {
        const stored = await getProgression(db, viewer, params.bookId);
        if (!stored) {
          ctx.body = null;
          return;
        }
        const found = complete ? await complete(ctx, viewer, params.bookId, stored) : stored;
        sendText(ctx, readiumProgressionType, JSON.stringify({ ...found, modified: instant(found.modified) }));
      },
    }),
    route({
      method: 'put',
      path,
      id: ids.put,
      tag,
      summary: 'Keep the place in a book; 409 unless it is newer than what is kept',
      access: 'any',
      params,
      body: progressionBody,
      reply: 'nothing',
      handler: async ({ ctx, viewer, params, body }) => {
        const locator = { ...body.locator, href: withoutKey(ctx, body.locator.href) };
        await putProgression(db, viewer, params.bookId, { ...body, locator });
      },
    }),
  ];
}
