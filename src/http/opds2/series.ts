import { publicId } from '../../base/public-id';
import { fold } from '../../base/text';
import type { JsonObject } from '../../opds/json';
import type { FacetGroup } from '../../opds/v2';
import type { SeriesCondition } from '../../search/condition';
import { countPublishers } from '../../search/find-facets';
import { findCollections, findReadLists, getCollection } from '../../search/find-lists';
import { findRecentSeries, findSeriesOfCollection } from '../../search/find-series';
import { searchSeries } from '../../search/search-series';
import type { SeriesView } from '../../search/series-view';
import type { SliceOf } from '../../search/slice';
import type { HttpDeps } from '../deps';
import { withQuery } from '../opds-address';
import { latest } from '../opds-books';
import type { Route } from '../route';
import { feed, feedOf, home, scoped, type Asked, type Scope } from './feed';
import { linksFeed, type Head } from './lists';
import { listLink, seriesLink } from './present';

/** More publishers than anybody picks from a list; the 1.2 catalogue has a feed of all of them. */
const mostFacets = 100;

export function seriesCondition({ query }: Asked, { libraryId }: Pick<Scope, 'libraryId'>): SeriesCondition {
  const { search = '', publisher } = query;
  const publishers = publisher.map((value) => ({ publisher: { operator: 'is' as const, value } }));
  return {
    allOf: [
      { deleted: { operator: 'isFalse' } },
      ...(search === '' ? [] : [{ title: { operator: 'contains' as const, value: search } }]),
      ...(libraryId === null ? [] : [{ libraryId: { operator: 'is' as const, value: libraryId } }]),
      { anyOf: publishers },
    ],
  };
}

function seriesFeed(asked: Asked, found: SliceOf<SeriesView>, head: Head, facets: FacetGroup[] = []): JsonObject {
  const changes = found.rows.map((series) => latest(series.modifiedAt, series.metadataModifiedAt));
  const rows = found.rows.map((series) => seriesLink(series, asked.at));
  return linksFeed(asked, { ...found, rows }, { ...head, updated: latest(head.updated ?? null, ...changes) }, facets);
}

async function publisherFacets({ db, viewer, query, at }: Asked, { path, libraryId }: Scope): Promise<FacetGroup[]> {
  const counts = await countPublishers(db, viewer, { libraryIds: libraryId === null ? [] : [libraryId] });
  const named = counts.filter(({ value }) => value !== '');
  if (named.length === 0) return [];
  const [chosen] = query.publisher;
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const all = { title: 'All', href: at(`${path}/browse`), active: chosen === undefined, count: total };
  const facets = named.slice(0, mostFacets).map(({ value, count }) => ({
    ...{ title: value, count, href: at(withQuery(`${path}/browse`, [['publisher', value]])) },
    active: query.publisher.length === 1 && fold(chosen ?? '') === fold(value),
  }));
  return [{ title: 'Publisher', facets: [all, ...facets] }];
}

async function browse(asked: Asked, scope: Scope): Promise<JsonObject> {
  const [found, facets] = await Promise.all([searchedIn(asked, scope), publisherFacets(asked, scope)]);
  const head = {
    title: scope.libraryId === null ? 'All series' : scope.title,
    ...{ path: `${scope.path}/browse`, filters: ['search', 'publisher'] as const },
    up: { href: asked.at(scope.path), title: scope.title },
    twin: { path: scope.libraryId === null ? 'series' : scope.path, kind: 'navigation' as const },
  };
  return seriesFeed(asked, found, head, facets);
}

export const latestSeries = (asked: Asked, scope: Scope) =>
  findRecentSeries(asked.db, asked.viewer, 'latest', {
    // a one-shot is a book; it stands among the latest books
    condition: { allOf: [seriesCondition(asked, scope), { oneShot: { operator: 'isFalse' } }] },
    slice: asked.slice,
  });

