import { publicId } from '../../base/public-id';
import { lastChange } from '../../search/delivery';
import { countBooks } from '../../search/count-books';
import { findBooksOfReadList } from '../../search/find-books';
import { findGenres, findPublishers, findTags, type FacetQuery } from '../../search/find-facets';
import { findLibraries, getLibrary } from '../../search/find-libraries';
import { findCollections, findReadLists, getCollection, getReadList } from '../../search/find-lists';
import { findSeriesOfCollection } from '../../search/find-series';
import { searchSeries } from '../../search/search-series';
import { cut, type SliceOf } from '../../search/slice';
import type { Database } from '../../db/database';
import { feedUrn, urnOf } from '../../opds/urn';
import type { Viewer } from '../../search/viewer';
import type { HttpDeps } from '../deps';
import { withQuery } from '../opds-address';
import { latest } from '../opds-books';
import type { Route } from '../route';
import { countOf, statusFacets, statusTitle } from '../opds-facets';
import { readable, statuses } from '../opds-narrow';
import { bookCondition, seriesCondition, seriesSearch } from './conditions';
import { narrowed } from './facets';
import { feed, feedOf, home, type Asked, type FeedDocument } from './feed';
import { booksFeed, entriesFeed, seriesFeed } from './lists-of';
import { bookCount, seriesCount, thingEntry } from './present';

const upTo = ({ at }: Asked, path: string, title: string) => ({ href: at(path), kind: 'navigation' as const, title });

async function libraries(asked: Asked): Promise<FeedDocument> {
  const found = await findLibraries(asked.db, asked.viewer);
  const entries = found.map((library) =>
    thingEntry('library', library, { href: asked.at(`libraries/${publicId(library.id)}`), kind: 'navigation' }),
  );
  return entriesFeed(asked, cut(asked.slice, entries), {
    id: feedUrn('libraries'),
    title: 'Libraries',
    path: 'libraries',
    up: home(asked),
    twin: 'libraries',
  });
}

async function oneLibrary(asked: Asked, id: string): Promise<FeedDocument> {
  const { db, viewer } = asked;
  const library = await getLibrary(db, viewer, id);
  const inLibrary = { ...asked, query: { ...asked.query, library: [id] } };
  const found = await searchSeries(db, viewer, seriesSearch(inLibrary));
  return seriesFeed(asked, found, {
    id: feedUrn('library', publicId(id)),
    title: library.name,
    path: `libraries/${publicId(id)}`,
    page: `/libraries/${publicId(id)}`,
    filters: ['search', 'publisher', 'genre', 'tag', 'letter', 'status'],
    up: upTo(asked, 'libraries', 'Libraries'),
    twin: `libraries/${publicId(id)}`,
    updated: library.modifiedAt,
  });
}

async function collections(asked: Asked): Promise<FeedDocument> {
  const found = await findCollections(asked.db, asked.viewer, { slice: asked.slice });
  const rows = found.rows.map((collection) =>
    thingEntry(
      'collection',
      collection,
      { href: asked.at(`collections/${publicId(collection.id)}`), kind: 'navigation' },
      seriesCount(collection.seriesIds.length),
    ),
  );
  const head = { id: feedUrn('collections'), title: 'Collections', up: home(asked) };
  return entriesFeed(asked, { ...found, rows }, { ...head, path: 'collections', twin: 'libraries/collections' });
}

async function oneCollection(asked: Asked, id: string): Promise<FeedDocument> {
  const { db, viewer, slice } = asked;
  const collection = await getCollection(db, viewer, id);
  const path = `collections/${publicId(id)}`;
  const found = await findSeriesOfCollection(db, viewer, collection, { condition: seriesCondition(asked), slice });
  return seriesFeed(asked, found, {
    id: feedUrn('collection', publicId(id)),
    title: collection.name,
    ...{ path, twin: path },
    filters: ['search', 'publisher', 'genre', 'tag', 'letter', 'status', 'library'],
    up: upTo(asked, 'collections', 'Collections'),
    updated: collection.modifiedAt,
  });
}

