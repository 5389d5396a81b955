import { publicId } from '../../base/public-id';
import type { JsonObject } from '../../opds/json';
import type { BookCondition } from '../../search/condition';
import { findBooksAnywhere } from '../../search/find-anywhere';
import { findBooks, findBooksOfReadList, findBooksOfSeries, findKeepReading } from '../../search/find-books';
import { getReadList } from '../../search/find-lists';
import { getSeries } from '../../search/find-series';
import { findOnDeck } from '../../search/on-deck';
import type { HttpDeps } from '../deps';
import { withQuery } from '../opds-address';
import { latest } from '../opds-books';
import type { Route } from '../route';
import { feed, feedOf, home, scoped, type Asked, type Scope } from './feed';
import { booksFeed } from './lists';

/** Files that are there and can be read, of one library or all. */
export const readable = ({ libraryId }: Pick<Scope, 'libraryId'>): BookCondition => ({
  allOf: [
    { mediaStatus: { operator: 'is', value: 'READY' } },
    { deleted: { operator: 'isFalse' } },
    ...(libraryId === null ? [] : [{ libraryId: { operator: 'is' as const, value: libraryId } }]),
  ],
});

const anywhere = { libraryId: null };

/** The lists of books that exist for all libraries and for each. */
export const shelves = {
  'keep-reading': ({ db, viewer, slice }: Asked, scope: Scope) =>
    findKeepReading(db, viewer, { condition: readable(scope), slice }),
  'on-deck': ({ db, viewer, slice }: Asked, { libraryId }: Scope) =>
    findOnDeck(db, viewer, { libraryIds: libraryId === null ? [] : [libraryId], readable: true, slice }),
  'books/latest': ({ db, viewer, slice }: Asked, scope: Scope) =>
    findBooks(db, viewer, { condition: readable(scope), sort: ['createdDate,desc'], slice }),
};

const titles = { 'keep-reading': 'Keep reading', 'on-deck': 'On deck', 'books/latest': 'Latest books' };
const twins = { 'keep-reading': 'keep-reading', 'on-deck': 'ondeck', 'books/latest': 'books/latest' };
export type Shelf = keyof typeof shelves;
export const shelfTitle = (shelf: Shelf): string => titles[shelf];

const shelfFeed = (shelf: Shelf) => async (asked: Asked, scope: Scope) =>
  booksFeed(asked, await shelves[shelf](asked, scope), {
    title: scope.libraryId === null ? titles[shelf] : `${scope.title}: ${titles[shelf]}`,
    path: `${scope.path}/${shelf}`,
    up: { href: asked.at(scope.path), title: scope.title },
    ...(scope.libraryId === null ? { twin: { path: twins[shelf], kind: 'acquisition' as const } } : {}),
  });

/** The books of a series in their order, with its tags to choose by. */
async function oneSeries(asked: Asked, id: string): Promise<JsonObject> {
  const { db, viewer, slice, query, at } = asked;
  const tags = query.tag.map((value) => ({ tag: { operator: 'is' as const, value } }));
  const condition: BookCondition = { allOf: [readable(anywhere), ...tags] };
  const [series, found] = await Promise.all([
    getSeries(db, viewer, id),
    findBooksOfSeries(db, viewer, id, { condition, slice }),
  ]);
  const path = `series/${publicId(id)}`;
  const head = {
    title: series.title,
    description: series.summary || series.booksSummary,
    ...{ path, filters: ['tag'] as const, twin: { path, kind: 'acquisition' as const } },
    up: { href: at('libraries/browse'), title: 'Browse' },
    updated: latest(series.modifiedAt, series.metadataModifiedAt, series.booksMetadataModifiedAt),
  };
  const ways = series.booksTags.map((tag) => ({
    title: tag,
    href: at(withQuery(path, [['tag', tag]])),
    active: query.tag.length === 1 && query.tag[0] === tag,
  }));
  const all = { title: 'All', href: at(path), active: query.tag.length === 0 };
  return booksFeed(asked, found, head, ways.length === 0 ? [] : [{ title: 'Tag', facets: [all, ...ways] }]);
}

async function oneReadList(asked: Asked, id: string): Promise<JsonObject> {
  const { db, viewer, slice, at } = asked;
  const list = await getReadList(db, viewer, id);
  const path = `readlists/${publicId(id)}`;
  return booksFeed(asked, await findBooksOfReadList(db, viewer, list, { condition: readable(anywhere), slice }), {
    title: list.name,
    description: list.summary,
    ...{ path, twin: { path, kind: 'acquisition' } },
    up: { href: at('libraries/readlists'), title: 'Read lists' },
    updated: list.modifiedAt,
  });
}

/** What a search finds of books; without text, every book. */
export const searchBooks = ({ db, viewer, slice }: Asked, text: string) =>
  findBooksAnywhere(db, viewer, { text, condition: readable(anywhere), slice });

async function books(asked: Asked): Promise<JsonObject> {
  const { search = '' } = asked.query;
  return booksFeed(asked, await searchBooks(asked, search), {
    title: search === '' ? 'All books' : `Search: ${search}`,
    ...{ path: 'books', filters: ['search'], up: home(asked) },
  });
}

export function bookRoutes(deps: HttpDeps): Route[] {
  return [
    ...scoped(deps, 'keep-reading', 'opds2KeepReading', 'Books that were begun', shelfFeed('keep-reading')),
    ...scoped(deps, 'on-deck', 'opds2OnDeck', 'The next book of series that are read', shelfFeed('on-deck')),
    ...scoped(deps, 'books/latest', 'opds2BooksLatest', 'Books that came last', shelfFeed('books/latest')),
    feed(deps, 'books', 'opds2Books', 'Books whose title, series, people or tags hold the words of `search`', books),
    feedOf(deps, 'series', 'opds2OneSeries', 'The books of a series', oneSeries),
    feedOf(deps, 'readlists', 'opds2ReadList', 'The books of a read list', oneReadList),
  ];
}
