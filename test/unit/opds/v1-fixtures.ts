import { entryType, feedTypes, searchDescriptionType } from '../../../src/opds/media-types';
import { openSearchDescription } from '../../../src/opds/open-search';
import { pageHref, type Paging } from '../../../src/opds/paging';
import { feedUrn, urnOf, type UrnKind } from '../../../src/opds/urn';
import {
  acquisitionFeed,
  entryDocument,
  type NavigationEntry,
  navigationFeed,
  type Onward,
} from '../../../src/opds/v1';
import { aBook, aStream } from './books';
import { at, origin, site, v1 } from './site';

const up: Onward = { href: site.start, kind: 'navigation' };
const seriesUp: Onward = { href: v1('series'), kind: 'navigation', title: 'All series' };

function paged(path: string, total: number, size: number, page: number): Paging {
  return { total, size, page, href: (number) => pageHref(v1(path), number) };
}

function way(
  path: string,
  title: string,
  content: string,
  target: Partial<NavigationEntry['target']> = {},
): NavigationEntry {
  return {
    id: urnOf('shelf', path),
    title,
    content,
    updated: at('2024-06-01'),
    target: { href: v1(path), kind: 'navigation', ...target },
  };
}

function thing(
  kind: UrnKind,
  path: string,
  id: string,
  title: string,
  target: NavigationEntry['target']['kind'] = 'navigation',
): NavigationEntry {
  return { id: urnOf(kind, id), title, updated: at('2024-05-02'), target: { href: v1(`${path}/${id}`), kind: target } };
}

const seriesNames = ['Amber Post Office', 'Lighthouse Mechanics', 'Night Tram', 'Paper Gardens', '静かな灯台'];

function series(index: number): NavigationEntry {
  const id = `SERIES${index}`;
  const thumbnail = { href: `${origin}/opds/v1.2/series/${id}/thumbnail`, type: 'image/jpeg' as const };
  return {
    ...thing('series', 'series', id, seriesNames[index] ?? '', 'acquisition'),
    content: `${index + 1} books`,
    thumbnail,
  };
}

function seriesPage(page: number): string {
  const list = {
    site,
    id: feedUrn('series'),
    title: 'All series',
    updated: at('2024-06-01'),
    up,
    twin: `${origin}/opds/v2/series`,
  };
  return navigationFeed({
    ...list,
    paging: paged('series', 5, 2, page),
    entries: [0, 1, 2, 3, 4].slice(page * 2, page * 2 + 2).map(series),
  });
}

const catalog = () =>
  navigationFeed({
    site,
    id: feedUrn('catalog'),
    title: 'KireMisu',
    updated: at('2024-06-01'),
    self: site.start,
    up: null,
    twin: `${origin}/opds/v2/catalog`,
    entries: [
      way('keep-reading', 'Keep reading', 'Books you have begun', { kind: 'acquisition' }),
      way('ondeck', 'On deck', 'What comes next in the series you follow', { kind: 'acquisition' }),
      way('series', 'All series', 'Every series by title'),
      way('series/latest', 'Latest series', 'Series that changed last'),
      way('books/latest', 'Latest books', 'What came in last', {
        kind: 'acquisition',
        rel: 'http://opds-spec.org/sort/new',
      }),
      way('libraries', 'Libraries', 'By library'),
      way('collections', 'Collections', 'By collection'),
      way('readlists', 'Read lists', 'By read list'),
      way('publishers', 'Publishers', 'By publisher'),
    ],
  });

/** One book of every kind: file formats, page formats, reading states. */
const oneSeries = () =>
  acquisitionFeed({
    site,
    id: feedUrn('series', 'SERIES1'),
    title: 'Lighthouse Mechanics',
    subtitle: 'A keeper repairs clocks.',
    updated: at('2024-05-09'),
    up: seriesUp,
    paging: paged('series/SERIES1', 8, 20, 0),
    entries: [
      aBook('CBZ', { document: v1('books/CBZ') }),
      aBook('CBR', {
        title: 'Lighthouse Mechanics 2',
        file: 'named wrongly.cbz',
        container: 'rar5',
        facts: 'CBR - 1.2 MiB',
        people: [],
      }),
      aBook('PDF', {
        title: 'Lighthouse Mechanics 3',
        file: 'Lighthouse 3.pdf',
        container: 'pdf',
        stream: aStream('PDF', { count: 120 }),
      }),
      aBook('WEBP', {
        title: 'Lighthouse Mechanics 4',
        stream: aStream('WEBP', { pageTypes: ['image/webp', 'image/jpeg'] }),
      }),
      aBook('PNG', {
        title: 'Lighthouse Mechanics 5',
        file: 'Lighthouse; 5/6',
        container: 'folder',
        stream: aStream('PNG', { pageTypes: ['image/png'] }),
      }),
      aBook('BEGUN', {
        title: 'Lighthouse Mechanics 6',
        stream: aStream('BEGUN', { lastRead: 2, lastReadDate: at('2024-05-20', '21:15:03') }),
      }),
      aBook('READ', {
        title: 'Lighthouse Mechanics 7',
        stream: aStream('READ', { lastRead: 7, lastReadDate: at('2024-05-21', '22:00:00') }),
      }),
      aBook('EPUB', {
        title: 'Lighthouse Mechanics: the novel',
        file: 'Lighthouse.epub',
        container: 'epub',
        stream: null,
        summary: null,
        facts: null,
        issued: '2020',
        identifier: null,
      }),
    ],
  });

