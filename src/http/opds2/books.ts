import { publicId } from '../../base/public-id';
import { fold } from '../../base/text';
import type { FacetGroup } from '../../opds/v2';
import type { BookCondition } from '../../search/condition';
import { countBooks, countReadableBooks, type BookCount } from '../../search/count-books';
import { findAnywhere, type FoundAnywhere } from '../../search/find-anywhere';
import { findBooks, findBooksOfReadList, findBooksOfSeries, findKeepReading } from '../../search/find-books';
import { countBookTags } from '../../search/find-facets';
import { findLibraries } from '../../search/find-libraries';
import { getReadList } from '../../search/find-lists';
import { getSeries } from '../../search/find-series';
import { findOnDeck } from '../../search/on-deck';
import type { HttpDeps } from '../deps';
import { withQuery } from '../opds-address';
import { latest } from '../opds-books';
import { countOf, libraryFacets, statusFacets, type Narrowed } from '../opds-facets';
import type { Unwritten } from '../opds-feed';
import { foundWithin, narrowedTo, readable, type Narrowing } from '../opds-narrow';
import type { Route } from '../route';
import { feed, feedOf, filterParameters, home, scoped, type Asked, type Filter, type Scope } from './feed';
import { booksFeed, type Head } from './lists';

/** What of a list is wanted: of the library whose list it is, or of those that were chosen. */
const narrowingOf = ({ query }: Asked, { libraryId }: Pick<Scope, 'libraryId'>): Narrowing => ({
  status: query.status,
  library: libraryId === null ? query.library : [libraryId],
});

/** Files that are there, can be read and fit. */
const bookCondition = (asked: Asked, scope: Pick<Scope, 'libraryId'>): BookCondition => ({
  allOf: [...readable, ...narrowedTo(narrowingOf(asked, scope))],
});

const anywhere = { libraryId: null };

/** A list with its counts, as facets are made of it: their addresses keep whatever else was chosen. */
const narrowed = (
  asked: Asked,
  { path, filters, scope = anywhere }: { path: string; filters: readonly Filter[]; scope?: Pick<Scope, 'libraryId'> },
  counts: readonly BookCount[],
): Narrowed => ({
  chosen: narrowingOf(asked, scope),
  counts,
  href: (changed, value) => {
    const others = filters.filter((name) => name !== changed);
    return asked.at(withQuery(path, [...filterParameters(asked.query, others), ...value]));
  },
});

const latestBooks = (asked: Asked, scope: Scope, total: Promise<number> | undefined) =>
  findBooks(asked.db, asked.viewer, {
    ...{ condition: bookCondition(asked, scope), sort: ['createdDate,desc'], slice: asked.slice, total },
  });

/** The lists of books that exist for all libraries and for each. */
export const shelves = {
  'keep-reading': (asked: Asked, scope: Scope) =>
    findKeepReading(asked.db, asked.viewer, {
      condition: bookCondition({ ...asked, query: { ...asked.query, status: undefined } }, scope),
      slice: asked.slice,
    }),
  'on-deck': (asked: Asked, scope: Scope) =>
    findOnDeck(asked.db, asked.viewer, {
      ...{ libraryIds: narrowingOf(asked, scope).library, readable: true, slice: asked.slice },
    }),
  'books/latest': (asked: Asked, scope: Scope) =>
    latestBooks(
      asked,
      scope,
      countReadableBooks(asked.db, asked.viewer).then((counts) => countOf(counts, narrowingOf(asked, scope))),
    ),
};

const titles = { 'keep-reading': 'Keep reading', 'on-deck': 'On deck', 'books/latest': 'Latest books' };
const twins = { 'keep-reading': 'keep-reading', 'on-deck': 'ondeck', 'books/latest': 'books/latest' };
export type Shelf = keyof typeof shelves;
export const shelfTitle = (shelf: Shelf): string => titles[shelf];

const shelfHead = ({ at }: Asked, scope: Scope, shelf: Shelf): Head => ({
  title: scope.libraryId === null ? titles[shelf] : `${scope.title}: ${titles[shelf]}`,
  path: `${scope.path}/${shelf}`,
  up: { href: at(scope.path), title: scope.title },
  ...(scope.libraryId === null ? { twin: { path: twins[shelf], kind: 'acquisition' as const } } : {}),
});

const shelfFeed = (shelf: 'keep-reading' | 'on-deck') => async (asked: Asked, scope: Scope) =>
  booksFeed(asked, await shelves[shelf](asked, scope), {
    ...shelfHead(asked, scope, shelf),
    filters: scope.libraryId === null ? ['library'] : [],
  });

/** The newest books; one statement counts for all facets and for the paging. */
async function latestFeed(asked: Asked, scope: Scope): Promise<Unwritten> {
  const counted = countReadableBooks(asked.db, asked.viewer);
  const total = counted.then((counts) => countOf(counts, narrowingOf(asked, scope)));
  const ofOne = scope.libraryId !== null;
  const [found, libraries, counts] = await Promise.all([
    latestBooks(asked, scope, total),
    ofOne ? [] : findLibraries(asked.db, asked.viewer),
    counted,
  ]);
  const filters: Filter[] = ofOne ? ['status'] : ['status', 'library'];
  const head = { ...shelfHead(asked, scope, 'books/latest'), filters };
  const choices = narrowed(asked, { path: head.path, filters, scope }, counts);
  return booksFeed(asked, found, head, [statusFacets(choices), ...libraryFacets(choices, libraries)]);
}

