import { z } from 'zod';
import { findLibraries, getLibrary } from '../../search/find-libraries';
import type { HttpDeps } from '../deps';
import { entityId } from '../input';
import { route, type Route } from '../route';
import { libraryDto } from './dto/library';
import { presentLibrary } from './present/library';

const tag = 'Libraries';
const params = z.object({ libraryId: entityId() });

export function libraryRoutes(deps: HttpDeps): Route[] {
  return [...reading(deps)];
}

function reading({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/libraries',
      id: 'getLibraries',
      tag,
      summary: 'The libraries that the viewer may see, by name',
      access: 'any',
      reply: z.array(libraryDto),
      handler: async ({ viewer }) => (await findLibraries(db, viewer)).map((row) => presentLibrary(row, viewer)),
    }),
    route({
      method: 'get',
      path: '/api/v1/libraries/:libraryId',
      id: 'getLibraryById',
      tag,
      summary: 'One library',
      access: 'any',
      params,
      reply: libraryDto,
      handler: async ({ viewer, params }) => presentLibrary(await getLibrary(db, viewer, params.libraryId), viewer),
    }),
  ];
}
