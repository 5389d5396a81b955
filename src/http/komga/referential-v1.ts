import { z } from 'zod';
import {
  findAgeRatingsOrNone,
  findAuthorNames,
  findAuthorRoles,
  findAuthors,
  findGenres,
  findLanguages,
  findPublishers,
  findReleaseYears,
  findSharingLabels,
  findTags,
  type FacetScope,
} from '../../search/find-facets';
import { everything, type SliceOf } from '../../search/slice';
import type { Viewer } from '../../search/viewer';
import type { HttpDeps } from '../deps';
import { manyIds, text } from '../input';
import { route, type Route } from '../route';
import { authorDto } from './dto/values';

const tag = 'Referential metadata';
const strings = z.array(z.string());
const ofSeries = z.object({ library_id: manyIds(), collection_id: manyIds() });

const scopeOf = (query: { library_id: string[]; collection_id: string[] }): FacetScope => ({
  libraryIds: query.library_id,
  collectionIds: query.collection_id,
});

/**
 * The first version: plain arrays, whole. Mihon downloads all of them once; one failure there discards the rest. Unlike
 * Komga's, age and label restrictions hold here too (komga-rest.md §18.1).
 */
export function oldReferentialRoutes(deps: HttpDeps): Route[] {
  return [...values(deps), ...tags(deps), ...authors(deps)];
}

function values({ db }: HttpDeps): Route[] {
  const list = (
    path: string,
    id: string,
    summary: string,
    find: (viewer: Viewer, scope: FacetScope) => Promise<string[]>,
  ) =>
    route({
      method: 'get',
      path: `/api/v1/${path}`,
      id,
      tag,
      summary,
      deprecated: true,
      access: 'any',
      query: ofSeries,
      reply: strings,
      handler: ({ viewer, query }) => find(viewer, scopeOf(query)),
    });
  type Find = (
    db: HttpDeps['db'],
    viewer: Viewer,
    query: FacetScope & { slice: typeof everything },
  ) => Promise<SliceOf<string>>;
  const whole = (find: Find) => async (viewer: Viewer, scope: FacetScope) =>
    (await find(db, viewer, { ...scope, slice: everything })).rows;
  return [
    list('genres', 'getGenres_1', 'All genres', whole(findGenres)),
    list('sharing-labels', 'getSharingLabels_1', 'All sharing labels', whole(findSharingLabels)),
    list('tags', 'getTags_1', 'All tags of series and books', whole(findTags)),
    list('languages', 'getLanguages_1', 'All languages', whole(findLanguages)),
    list('publishers', 'getPublishers_1', 'All publishers', whole(findPublishers)),
    list(
      'series/release-dates',
      'getSeriesReleaseDates',
      'Years of release, the latest first',
      whole(findReleaseYears),
    ),
    list('age-ratings', 'getAgeRatings_1', 'All age ratings; `None` for series without', async (viewer, scope) =>
      (await findAgeRatingsOrNone(db, viewer, scope)).map((age) => (age === null ? 'None' : String(age))),
    ),
  ];
}

function tags({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/tags/book',
      id: 'getBookTags',
      tag,
      summary: 'All tags of books',
      deprecated: true,
      access: 'any',
      query: z.object({ series_id: manyIds(), readlist_id: manyIds(), library_id: manyIds() }),
      reply: strings,
      handler: async ({ viewer, query }) => {
        const { series_id: seriesIds, readlist_id: readListIds, library_id: libraryIds } = query;
        // here a series goes before a read list, and that before a library
        const inReadList = readListIds.length > 0 ? { readListIds } : { libraryIds };
        const scope = seriesIds.length > 0 ? { seriesIds } : inReadList;
        return (await findTags(db, viewer, { ...scope, include: 'BOOK', slice: everything })).rows;
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/tags/series',
      id: 'getSeriesTags',
      tag,
      summary: 'All tags of series',
      deprecated: true,
      access: 'any',
      query: ofSeries,
      reply: strings,
      handler: async ({ viewer, query }) =>
        (await findTags(db, viewer, { ...scopeOf(query), include: 'SERIES', slice: everything })).rows,
    }),
  ];
}

function authors({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/authors',
      id: 'getAuthorsDeprecated',
      tag,
      summary: 'All authors with their roles',
      deprecated: true,
      access: 'any',
      query: ofSeries.extend({ search: text(), series_id: manyIds() }),
      reply: z.array(authorDto),
      handler: async ({ viewer, query }) => {
        const scope = { ...scopeOf(query), seriesIds: query.series_id };
        return (await findAuthors(db, viewer, { ...scope, search: query.search, slice: everything })).rows;
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/authors/names',
      id: 'getAuthorsNames_1',
      tag,
      summary: 'All names of authors',
      deprecated: true,
      access: 'any',
      query: z.object({ search: text() }),
      reply: strings,
      handler: async ({ viewer, query }) =>
        (await findAuthorNames(db, viewer, { search: query.search, slice: everything })).rows,
    }),
    route({
      method: 'get',
      path: '/api/v1/authors/roles',
      id: 'getAuthorsRoles_1',
      tag,
      summary: 'All roles of authors',
      deprecated: true,
      access: 'any',
      reply: strings,
      handler: async ({ viewer }) => (await findAuthorRoles(db, viewer, { slice: everything })).rows,
    }),
  ];
}
