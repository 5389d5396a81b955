import { z } from 'zod';
import { requestBookDeletion, requestSeriesDeletion } from '../../library/file-requests';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { route, type Route } from '../route';

/** Files that go from the disk on the request of an administrator (komga-rest.md §12.8). */
export function deletionRoutes(deps: HttpDeps): Route[] {
  return [
    route({
      method: 'delete',
      path: '/api/v1/books/:bookId/file',
      id: 'deleteBookFile',
      tag: 'Books',
      summary: 'Delete the file of a book; the book goes to the trash',
      access: 'ADMIN',
      params: z.object({ bookId: entityId() }),
      reply: 'accepted',
      handler: ({ params }) => requestBookDeletion(deps, params.bookId),
    }),
    route({
      method: 'delete',
      path: '/api/v1/series/:seriesId/file',
      id: 'deleteSeriesFile',
      tag: 'Series',
      summary: 'Delete the files of all books of a series; it goes to the trash',
      access: 'ADMIN',
      params: z.object({ seriesId: entityId() }),
      reply: 'accepted',
      handler: ({ params }) => requestSeriesDeletion(deps, params.seriesId),
    }),
  ];
}
