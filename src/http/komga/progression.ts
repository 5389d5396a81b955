import { z } from 'zod';
import { getProgression, putProgression } from '../../library/progression';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { instant, sendText } from '../reply';
import { route, type Route } from '../route';
import { progressionBody } from './dto/progression';
import { given } from './given';

const mediaType = 'application/vnd.readium.progression+json';

/** The place in a book as Readium's clients keep it, with the device that was there. */
export function progressionRoutes({ db }: HttpDeps): Route[] {
  const tag = 'WebPub manifest';
  const path = '/api/v1/books/:bookId/progression';
  const params = z.object({ bookId: entityId() });
  return [
    route({
      method: 'get',
      path,
      id: 'getBookProgression',
      tag,
      summary: 'The place in a book; 204 for a book that was not begun',
      access: 'any',
      params,
      reply: 'bytes',
      produces: [mediaType],
      handler: async ({ ctx, viewer, params }) => {
        const found = await getProgression(db, viewer, params.bookId);
        if (found) return sendText(ctx, mediaType, JSON.stringify({ ...found, modified: instant(found.modified) }));
        ctx.body = null;
      },
    }),
    route({
      method: 'put',
      path,
      id: 'updateBookProgression',
      tag,
      summary: 'Keep the place in a book; 409 unless it is newer than what is kept',
      access: 'any',
      params,
      body: progressionBody,
      reply: 'nothing',
      handler: async ({ viewer, params, body }) => {
        const { modified, device, locator } = body;
        const { locations, ...others } = locator;
        const place = locations === undefined ? {} : { locations: given(locations) };
        await putProgression(db, viewer, params.bookId, { modified, device, locator: { ...others, ...place } });
      },
    }),
  ];
}
