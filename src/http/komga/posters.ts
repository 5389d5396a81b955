import { z } from 'zod';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { sendPoster } from '../reply';
import { route, type Route } from '../route';

/** The poster that stands for a book or series. */
export function posterRoutes({ posters }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/books/:bookId/thumbnail',
      id: 'getBookThumbnail',
      tag: 'Book poster',
      summary: 'The selected poster of a book',
      access: 'any',
      params: z.object({ bookId: entityId() }),
      reply: 'bytes',
      produces: ['image/jpeg'],
      handler: async ({ ctx, viewer, params }) => sendPoster(ctx, await posters.ofBook(viewer, params.bookId)),
    }),
    route({
      method: 'get',
      path: '/api/v1/series/:seriesId/thumbnail',
      id: 'getSeriesThumbnail',
      tag: 'Series poster',
      summary: 'The poster of a series, or of the book that the library chooses for the viewer',
      access: 'any',
      params: z.object({ seriesId: entityId() }),
      reply: 'bytes',
      produces: ['image/jpeg'],
      handler: async ({ ctx, viewer, params }) => sendPoster(ctx, await posters.ofSeries(viewer, params.seriesId)),
    }),
  ];
}
