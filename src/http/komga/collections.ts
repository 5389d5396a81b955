import { z } from 'zod';
import { createCollection, deleteCollection, updateCollection } from '../../library/collections';
import { findCollections, getCollection } from '../../search/find-lists';
import { findSeriesOfCollection } from '../../search/find-series';
import { sliceOf } from '../../search/slice';
import type { HttpDeps } from '../deps';
import { entityId, manyIds, sliceParameters, text } from '../input';
import { route, type Route } from '../route';
import { seriesConditionFromQuery, seriesFilters } from './condition-from-query';
import { collectionChangesBody, collectionDto, newCollectionBody } from './dto/lists';
import { page, pageOf } from './dto/page';
import { seriesDto } from './dto/series';
import { givenAndNotNull } from './given';
import { presentCollection } from './present/lists';
import { seriesPage } from './present/series';

const tag = 'Collections';
const params = z.object({ id: entityId() });

export function collectionRoutes(deps: HttpDeps): Route[] {
  return [...reading(deps), ...writing(deps)];
}

function reading({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/collections',
      id: 'getCollections',
      tag,
      summary: 'Collections by name, or by relevance to a search',
      access: 'any',
      query: z.object({ search: text(), library_id: manyIds(), ...sliceParameters }),
      reply: pageOf(collectionDto),
      handler: async ({ viewer, query }) => {
        const wanted = { search: query.search, libraryIds: query.library_id, slice: sliceOf(query) };
        const slice = await findCollections(db, viewer, wanted);
        return page(slice.rows.map(presentCollection), slice);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/collections/:id',
      id: 'getCollectionById',
      tag,
      summary: 'One collection',
      access: 'any',
      params,
      reply: collectionDto,
      handler: async ({ viewer, params }) => presentCollection(await getCollection(db, viewer, params.id)),
    }),
    route({
      method: 'get',
      path: '/api/v1/collections/:id/series',
      id: 'getSeriesByCollectionId',
      tag: 'Collection series',
      summary: 'The series of a collection in its order, or by title',
      access: 'any',
      params,
      query: z
        .object(seriesFilters)
        .omit({ collection_id: true, sharing_label: true, oneshot: true })
        .extend(sliceParameters),
      reply: pageOf(seriesDto),
      handler: async ({ viewer, params, query }) => {
        const collection = await getCollection(db, viewer, params.id);
        const wanted = { condition: seriesConditionFromQuery(query), slice: sliceOf(query) };
        return seriesPage(await findSeriesOfCollection(db, viewer, collection, wanted), viewer);
      },
    }),
  ];
}

function writing({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/collections',
      id: 'createCollection',
      tag,
      summary: 'Make a collection of series',
      access: 'ADMIN',
      body: newCollectionBody,
      reply: collectionDto,
      handler: async ({ viewer, body }) =>
        presentCollection(await getCollection(db, viewer, await createCollection(db, body))),
    }),
    route({
      method: 'patch',
      path: '/api/v1/collections/:id',
      id: 'updateCollectionById',
      tag,
      summary: 'Change a collection; what is not sent stays, the series are replaced as a whole',
      access: 'ADMIN',
      params,
      body: collectionChangesBody,
      reply: 'nothing',
      handler: ({ params, body }) => updateCollection(db, params.id, givenAndNotNull(body)),
    }),
    route({
      method: 'delete',
      path: '/api/v1/collections/:id',
      id: 'deleteCollectionById',
      tag,
      summary: 'Delete a collection; its series stay',
      access: 'ADMIN',
      params,
      reply: 'nothing',
      handler: ({ params }) => deleteCollection(db, params.id),
    }),
  ];
}