const latestFeed = async (asked: Asked, scope: Scope): Promise<JsonObject> =>
  seriesFeed(asked, await latestSeries(asked, scope), {
    title: scope.libraryId === null ? 'Latest series' : `${scope.title}: Latest series`,
    path: `${scope.path}/series/latest`,
    up: { href: asked.at(scope.path), title: scope.title },
  });

/** By words, in all titles, the best first; without any, by title. */
const searchedIn = (asked: Asked, scope: Pick<Scope, 'libraryId'>, search = asked.query.search) =>
  searchSeries(asked.db, asked.viewer, {
    condition: seriesCondition({ ...asked, query: { ...asked.query, search: undefined } }, scope),
    ...{ fullText: search, slice: asked.slice },
  });

export const seriesNamed = (asked: Asked, search: string) => searchedIn(asked, { libraryId: null }, search);

async function series(asked: Asked): Promise<JsonObject> {
  const { search = '' } = asked.query;
  return seriesFeed(asked, await seriesNamed(asked, search), {
    title: search === '' ? 'All series' : `Series: ${search}`,
    ...{ path: 'series', filters: ['search'], up: home(asked) },
  });
}

const inScope = ({ libraryId }: Scope): string[] => (libraryId === null ? [] : [libraryId]);

async function collections(asked: Asked, scope: Scope): Promise<JsonObject> {
  const { db, viewer, slice, query, at } = asked;
  const found = await findCollections(db, viewer, { search: query.search, libraryIds: inScope(scope), slice });
  const rows = found.rows.map((list) => ({ ...listLink('collections', list, at), count: list.seriesIds.length }));
  return linksFeed(
    asked,
    { ...found, rows },
    {
      title: scope.libraryId === null ? 'Collections' : `${scope.title}: Collections`,
      ...{ path: `${scope.path}/collections`, filters: ['search'], up: { href: at(scope.path), title: scope.title } },
      updated: latest(...found.rows.map(({ modifiedAt }) => modifiedAt)),
    },
  );
}

async function readLists(asked: Asked, scope: Scope): Promise<JsonObject> {
  const { db, viewer, slice, query, at } = asked;
  const found = await findReadLists(db, viewer, { search: query.search, libraryIds: inScope(scope), slice });
  const rows = found.rows.map((list) => ({ ...listLink('readlists', list, at), count: list.bookIds.length }));
  return linksFeed(
    asked,
    { ...found, rows },
    {
      title: scope.libraryId === null ? 'Read lists' : `${scope.title}: Read lists`,
      ...{ path: `${scope.path}/readlists`, filters: ['search'], up: { href: at(scope.path), title: scope.title } },
      updated: latest(...found.rows.map(({ modifiedAt }) => modifiedAt)),
    },
  );
}

async function oneCollection(asked: Asked, id: string): Promise<JsonObject> {
  const { db, viewer, slice, at } = asked;
  const collection = await getCollection(db, viewer, id);
  const path = `collections/${publicId(id)}`;
  const condition = seriesCondition(asked, { libraryId: null });
  return seriesFeed(asked, await findSeriesOfCollection(db, viewer, collection, { condition, slice }), {
    title: collection.name,
    ...{ path, filters: ['search', 'publisher'], twin: { path, kind: 'navigation' } },
    up: { href: at('libraries/collections'), title: 'Collections' },
    updated: collection.modifiedAt,
  });
}

export function seriesRoutes(deps: HttpDeps): Route[] {
  return [
    ...scoped(deps, 'browse', 'opds2Browse', 'Series by title, `publisher` as facet', browse),
    ...scoped(deps, 'series/latest', 'opds2SeriesLatest', 'Series that changed last', latestFeed),
    ...scoped(deps, 'collections', 'opds2Collections', 'Collections', collections),
    ...scoped(deps, 'readlists', 'opds2ReadLists', 'Read lists', readLists),
    feed(deps, 'series', 'opds2Series', 'Series whose title holds `search`', series),
    feedOf(deps, 'collections', 'opds2Collection', 'The series of a collection', oneCollection),
  ];
}
