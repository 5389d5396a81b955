import { publicId } from '../../base/public-id';
import type { JsonObject } from '../../opds/json';
import { opds2Feed, type Group, type NavigationLink } from '../../opds/v2';
import { findCollections, findReadLists } from '../../search/find-lists';
import { findLibraries } from '../../search/find-libraries';
import { lastChange } from '../../search/delivery';
import type { HttpDeps } from '../deps';
import { webPage, withQuery } from '../opds-address';
import { latest } from '../opds-books';
import type { Route } from '../route';
import { searchBooks, shelfTitle, shelves, type Shelf } from './books';
import { feed, home, scoped, type Asked, type Scope } from './feed';
import { publicationsOf } from './lists';
import { listLink, seriesLink } from './present';
import { latestSeries, seriesNamed } from './series';

const fewest = 5;
const searched = 20;

/** A taste of each list; the whole is one step away. Only there it can be narrowed. */
const tasteOf = (asked: Asked, size: number): Asked => ({
  ...asked,
  query: { ...asked.query, status: undefined, library: [] },
  slice: { page: 0, size, unpaged: false },
});

/** Komga's ways on, and the newest books by the relation that subscriptions look for. */
const waysOn = ({ at }: Asked, { path }: Scope): NavigationLink[] => [
  { title: 'Browse', href: at(`${path}/browse`) },
  { title: 'Latest books', href: at(`${path}/books/latest`), rel: 'http://opds-spec.org/sort/new' },
  { title: 'Collections', href: at(`${path}/collections`) },
  { title: 'Read lists', href: at(`${path}/readlists`) },
];

async function shelfGroup(asked: Asked, scope: Scope, shelf: Shelf): Promise<Group> {
  const found = await shelves[shelf](tasteOf(asked, fewest), scope);
  const self = asked.at(`${scope.path}/${shelf}`);
  return { title: shelfTitle(shelf), self, total: found.total, publications: await publicationsOf(asked, found.rows) };
}

async function latestSeriesGroup(asked: Asked, scope: Scope): Promise<Group> {
  const found = await latestSeries(tasteOf(asked, fewest), scope);
  const navigation = found.rows.map((series) => seriesLink(series, asked.at));
  return { title: 'Latest series', self: asked.at(`${scope.path}/series/latest`), total: found.total, navigation };
}

async function librariesGroup({ db, viewer, at }: Asked): Promise<Group> {
  const navigation = (await findLibraries(db, viewer)).map(({ id, name }) => ({
    title: name,
    href: at(`libraries/${publicId(id)}`),
  }));
  return { title: 'Libraries', self: at('libraries'), total: navigation.length, navigation };
}

/** What to read now, of all libraries or of one. */
async function recommended(asked: Asked, scope: Scope, root = false): Promise<JsonObject> {
  const { db, viewer, at, site, twin } = asked;
  const [updated, ...groups] = await Promise.all([
    lastChange(db, viewer),
    ...(scope.libraryId === null ? [librariesGroup(asked)] : []),
    shelfGroup(asked, scope, 'keep-reading'),
    shelfGroup(asked, scope, 'on-deck'),
    shelfGroup(asked, scope, 'books/latest'),
    latestSeriesGroup(asked, scope),
  ]);
  return opds2Feed({
    ...{ site, groups, navigation: waysOn(asked, scope), updated: latest(updated) },
    title: root ? 'KireMisu' : scope.title,
    self: root ? site.start : at(scope.path),
    up: root ? null : home(asked),
    twin: { href: twin(root ? 'catalog' : scope.path), kind: 'navigation' },
    page: webPage(at, scope.libraryId === null ? '/' : `/${scope.path}`),
  });
}

const catalog = (asked: Asked) =>
  recommended(asked, { path: 'libraries', title: 'All libraries', libraryId: null }, true);

/** Twenty of each kind; their groups link to the whole. */
async function search(asked: Asked): Promise<JsonObject> {
  const { db, viewer, at, site, query } = asked;
  const text = query.query ?? '';
  const few = tasteOf(asked, searched);
  const [series, { books }, collections, readLists, updated] = await Promise.all([
    seriesNamed(few, text),
    searchBooks(few, text),
    findCollections(db, viewer, { search: text, slice: few.slice }),
    findReadLists(db, viewer, { search: text, slice: few.slice }),
    lastChange(db, viewer),
  ]);
  const self = (path: string) => at(withQuery(path, text === '' ? [] : [['search', text]]));
  const groups: Group[] = [
    {
      ...{ title: 'Series', self: self('series'), total: series.total },
      navigation: series.rows.map((row) => seriesLink(row, at)),
    },
    { title: 'Books', self: self('books'), total: books.total, publications: await publicationsOf(asked, books.rows) },
    {
      ...{ title: 'Collections', self: self('libraries/collections'), total: collections.total },
      navigation: collections.rows.map((row) => listLink('collections', row, at)),
    },
    {
      ...{ title: 'Read lists', self: self('libraries/readlists'), total: readLists.total },
      navigation: readLists.rows.map((row) => listLink('readlists', row, at)),
    },
  ];
  return opds2Feed({
    ...{ site, groups, up: home(asked), updated: latest(updated) },
    title: `Search: ${text}`,
    self: at(withQuery('search', [['query', text]])),
  });
}

export function catalogRoutes(deps: HttpDeps): Route[] {
  return [
    feed(deps, 'catalog', 'opds2Catalog', 'The root of the catalogue', catalog),
    ...scoped(deps, '', 'opds2Recommended', 'What to read now', recommended),
    feed(deps, 'search', 'opds2Search', 'Series, books and lists that hold the words of `query`', search),
  ];
}
