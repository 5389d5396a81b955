import { z } from 'zod';
import {
  findAgeRatings,
  findAuthorNames,
  findAuthorRoles,
  findAuthors,
  findGenres,
  findLanguages,
  findPublishers,
  findReleaseYears,
  findSharingLabels,
  findTags,
  type FacetQuery,
} from '../../search/find-facets';
import { sliceOf, type SliceOf } from '../../search/slice';
import type { Viewer } from '../../search/viewer';
import type { HttpDeps } from '../deps';
import { manyIds, oneOf, sliceParameters, text } from '../input';
import { route, type Route } from '../route';
import { page, pageOf } from './dto/page';
import { authorDto } from './dto/values';

const tag = 'Referential metadata';
const ofSeries = z.object({ library_id: manyIds(), collection_id: manyIds(), ...sliceParameters });
const ofBooks = ofSeries.extend({ series_id: manyIds(), readlist_id: manyIds() });

type Parameters = z.output<typeof ofSeries> & Partial<z.output<typeof ofBooks>>;

const facetsOf = (query: Parameters) => ({
  libraryIds: query.library_id,
  collectionIds: query.collection_id,
  seriesIds: query.series_id,
  readListIds: query.readlist_id,
  slice: sliceOf(query),
});

type Find<T> = (db: HttpDeps['db'], viewer: Viewer, query: FacetQuery) => Promise<SliceOf<T>>;

/** The second version: pages, for the filter lists of newer clients. The order is fixed (komga-rest.md §18.2). */
export function referentialRoutes(deps: HttpDeps): Route[] {
  return [...values(deps), ...numbers(deps), ...tags(deps), ...authors(deps)];
}

function values({ db }: HttpDeps): Route[] {
  const list = (path: string, id: string, summary: string, find: Find<string>) =>
    route({
      method: 'get',
      path: `/api/v2/${path}`,
      id,
      tag,
      summary,
      access: 'any',
      query: ofSeries.extend({ search: text() }),
      reply: pageOf(z.string()),
      handler: async ({ viewer, query }) => {
        const slice = await find(db, viewer, { ...facetsOf(query), search: query.search });
        return page(slice.rows, slice);
      },
    });
  return [
    list('genres', 'getGenres', 'Genres', findGenres),
    list('sharing-labels', 'getSharingLabels', 'Sharing labels', findSharingLabels),
    list('languages', 'getLanguages', 'Languages', findLanguages),
    list('publishers', 'getPublishers', 'Publishers', findPublishers),
  ];
}

function numbers({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v2/age-ratings',
      id: 'getAgeRatings',
      tag,
      summary: 'Age ratings, ascending',
      access: 'any',
      query: ofSeries,
      reply: pageOf(z.number().int()),
      handler: async ({ viewer, query }) => {
        const slice = await findAgeRatings(db, viewer, facetsOf(query));
        return page(slice.rows, slice);
      },
    }),
    route({
      method: 'get',
      path: '/api/v2/series/release-years',
      id: 'getSeriesReleaseYears',
      tag,
      summary: 'Years in which series began, the latest first',
      access: 'any',
      query: ofSeries,
      reply: pageOf(z.string()),
      handler: async ({ viewer, query }) => {
        const slice = await findReleaseYears(db, viewer, facetsOf(query));
        return page(slice.rows, slice);
      },
    }),
  ];
}

function tags({ db }: HttpDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v2/tags',
      id: 'getTags',
      tag,
      summary: 'Tags of series, of books, or of both',
      access: 'any',
      query: ofBooks.extend({ search: text(), include: oneOf(['SERIES', 'BOOK', 'BOTH']) }),
      reply: pageOf(z.string()),
      handler: async ({ viewer, query }) => {
        const { search, include = 'BOTH' } = query;
        const slice = await findTags(db, viewer, { ...facetsOf(query), search, include });
        return page(slice.rows, slice);
      },
    }),
  ];
}

function authors({ db }: HttpDeps): Route[] {
  const search = ofBooks.extend({ search: text(), role: text() });
  return [
    route({
      method: 'get',
      path: '/api/v2/authors',
      id: 'getAuthors',
      tag,
      summary: 'Authors with their roles, by name',
      access: 'any',
      query: search,
      reply: pageOf(authorDto),
      handler: async ({ viewer, query }) => {
        const { search, role } = query;
        const slice = await findAuthors(db, viewer, { ...facetsOf(query), search, role });
        return page(slice.rows, slice);
      },
    }),
    route({
      method: 'get',
      path: '/api/v2/authors/names',
      id: 'getAuthorsNames',
      tag,
      summary: 'Names of authors',
      access: 'any',
      query: search,
      reply: pageOf(z.string()),
      handler: async ({ viewer, query }) => {
        const { search, role } = query;
        const slice = await findAuthorNames(db, viewer, { ...facetsOf(query), search, role });
        return page(slice.rows, slice);
      },
    }),
    route({
      method: 'get',
      path: '/api/v2/authors/roles',
      id: 'getAuthorsRoles',
      tag,
      summary: 'Roles of authors',
      access: 'any',
      query: ofBooks,
      reply: pageOf(z.string()),
      handler: async ({ viewer, query }) => {
        const slice = await findAuthorRoles(db, viewer, facetsOf(query));
        return page(slice.rows, slice);
      },
    }),
  ];
}
