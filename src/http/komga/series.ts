import { z } from 'zod';
import { requireSeries } from '../../library/access';
import { editSeries } from '../../library/edit-metadata';
import { markSeries, unmarkSeries } from '../../library/progress';
import { requestAnalysis, requestRefresh } from '../../library/requests';
import { seriesSearchFrom } from '../../search/condition-from-json';
import { findBooksOfSeries } from '../../search/find-books';
import { findCollectionsOfSeries } from '../../search/find-lists';
import { findRecentSeries, getSeries, type Recent } from '../../search/find-series';
import { searchedGroups, searchSeries } from '../../search/search-series';
import { sliceOf } from '../../search/slice';
import type { HttpDeps } from '../deps';
import { entityId, pageParameters, sliceParameters } from '../input';
import { route, type Route } from '../route';
import { withoutBody } from './absent';
import {
  bookConditionFromQuery,
  bookFilters,
  searchFilters,
  seriesConditionFromQuery,
  seriesFilters,
  titlePattern,
} from './condition-from-query';
import { bookDto } from './dto/book';
import { collectionDto } from './dto/lists';
import { seriesChangesBody } from './dto/metadata-changes';
import { pageOf } from './dto/page';
import { seriesSearchBody } from './dto/search';
import { groupCountDto, seriesDto } from './dto/series';
import { seriesEditFrom } from './edit-from-body';
import { booksPage } from './present/book';
import { presentCollection } from './present/lists';
import { presentSeries, seriesPage } from './present/series';

const tag = 'Series';
const params = z.object({ seriesId: entityId() });

export function seriesRoutes(deps: HttpDeps): Route[] {
  return [
    ...search(deps),
    ...oldSearch(deps),
    ...recent(deps),
    ...one(deps),
    ...progress(deps),
    ...administration(deps),
  ];
}

function search({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/series/list',
      id: 'getSeries',
      tag,
      summary: 'Search series by a condition and by words',
      access: 'any',
      query: z.object(pageParameters),
      body: seriesSearchBody,
      reply: pageOf(seriesDto),
      handler: async ({ viewer, query, body }) => {
        const wanted = { ...seriesSearchFrom(body), sort: query.sort, slice: sliceOf(query) };
        return seriesPage(await searchSeries(db, viewer, wanted), viewer);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/series/list/alphabetical-groups',
      id: 'getSeriesAlphabeticalGroups',
      tag,
      summary: 'How many series of a search begin with each letter',
      access: 'any',
      body: seriesSearchBody,
      reply: z.array(groupCountDto),
      handler: ({ viewer, body }) => searchedGroups(db, viewer, seriesSearchFrom(body)),
    }),
  ];
}

const oldQuery = z.object({ ...searchFilters, ...seriesFilters });

const oldSearchOf = (query: z.output<typeof oldQuery>) => ({
  condition: seriesConditionFromQuery(query),
  fullText: query.search,
  regex: titlePattern(query.search_regex),
});

function oldSearch({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/series',
      id: 'getSeriesDeprecated',
      tag,
      summary: 'Search series by query parameters',
      deprecated: true,
      access: 'any',
      query: oldQuery.extend(pageParameters),
      reply: pageOf(seriesDto),
      handler: async ({ viewer, query }) => {
        const wanted = { ...oldSearchOf(query), sort: query.sort, slice: sliceOf(query) };
        return seriesPage(await searchSeries(db, viewer, wanted), viewer);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/series/alphabetical-groups',
      id: 'getSeriesAlphabeticalGroupsDeprecated',
      tag,
      summary: 'How many series begin with each letter, by query parameters',
      deprecated: true,
      access: 'any',
      query: oldQuery,
      reply: z.array(groupCountDto),
      handler: ({ viewer, query }) => searchedGroups(db, viewer, oldSearchOf(query)),
    }),
    route({
      method: 'get',
      path: '/api/v1/series/:seriesId/books',
      id: 'getBooksBySeriesId',
      tag,
      summary: 'The books of a series in reading order, unless sorted otherwise',
      deprecated: true,
      access: 'any',
      params,
      query: z.object(bookFilters).omit({ library_id: true, released_after: true }).extend(pageParameters),
      reply: pageOf(bookDto),
      handler: async ({ viewer, params, query }) => {
        await requireSeries(db, viewer, params.seriesId);
        const wanted = { condition: bookConditionFromQuery(query), sort: query.sort, slice: sliceOf(query) };
        return booksPage(await findBooksOfSeries(db, viewer, params.seriesId, wanted), viewer);
      },
    }),
  ];
}

