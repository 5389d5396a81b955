import { publicId } from '../../base/public-id';
import { feedUrn, urnOf } from '../../opds/urn';
import type { NavigationEntry } from '../../opds/v1';
import { countBooks } from '../../search/count-books';
import { findBooksOfSeries } from '../../search/find-books';
import { alphabeticalGroups, findRecentSeries, getSeries, type GroupCount } from '../../search/find-series';
import { searchSeries } from '../../search/search-series';
import { lastChange } from '../../search/delivery';
import { cut } from '../../search/slice';
import type { HttpDeps } from '../deps';
import { withQuery } from '../opds-address';
import { latest } from '../opds-books';
import type { Route } from '../route';
import { countOf, statusFacets } from '../opds-facets';
import { readable } from '../opds-narrow';
import { bookCondition, seriesCondition, seriesSearch } from './conditions';
import { narrowed } from './facets';
import { feed, feedOf, home, type Asked, type FeedDocument, type Filter } from './feed';
import { booksFeed, entriesFeed, seriesFeed } from './lists-of';
import { seriesCount } from './present';

export const seriesFilters = [
  'search',
  'publisher',
  'genre',
  'tag',
  'letter',
  'status',
  'library',
] as const satisfies Filter[];

function titleOf({ query }: Asked): string {
  const { search, letter, publisher, genre, tag } = query;
  if (search) return `Series search for: ${search}`;
  const parts = [...publisher, ...genre, ...tag, ...(letter ? [letter.toUpperCase()] : [])];
  return parts.length === 0 ? 'All series' : `Series: ${parts.join(', ')}`;
}

async function allSeries(asked: Asked): Promise<FeedDocument> {
  const found = await searchSeries(asked.db, asked.viewer, seriesSearch(asked));
  const { search, publisher, genre, tag, letter, status } = asked.query;
  const chosen = [search, ...publisher, ...genre, ...tag, letter, status].filter((value) => value !== undefined);
  return seriesFeed(asked, found, {
    id: feedUrn('series', ...chosen),
    title: titleOf(asked),
    path: 'series',
    filters: seriesFilters,
    up: home(asked),
    twin: 'libraries/browse',
  });
}

async function latestSeries(asked: Asked): Promise<FeedDocument> {
  const query = { condition: seriesCondition(asked), slice: asked.slice };
  const found = await findRecentSeries(asked.db, asked.viewer, 'latest', query);
  return seriesFeed(asked, found, {
    id: feedUrn('series-latest'),
    title: 'Latest series',
    path: 'series/latest',
    filters: ['status', 'library'],
    up: home(asked),
    twin: 'libraries/series/latest',
  });
}

function letterEntry(asked: Asked, { group, count }: GroupCount, updated: Date): NavigationEntry {
  return {
    id: urnOf('letter', group),
    title: group.toUpperCase(),
    updated,
    content: seriesCount(Number(count)),
    target: { href: asked.at(withQuery('series', [['letter', group]])), kind: 'navigation' },
  };
}

/** Small screens cannot scroll through thousands of series. */
async function letters(asked: Asked): Promise<FeedDocument> {
  const { db, viewer, slice } = asked;
  const condition = { deleted: { operator: 'isFalse' } } as const;
  const [groups, change] = await Promise.all([alphabeticalGroups(db, viewer, { condition }), lastChange(db, viewer)]);
  const named = groups.filter(({ group }) => group.trim() !== '');
  const entries = named.map((group) => letterEntry(asked, group, latest(change)));
  const head = { id: feedUrn('series-letters'), title: 'Series by letter', path: 'series/letters', up: home(asked) };
  return entriesFeed(asked, cut(slice, entries), head);
}

/** The books of a series in their order: what can be read, nothing from the trash. */
async function oneSeries(asked: Asked, id: string): Promise<FeedDocument> {
  const { db, viewer, slice } = asked;
  const counted = countBooks(db, viewer, {
    allOf: [{ seriesId: { operator: 'is', value: id } }, ...readable],
  });
  const total = counted.then((counts) => countOf(counts, asked.query));
  const [series, found, counts] = await Promise.all([
    getSeries(db, viewer, id),
    findBooksOfSeries(db, viewer, id, { condition: bookCondition(asked), slice, total }),
    counted,
  ]);
  const path = `series/${publicId(id)}`;
  const filters = ['status'] as const;
  const head = {
    id: feedUrn('series', publicId(id)),
    title: series.title,
    subtitle: series.summary || series.booksSummary,
    ...{ path, filters, twin: path, page: `/${path}` },
    up: { href: asked.at('series'), kind: 'navigation' as const, title: 'All series' },
    updated: latest(series.modifiedAt, series.metadataModifiedAt, series.booksMetadataModifiedAt),
  };
  return booksFeed(asked, found, head, [statusFacets(narrowed(asked, { path, filters }, counts))]);
}

export function seriesRoutes(deps: HttpDeps): Route[] {
  return [
    feed(deps, 'series', 'opds1Series', 'Series by title; `search`, `publisher`, `genre`, `tag`, `letter`', allSeries),
    feed(deps, 'series/latest', 'opds1SeriesLatest', 'Series that changed last', latestSeries),
    feed(deps, 'series/letters', 'opds1SeriesLetters', 'Series by first letter', letters),
    feedOf(deps, 'series', 'opds1OneSeries', 'The books of a series', oneSeries),
  ];
}