async function readLists(asked: Asked): Promise<FeedDocument> {
  const found = await findReadLists(asked.db, asked.viewer, { slice: asked.slice });
  const rows = found.rows.map((list) =>
    thingEntry(
      'readlist',
      list,
      { href: asked.at(`readlists/${publicId(list.id)}`), kind: 'acquisition' },
      [bookCount(list.bookIds.length), list.summary].filter(Boolean).join('\n\n'),
    ),
  );
  const head = { id: feedUrn('readlists'), title: 'Read lists', up: home(asked) };
  return entriesFeed(asked, { ...found, rows }, { ...head, path: 'readlists', twin: 'libraries/readlists' });
}

async function oneReadList(asked: Asked, id: string): Promise<FeedDocument> {
  const { db, viewer, slice } = asked;
  const list = await getReadList(db, viewer, id);
  const counted = countBooks(db, viewer, { allOf: [{ readListId: { operator: 'is', value: id } }, ...readable] });
  const total = counted.then((counts) => countOf(counts, asked.query));
  const [found, counts] = await Promise.all([
    findBooksOfReadList(db, viewer, list, { condition: bookCondition(asked), slice, total }),
    counted,
  ]);
  const path = `readlists/${publicId(id)}`;
  const place = { path, page: `/${path}`, filters: ['status'] as const };
  const head = {
    id: feedUrn('readlist', publicId(id)),
    title: list.name,
    subtitle: list.summary,
    ...{ ...place, twin: place.path },
    up: upTo(asked, 'readlists', 'Read lists'),
    updated: list.modifiedAt,
  };
  return booksFeed(asked, found, head, [statusFacets(narrowed(asked, place, counts))]);
}

type Name = 'publisher' | 'genre' | 'tag';
type FindNames = (db: Database, viewer: Viewer, query: FacetQuery) => Promise<SliceOf<string>>;

/** Values that series are filed under, as ways to these series: apps without facets need them so. */
const names =
  (kind: Name, path: string, title: string, find: FindNames) =>
  async (asked: Asked): Promise<FeedDocument> => {
    const { db, viewer, slice, at } = asked;
    const [found, change] = await Promise.all([find(db, viewer, { slice }), lastChange(db, viewer)]);
    const rows = found.rows.map((name) => ({
      id: urnOf(kind, name),
      title: name,
      updated: latest(change),
      target: { href: at(withQuery('series', [[kind, name]])), kind: 'navigation' as const },
    }));
    return entriesFeed(asked, { ...found, rows }, { id: feedUrn(path), title, path, up: home(asked) });
  };

async function readingStatus(asked: Asked): Promise<FeedDocument> {
  const updated = latest(await lastChange(asked.db, asked.viewer));
  const entries = statuses.map((status) => ({
    id: urnOf('status', status),
    title: statusTitle(status),
    updated,
    target: { href: asked.at(withQuery('series', [['status', status]])), kind: 'navigation' as const },
  }));
  const head = { id: feedUrn('status'), title: 'Reading status', path: 'status', up: home(asked) };
  return entriesFeed(asked, cut(asked.slice, entries), head);
}

export function listRoutes(deps: HttpDeps): Route[] {
  const named = (path: string, kind: Name, title: string, find: FindNames) =>
    feed(deps, path, `opds1${title}`, `${title} of what can be seen`, names(kind, path, title, find));
  return [
    feed(deps, 'libraries', 'opds1Libraries', 'Libraries', libraries),
    feedOf(deps, 'libraries', 'opds1Library', 'The series of a library', oneLibrary),
    feed(deps, 'collections', 'opds1Collections', 'Collections', collections),
    feedOf(deps, 'collections', 'opds1Collection', 'The series of a collection', oneCollection),
    feed(deps, 'readlists', 'opds1ReadLists', 'Read lists', readLists),
    feedOf(deps, 'readlists', 'opds1ReadList', 'The books of a read list', oneReadList),
    named('publishers', 'publisher', 'Publishers', findPublishers),
    named('genres', 'genre', 'Genres', findGenres),
    named('tags', 'tag', 'Tags', findTags),
    feed(deps, 'status', 'opds1Status', 'Reading status', readingStatus),
  ];
}
