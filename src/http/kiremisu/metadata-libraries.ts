import { z } from 'zod';
import { publicId } from '../../base/public-id';
import { requestLibraryMatch } from '../../library/enrich/requests';
import { getLibraryMetadata, setLibraryMetadata } from '../../library/enrich/review';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { route, type Route } from '../route';
import { base, operationDto, requestDeps, tag } from './metadata-shared';

const libraryParams = z.object({ libraryId: entityId() });

const libraryMetadataDto = z.object({
  /** Null: as the server is configured. */
  mode: z.enum(['auto', 'review', 'off']).nullable(),
  covers: z.boolean(),
});

/** How a library is treated, and all of it at once. */
export function libraryMetadataRoutes(deps: HttpDeps): Route[] {
  const { db } = deps;
  const requests = requestDeps(deps);
  const path = `${base}/libraries/:libraryId/metadata`;
  return [
    route({
      method: 'get',
      path,
      id: 'getLibraryMetadata',
      tag,
      summary: 'Whether MangaDex fills this library, asks first, or is off',
      access: 'ADMIN',
      params: libraryParams,
      reply: libraryMetadataDto,
      handler: ({ params }) => getLibraryMetadata(db, params.libraryId),
    }),
    route({
      method: 'patch',
      path,
      id: 'updateLibraryMetadata',
      tag,
      summary: 'Change that; what is not sent stays',
      access: 'ADMIN',
      params: libraryParams,
      body: libraryMetadataDto.partial(),
      reply: 'nothing',
      handler: async ({ params, body: { mode, covers } }) => {
        const changes = { ...(mode === undefined ? {} : { mode }), ...(covers === undefined ? {} : { covers }) };
        await setLibraryMetadata(db, params.libraryId, changes);
        await deps.queue.submit('enrich', {});
      },
    }),
    route({
      method: 'post',
      path: `${path}/refresh`,
      id: 'refreshLibraryMatches',
      tag,
      summary: 'Look for the titles of a whole library, and refresh its matches; the operation tells how far it is',
      access: 'ADMIN',
      params: libraryParams,
      reply: operationDto,
      status: 202,
      handler: async ({ params, viewer }) => ({
        operationId: publicId(await requestLibraryMatch(requests, params.libraryId, viewer.userId)),
      }),
    }),
  ];
}