/** Tags of the books of a series with how many have them; a tag of unreadable books only is none. */
function tagFacets({ query, at }: Asked, path: string, tags: string[], counts: Map<string, number>): FacetGroup[] {
  const byKey = new Map(tags.map((tag) => [fold(tag), tag]));
  const [chosen = null] = query.tag;
  const ways = [...byKey].flatMap(([key, title]) => {
    const count = counts.get(key) ?? 0;
    const active = query.tag.length === 1 && fold(chosen ?? '') === key;
    return count === 0 ? [] : [{ title, count, active, href: at(withQuery(path, [['tag', title]])) }];
  });
  const all = {
    title: 'All',
    href: at(path),
    active: chosen === null && query.status === undefined,
    count: counts.get('') ?? 0,
  };
  return ways.length === 0 ? [] : [{ title: 'Tag', facets: [all, ...ways] }];
}

const withTags = ({ query }: Asked): BookCondition[] =>
  query.tag.map((value) => ({ tag: { operator: 'is' as const, value } }));

/**
 * The books of a series in their order, with its tags to choose by, and how far the reader is in those. A tag leads to all
 * books that have it: what they are counted by knows nothing of reading.
 */
async function oneSeries(asked: Asked, id: string): Promise<Unwritten> {
  const { db, viewer, slice, at } = asked;
  const member: BookCondition = { seriesId: { operator: 'is', value: id } };
  const counted = countBooks(db, viewer, { allOf: [member, ...readable, ...withTags(asked)] });
  const condition: BookCondition = { allOf: [bookCondition(asked, anywhere), ...withTags(asked)] };
  const [series, found, counts, tags] = await Promise.all([
    getSeries(db, viewer, id),
    findBooksOfSeries(db, viewer, id, {
      ...{ condition, slice, total: counted.then((counts) => countOf(counts, asked.query)) },
    }),
    counted,
    countBookTags(db, viewer, id),
  ]);
  const path = `series/${publicId(id)}`;
  const filters = ['tag', 'status'] as const;
  const head = {
    title: series.title,
    description: series.summary || series.booksSummary,
    ...{ path, filters, twin: { path, kind: 'acquisition' as const }, page: `/${path}` },
    up: { href: at('libraries/browse'), title: 'Browse' },
    updated: latest(series.modifiedAt, series.metadataModifiedAt, series.booksMetadataModifiedAt),
  };
  const choices = narrowed(asked, { path, filters }, counts);
  return booksFeed(asked, found, head, [...tagFacets(asked, path, series.booksTags, tags), statusFacets(choices)]);
}

async function oneReadList(asked: Asked, id: string): Promise<Unwritten> {
  const { db, viewer, slice, at } = asked;
  const list = await getReadList(db, viewer, id);
  const counted = countBooks(db, viewer, { allOf: [{ readListId: { operator: 'is', value: id } }, ...readable] });
  const [found, counts] = await Promise.all([
    findBooksOfReadList(db, viewer, list, {
      ...{ condition: bookCondition(asked, anywhere), slice },
      total: counted.then((counts) => countOf(counts, asked.query)),
    }),
    counted,
  ]);
  const path = `readlists/${publicId(id)}`;
  const filters = ['status'] as const;
  const head = {
    title: list.name,
    description: list.summary,
    ...{ path, filters, twin: { path, kind: 'acquisition' as const }, page: `/${path}` },
    up: { href: at('libraries/readlists'), title: 'Read lists' },
    updated: list.modifiedAt,
  };
  return booksFeed(asked, found, head, [statusFacets(narrowed(asked, { path, filters }, counts))]);
}

/** What a search finds of books; without text, every book. */
export const searchBooks = (asked: Asked, text: string): Promise<FoundAnywhere> =>
  findAnywhere(asked.db, asked.viewer, { text, ...foundWithin(asked.query), slice: asked.slice });

async function books(asked: Asked): Promise<Unwritten> {
  const { search = '' } = asked.query;
  const [found, libraries] = await Promise.all([searchBooks(asked, search), findLibraries(asked.db, asked.viewer)]);
  const filters = ['search', 'status', 'library'] as const;
  const head = {
    title: search === '' ? 'All books' : `Search: ${search}`,
    ...{ path: 'books', filters, up: home(asked) },
  };
  const choices = narrowed(asked, head, found.counts);
  return booksFeed(asked, found.books, head, [statusFacets(choices), ...libraryFacets(choices, libraries)]);
}

export function bookRoutes(deps: HttpDeps): Route[] {
  return [
    ...scoped(deps, 'keep-reading', 'opds2KeepReading', 'Books that were begun', shelfFeed('keep-reading')),
    ...scoped(deps, 'on-deck', 'opds2OnDeck', 'The next book of series that are read', shelfFeed('on-deck')),
    ...scoped(deps, 'books/latest', 'opds2BooksLatest', 'Books that came last', latestFeed),
    feed(deps, 'books', 'opds2Books', 'Books whose title, series, people or tags hold the words of `search`', books),
    feedOf(deps, 'series', 'opds2OneSeries', 'The books of a series', oneSeries),
    feedOf(deps, 'readlists', 'opds2ReadList', 'The books of a read list', oneReadList),
  ];
}
