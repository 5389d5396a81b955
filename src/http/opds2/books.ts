import { publicId } from '../../base/public-id';
import { fold } from '../../base/text';
import type { Database } from '../../db/database';
import type { JsonObject } from '../../opds/json';
import type { FacetGroup } from '../../opds/v2';
import type { BookCondition } from '../../search/condition';
import { countReadableBooks } from '../../search/count-books';
import { findBooksAnywhere } from '../../search/find-anywhere';
import { findBooks, findBooksOfReadList, findBooksOfSeries, findKeepReading } from '../../search/find-books';
import { countBookTags } from '../../search/find-facets';
import { getReadList } from '../../search/find-lists';
import { getSeries } from '../../search/find-series';
import { findOnDeck } from '../../search/on-deck';
import type { Viewer } from '../../search/viewer';
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

/** All readable books, of one library or all. */
async function countReadable(db: Database, viewer: Viewer, { libraryId }: Pick<Scope, 'libraryId'>): Promise<number> {
  const counts = await countReadableBooks(db, viewer);
  return counts
    .filter((count) => libraryId === null || count.libraryId === libraryId)
    .reduce((sum, { UNREAD, IN_PROGRESS, READ }) => sum + UNREAD + IN_PROGRESS + READ, 0);
}

const anywhere = { libraryId: null };

/** The lists of books that exist for all libraries and for each. */
export const shelves = {
  'keep-reading': ({ db, viewer, slice }: Asked, scope: Scope) =>
    findKeepReading(db, viewer, { condition: readable(scope), slice }),
  'on-deck': ({ db, viewer, slice }: Asked, { libraryId }: Scope) =>
    findOnDeck(db, viewer, { libraryIds: libraryId === null ? [] : [libraryId], readable: true, slice }),
  'books/latest': ({ db, viewer, slice }: Asked, scope: Scope) =>
    findBooks(db, viewer, {
      ...{ condition: readable(scope), sort: ['createdDate,desc'], slice },
      total: countReadable(db, viewer, scope),
    }),
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

/** Tags of the books of a series with how many have them; a tag of unreadable books only is none. */
function tagFacets({ query, at }: Asked, path: string, tags: string[], counts: Map<string, number>): FacetGroup[] {
  const byKey = new Map(tags.map((tag) => [fold(tag), tag]));
  const [chosen = null] = query.tag;
  const ways = [...byKey].flatMap(([key, title]) => {
    const count = counts.get(key) ?? 0;
    const active = query.tag.length === 1 && fold(chosen ?? '') === key;
    return count === 0 ? [] : [{ title, count, active, href: at(withQuery(path, [['tag', title]])) }];
  });
  const all = { title: 'All', href: at(path), active: chosen === null, count: counts.get('') ?? 0 };
  return ways.length === 0 ? [] : [{ title: 'Tag', facets: [all, ...ways] }];
}

/** The books of a series in their order, with its tags to choose by. */
async function oneSeries(asked: Asked, id: string): Promise<JsonObject> {
  const { db, viewer, slice, query, at } = asked;
  const tags = query.tag.map((value) => ({ tag: { operator: 'is' as const, value } }));
  const condition: BookCondition = { allOf: [readable(anywhere), ...tags] };
  const [series, found, counts] = await Promise.all([
    getSeries(db, viewer, id),
    findBooksOfSeries(db, viewer, id, { condition, slice }),
    countBookTags(db, viewer, id),
  ]);
  const path = `series/${publicId(id)}`;
  const head = {
    title: series.title,
    description: series.summary || series.booksSummary,
    ...{ path, filters: ['tag'] as const, twin: { path, kind: 'acquisition' as const } },
    up: { href: at('libraries/browse'), title: 'Browse' },
    updated: latest(series.modifiedAt, series.metadataModifiedAt, series.booksMetadataModifiedAt),
  };
  return booksFeed(asked, found, head, tagFacets(asked, path, series.booksTags, counts));
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
  findBooksAnywhere(db, viewer, {
    ...{ text, condition: readable(anywhere), slice },
    total: text.trim() === '' ? countReadable(db, viewer, anywhere) : undefined,
  });

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
