import { authenticationDocument } from '../../../src/opds/authentication';
import {
  authenticationType,
  divinaType,
  feed2Type,
  publicationType,
  webPublicationType,
} from '../../../src/opds/media-types';
import { pageHref, type Paging } from '../../../src/opds/paging';
import { type Feed2, opds2Feed, type Site2 } from '../../../src/opds/v2';
import { opds2Publication } from '../../../src/opds/v2-publication';
import { divinaManifest, type PicturePage, webPublication } from '../../../src/opds/webpub';
import { aPublication, v2 } from './publications';
import { at, origin, site } from './site';

export const site2: Site2 = { start: v2('catalog'), searchTemplate: `${origin}/opds/v2/search{?query}` };

type Kind = 'feed' | 'publication' | 'manifest' | 'authentication';

const up = { href: site2.start, title: 'Home' };
const common = { site: site2, updated: at('2024-06-01') };

function paged(path: string, total: number, size: number, page: number): Paging {
  return { total, size, page, href: (number) => pageHref(v2(path), number) };
}

const catalog: Feed2 = {
  ...common,
  title: 'KireMisu',
  self: site2.start,
  up: null,
  twin: { href: site.start, kind: 'navigation' },
  navigation: [
    { title: 'Browse', href: v2('libraries/browse') },
    { title: 'Latest books', href: v2('libraries/books/latest'), rel: 'http://opds-spec.org/sort/new' },
    { title: 'Collections', href: v2('libraries/collections'), count: 1 },
  ],
  groups: [
    { title: 'Libraries', self: v2('libraries'), navigation: [{ title: 'Manga & more', href: v2('libraries/LIB1') }] },
    { title: 'Keep reading', self: v2('libraries/keep-reading'), total: 12, publications: [aPublication('BEGUN')] },
    { title: 'On deck', self: v2('libraries/on-deck'), publications: [] },
  ],
};

const series: Feed2 = {
  ...common,
  title: 'Series',
  up,
  paging: paged('series', 5, 2, 1),
  navigation: ['Night Tram', '静かな灯台'].map((title, index) => ({
    title,
    href: v2(`series/S${index}`),
    count: index + 1,
  })),
};

const oneSeries: Feed2 = {
  ...common,
  title: 'Lighthouse Mechanics',
  description: 'A keeper repairs clocks.',
  up,
  paging: paged('series/SERIES1', 3, 20, 0),
  facets: [
    {
      title: 'Tag',
      facets: [
        { title: 'All', href: v2('series/SERIES1'), active: true, count: 3 },
        { title: 'lighthouses', href: v2('series/SERIES1?tag=lighthouses'), count: 2 },
      ],
    },
    { title: 'Language', facets: [{ title: 'English', href: v2('series/SERIES1?language=en') }] },
  ],
  publications: [
    aPublication('CBZ'),
    aPublication('EPUB', {
      profile: 'epub',
      title: 'Lighthouse Mechanics: the novel',
      direction: null,
      layout: 'reflowable',
      manifests: [{ href: v2('books/EPUB/manifest'), type: webPublicationType }],
    }),
    {
      ...aPublication('BARE'),
      title: '\u0000',
      people: [],
      issued: '2019',
      language: 'Klingon, mostly',
      publisher: '',
      identifier: 'no identifier',
      categories: [],
      summary: ' ',
      pageCount: 0,
      direction: null,
      series: [],
      manifests: [],
      progression: {},
      image: null,
      thumbnail: null,
      authentication: null,
    },
  ],
};

const search: Feed2 = {
  ...common,
  title: 'Search: lighthouse',
  self: v2('search?query=lighthouse'),
  up,
  groups: [
    {
      title: 'Series',
      self: v2('series?search=lighthouse'),
      total: 1,
      navigation: [{ title: 'Lighthouse Mechanics', href: v2('series/SERIES1') }],
    },
    { title: 'Books', self: v2('books?search=lighthouse'), total: 1, publications: [aPublication('CBZ')] },
  ],
};

const pages: PicturePage[] = [
  { type: 'image/jpeg', width: 1600, height: 2400 },
  { type: 'image/webp', width: 1600, height: 2400 },
  { type: 'image/avif' },
  { type: 'image/png', width: 0, height: 0 },
];

function divina(id: string, changes: Parameters<typeof aPublication>[1]) {
  const hrefOf = (page: number, convert: boolean) =>
    v2(`books/${id}/pages/${page + 1}${convert ? '?convert=jpeg' : ''}`);
  return divinaManifest(aPublication(id, changes), { self: v2(`books/${id}/manifest/divina`), pages, hrefOf });
}

const epub = () =>
  webPublication(aPublication('EPUB', { profile: 'epub', direction: null, layout: 'reflowable', pageCount: null }), {
    self: v2('books/EPUB/manifest'),
    readingOrder: [
      { href: v2('books/EPUB/resource/text/one.xhtml'), type: 'application/xhtml+xml', title: 'One' },
      { href: v2('books/EPUB/resource/text/two.xhtml'), type: 'application/xhtml+xml' },
    ],
    resources: [{ href: v2('books/EPUB/resource/style.css'), type: 'text/css' }],
    toc: [
      { title: 'Part', children: [{ title: 'One', href: v2('books/EPUB/resource/text/one.xhtml#a') }] },
      { title: 'Nowhere' },
    ],
  });

const pdf = () =>
  webPublication(aPublication('PDF', { profile: 'pdf', direction: null, pageCount: 2 }), {
    self: v2('books/PDF/manifest'),
    readingOrder: [1, 2].map((page) => ({ href: v2(`books/PDF/pages/${page}/raw`), type: 'application/pdf' })),
  });

const authentication = () =>
  authenticationDocument({
    id: v2('auth'),
    title: 'KireMisu',
    description: 'Sign in with your e-mail address and password.',
    logo: { href: `${origin}/logo.png`, type: 'image/png' },
    help: `${origin}/help`,
    labels: { login: 'E-mail', password: 'Password' },
  });

const feed = (source: Feed2) => ({ build: () => opds2Feed(source) as object, type: feed2Type, kind: 'feed' as Kind });

/** Every document we promise, by file name: how it is built, as what it is answered, and the schema it is valid by. */
export const fixtures: Record<string, { build: () => object; type: string; kind: Kind }> = {
  'catalog.json': feed(catalog),
  'series-middle.json': feed(series),
  'one-series.json': feed(oneSeries),
  'search.json': feed(search),
  'search-nothing.json': feed({ ...search, title: 'Search: zz', self: v2('search?query=zz'), groups: [] }),
  'books-empty.json': feed({
    ...common,
    title: 'Latest books',
    up,
    paging: paged('books/latest', 0, 20, 0),
    publications: [],
  }),
  'publication.json': {
    build: () => opds2Publication(aPublication('CBZ')),
    type: publicationType,
    kind: 'publication',
  },
  'manifest-divina.json': { build: () => divina('CBZ', {}), type: divinaType, kind: 'manifest' },
  'manifest-webtoon.json': {
    build: () => divina('TOON', { direction: 'WEBTOON' }),
    type: divinaType,
    kind: 'manifest',
  },
  'manifest-epub.json': { build: epub, type: webPublicationType, kind: 'manifest' },
  'manifest-pdf.json': { build: pdf, type: webPublicationType, kind: 'manifest' },
  'authentication.json': { build: authentication, type: authenticationType, kind: 'authentication' },
};