const recentQuery = z
  .object(seriesFilters)
  .pick({ library_id: true, deleted: true, oneshot: true })
  .extend(sliceParameters);

function recent({ db }: HttpDeps): Route[] {
  const list = (kind: Recent, id: string, summary: string) =>
    route({
      method: 'get',
      path: `/api/v1/series/${kind}`,
      id,
      tag,
      summary,
      access: 'any',
      query: recentQuery,
      reply: pageOf(seriesDto),
      handler: async ({ viewer, query }) => {
        const wanted = { condition: seriesConditionFromQuery(query), slice: sliceOf(query) };
        return seriesPage(await findRecentSeries(db, viewer, kind, wanted), viewer);
      },
    });
  return [
    list('latest', 'getSeriesLatest', 'Series, the last one added or changed first'),
    list('new', 'getSeriesNew', 'Series, the last one added first'),
    list('updated', 'getSeriesUpdated', 'Series that changed since they were added, the last one first'),
  ];
}

function one({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/series/:seriesId',
      id: 'getSeriesById',
      tag,
      summary: 'One series',
      access: 'any',
      params,
      reply: seriesDto,
      handler: async ({ viewer, params }) =>
        presentSeries(await getSeries(db, viewer, params.seriesId).catch(withoutBody), viewer),
    }),
    route({
      method: 'get',
      path: '/api/v1/series/:seriesId/collections',
      id: 'getCollectionsBySeriesId',
      tag,
      summary: 'The collections that hold a series',
      access: 'any',
      params,
      reply: z.array(collectionDto),
      handler: async ({ viewer, params }) => {
        await requireSeries(db, viewer, params.seriesId);
        return (await findCollectionsOfSeries(db, viewer, params.seriesId)).map(presentCollection);
      },
    }),
  ];
}

function progress({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/series/:seriesId/read-progress',
      id: 'markSeriesAsRead',
      tag,
      summary: 'Mark every book of a series as read',
      access: 'any',
      params,
      reply: 'nothing',
      handler: ({ viewer, params }) => markSeries(db, viewer, params.seriesId),
    }),
    route({
      method: 'delete',
      path: '/api/v1/series/:seriesId/read-progress',
      id: 'markSeriesAsUnread',
      tag,
      summary: 'Forget the progress in every book of a series',
      access: 'any',
      params,
      reply: 'nothing',
      handler: ({ viewer, params }) => unmarkSeries(db, viewer, params.seriesId),
    }),
  ];
}

function administration(deps: HttpDeps): Route[] {
  return [
    route({
      method: 'patch',
      path: '/api/v1/series/:seriesId/metadata',
      id: 'updateSeriesMetadata',
      tag,
      summary: 'Change and lock metadata of a series; what is not sent stays as it is',
      access: 'ADMIN',
      params,
      body: seriesChangesBody,
      reply: 'nothing',
      handler: ({ params, body }) => editSeries(deps.db, params.seriesId, seriesEditFrom(body)),
    }),
    route({
      method: 'post',
      path: '/api/v1/series/:seriesId/analyze',
      id: 'seriesAnalyze',
      tag,
      summary: 'Analyse every book of a series again',
      access: 'ADMIN',
      params,
      reply: 'accepted',
      handler: ({ params }) => requestAnalysis(deps, params),
    }),
    route({
      method: 'post',
      path: '/api/v1/series/:seriesId/metadata/refresh',
      id: 'seriesRefreshMetadata',
      tag,
      summary: 'Read the metadata of every book of a series again',
      access: 'ADMIN',
      params,
      reply: 'accepted',
      handler: ({ params }) => requestRefresh(deps, params),
    }),
  ];
}