const booksLatest = () =>
  acquisitionFeed({
    site,
    id: feedUrn('books', 'latest'),
    title: 'Latest books',
    updated: at('2024-05-09'),
    up,
    paging: paged('books/latest?status=unread', 3, 2, 1),
    facets: [
      {
        title: 'Reading status',
        facets: [
          { title: 'All', href: v1('books/latest'), count: 4 },
          { title: 'Unread', href: v1('books/latest?status=unread'), count: 3, active: true },
        ],
      },
      {
        title: 'Library',
        facets: [{ title: 'Manga & more', href: v1('books/latest?status=unread&library=LIB1'), count: 1 }],
      },
    ],
    entries: [aBook('CBZ')],
  });

const nothingFound = () =>
  acquisitionFeed({
    site,
    id: feedUrn('search', 'zz "top" & <co>'),
    title: 'Search: zz "top" & <co>',
    updated: at('2024-06-01'),
    up,
    paging: paged('books?search=zz%20%22top%22%20%26%20%3Cco%3E', 0, 20, 0),
    entries: [],
  });

function listOf(id: string, title: string, entries: NavigationEntry[]): string {
  return navigationFeed({ site, id: feedUrn(id), title, updated: at('2024-06-01'), up, self: v1(id), entries });
}

const readList = () =>
  acquisitionFeed({
    site,
    id: feedUrn('readlist', 'RL1'),
    title: 'Rainy days',
    updated: at('2024-05-12'),
    up: { href: v1('readlists'), kind: 'navigation', title: 'Read lists' },
    paging: paged('readlists/RL1', 2, 20, 0),
    entries: [aBook('CBZ'), aBook('BEGUN', { title: 'Night Tram 1' })],
  });

/** Texts as they come out of file names and ComicInfo. */
const awkwardTexts = () =>
  acquisitionFeed({
    site,
    id: feedUrn('series', 'ODD'),
    title: ' Tom & Jerry\u0000 &amp; <friends>\r\n "again" ',
    updated: at('2024-05-09', '09:30:00.123'),
    up: seriesUp,
    self: v1('series/ODD'),
    entries: [
      aBook('ODD', {
        title: 'Rock &Roll; &#65; \u0007bell \ud800 lone \uffff end 😀',
        file: '100% #1? [a&b] 漫画.zip',
        summary: 'first\r\nsecond\u000b line ]]> <br/> &nbsp;',
        people: [
          { name: 'A &lt; B', role: 'writer' },
          { name: ' ', role: 'writer' },
        ],
        categories: [{ term: 'Q&A' }, { term: ' ' }, { term: 'Q&A' }],
        issued: '2020-13-01',
        language: 'Klingon, mostly',
      }),
      aBook('NAMELESS', { title: '\u0001', file: '.cbz', summary: ' \n ', facts: '' }),
    ],
  });

/** Every document we promise, by file name: how it is built and as what it is answered. */
export const fixtures: Record<string, { build: () => string; type: string }> = {
  'catalog.xml': { build: catalog, type: feedTypes.navigation },
  'series-first.xml': { build: () => seriesPage(0), type: feedTypes.navigation },
  'series-middle.xml': { build: () => seriesPage(1), type: feedTypes.navigation },
  'series-last.xml': { build: () => seriesPage(2), type: feedTypes.navigation },
  'series-empty.xml': {
    build: () =>
      navigationFeed({
        site,
        id: feedUrn('series'),
        title: 'All series',
        updated: at('2024-06-01'),
        up,
        paging: paged('series', 0, 20, 0),
        entries: [],
      }),
    type: feedTypes.navigation,
  },
  'one-series.xml': { build: oneSeries, type: feedTypes.acquisition },
  'books-latest-last.xml': { build: booksLatest, type: feedTypes.acquisition },
  'search-nothing.xml': { build: nothingFound, type: feedTypes.acquisition },
  'libraries.xml': {
    build: () =>
      listOf('libraries', 'Libraries', [
        thing('library', 'libraries', 'LIB1', 'Manga & more'),
        thing('library', 'libraries', 'LIB2', 'Bandes dessinées'),
      ]),
    type: feedTypes.navigation,
  },
  'collections.xml': {
    build: () => listOf('collections', 'Collections', [thing('collection', 'collections', 'C1', 'By the sea')]),
    type: feedTypes.navigation,
  },
  'readlists.xml': {
    build: () =>
      listOf('readlists', 'Read lists', [thing('readlist', 'readlists', 'RL1', 'Rainy days', 'acquisition')]),
    type: feedTypes.navigation,
  },
  'readlist.xml': { build: readList, type: feedTypes.acquisition },
  'book.xml': {
    build: () => entryDocument(aBook('CBZ', { document: v1('books/CBZ') }), site, v1('books/CBZ')),
    type: entryType,
  },
  'book-without-author.xml': {
    build: () => entryDocument(aBook('CBR', { people: [] }), site, v1('books/CBR')),
    type: entryType,
  },
  'awkward-texts.xml': { build: awkwardTexts, type: feedTypes.acquisition },
  'search-description.xml': {
    build: () =>
      openSearchDescription({
        name: 'KireMisu',
        description: 'Search books by title, series, people and tags',
        template: site.searchTemplate,
        kind: 'acquisition',
      }),
    type: searchDescriptionType,
  },
};
