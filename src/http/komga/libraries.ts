import { z } from 'zod';
import { createLibrary, deleteLibrary, updateLibrary, type LibraryOptions } from '../../library/libraries';
import { requestAnalysis, requestEmptyTrash, requestRefresh, requestScan } from '../../library/requests';
import { findLibraries, getLibrary } from '../../search/find-libraries';
import type { HttpDeps } from '../deps';
import { entityId, flag } from '../input';
import { route, type Route } from '../route';
import { libraryChangesBody, libraryDto, newLibraryBody } from './dto/library';
import { given, givenAndNotNull } from './given';
import { presentLibrary } from './present/library';

const tag = 'Libraries';
const params = z.object({ libraryId: entityId() });

export function libraryRoutes(deps: HttpDeps): Route[] {
  return [...reading(deps), ...writing(deps), ...tasks(deps)];
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

/** Null is absent, but for the two options that it empties. */
function optionsOf(body: z.output<typeof libraryChangesBody>): Partial<LibraryOptions> {
  const options: Partial<LibraryOptions> = givenAndNotNull(body);
  if (body.scanDirectoryExclusions === null) options.scanDirectoryExclusions = [];
  if (body.oneshotsDirectory === null) options.oneshotsDirectory = null;
  return options;
}

function writing({ db, queue }: HttpDeps): Route[] {
  const update = (method: 'patch' | 'put', id: string) =>
    route({
      method,
      path: '/api/v1/libraries/:libraryId',
      id,
      tag,
      summary: 'Change the options of a library; what is not sent stays as it is',
      ...(method === 'put' ? { deprecated: true as const } : {}),
      access: 'ADMIN',
      params,
      body: libraryChangesBody,
      reply: 'nothing',
      handler: async ({ params, body }) => {
        await updateLibrary({ db, queue }, params.libraryId, optionsOf(body));
      },
    });
  return [
    route({
      method: 'post',
      path: '/api/v1/libraries',
      id: 'addLibrary',
      tag,
      summary: 'Add a folder as a library and scan it',
      access: 'ADMIN',
      body: newLibraryBody,
      reply: libraryDto,
      handler: async ({ viewer, body }) => {
        const { name, root, ...options } = body;
        return presentLibrary(await createLibrary({ db, queue }, { name, root, ...given(options) }), viewer);
      },
    }),
    update('patch', 'updateLibraryById'),
    update('put', 'updateLibraryByIdDeprecated'),
    route({
      method: 'delete',
      path: '/api/v1/libraries/:libraryId',
      id: 'deleteLibraryById',
      tag,
      summary: 'Forget a library with all that is known of its books; files stay',
      access: 'ADMIN',
      params,
      reply: 'nothing',
      handler: ({ params }) => deleteLibrary(db, params.libraryId),
    }),
  ];
}

function tasks(deps: HttpDeps): Route[] {
  const task = (action: string, id: string, summary: string, request: (libraryId: string) => Promise<void>) =>
    route({
      method: 'post',
      path: `/api/v1/libraries/:libraryId/${action}`,
      id,
      tag,
      summary,
      access: 'ADMIN',
      params,
      reply: 'accepted',
      handler: ({ params }) => request(params.libraryId),
    });
  return [
    route({
      method: 'post',
      path: '/api/v1/libraries/:libraryId/scan',
      id: 'libraryScan',
      tag,
      summary: 'Look for new, changed and vanished files; `deep` also in folders that look unchanged',
      access: 'ADMIN',
      params,
      query: z.object({ deep: flag() }),
      reply: 'accepted',
      handler: ({ params, query }) => requestScan(deps, params.libraryId, query.deep ?? false),
    }),
    task('analyze', 'libraryAnalyze', 'Analyse every book again', (libraryId) => requestAnalysis(deps, { libraryId })),
    task('metadata/refresh', 'libraryRefreshMetadata', 'Read the metadata of every book again', (libraryId) =>
      requestRefresh(deps, { libraryId }),
    ),
    task('empty-trash', 'libraryEmptyTrash', 'Forget vanished series and books for good', (libraryId) =>
      requestEmptyTrash(deps, libraryId),
    ),
  ];
}
