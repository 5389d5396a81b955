import { opds2Feed, opds2FeedParts } from '../../../src/opds/v2';
import { opds2Publication, type Publication } from '../../../src/opds/v2-publication';
import { divinaManifest } from '../../../src/opds/webpub';
import { opds2Problems } from '../../support/opds2-rules';
import { aPublication, v2 } from './publications';
import { at } from './site';
import { fixtures, site2 } from './v2-fixtures';

const feed = { site: site2, title: 'Books', updated: at('2024-05-01'), self: v2('books'), up: { href: site2.start } };
const metadata = (changes: Partial<Publication>) =>
  opds2Publication(aPublication('B', changes))['metadata'] as Record<string, unknown>;

describe('feeds of OPDS 2.0', () => {
  test('need the feed above them unless they are the root', () => {
    expect(() => opds2Feed({ ...feed, up: null })).toThrow(RangeError);
    expect(() => opds2Feed({ ...feed, up: null, self: site2.start })).not.toThrow();
  });

  test('say that nothing was found by empty groups, and by nothing else', () => {
    const document = opds2Feed({
      ...feed,
      publications: [],
      navigation: [],
      groups: [{ title: 'Books', self: v2('b'), publications: [] }],
      facets: [],
    });
    expect(Object.keys(document)).toEqual(['metadata', 'links', 'groups']);
    expect(document['groups']).toEqual([]);
  });

  test('leave out facets that offer no choice', () => {
    const facets = [{ title: 'Tag', facets: [{ title: 'a', href: v2('books?tag=a') }] }];
    expect(opds2Feed({ ...feed, facets })).not.toHaveProperty('facets');
  });
});

describe('long feeds of OPDS 2.0', () => {
  test.each([0, 1, 25, 26, 50, 60])('of %i books are the same text when they are written in pieces', (count) => {
    const publications = Array.from({ length: count }, (_, index) => aPublication(`B${index}`));
    const facets = [
      { title: 'Tag', facets: ['a', 'b'].map((title) => ({ title, href: v2(`books?tag=${title}`), count: 2 })) },
    ];
    const long = { ...feed, publications, facets };
    const parts = [...opds2FeedParts(long)];
    expect(parts.join('')).toBe(JSON.stringify(opds2Feed(long)));
    expect(parts.length > 1).toBe(count > 25);
  });

  test('keep their groups behind the books', () => {
    const publications = Array.from({ length: 30 }, (_, index) => aPublication(`B${index}`));
    const groups = [{ title: 'More', self: v2('more'), publications: [aPublication('X')] }];
    const long = { ...feed, publications, groups };
    expect([...opds2FeedParts(long)].join('')).toBe(JSON.stringify(opds2Feed(long)));
  });
});

describe('publications of OPDS 2.0', () => {
  test('call a writer an author', () => {
    expect(metadata({})).toMatchObject({ author: [{ name: 'Mara Quill' }], penciler: [{ name: 'Ines Tusche' }] });
    expect(metadata({})['contributor']).toEqual([
      { name: 'Mara Quill', role: 'cover' },
      { name: 'Ken Note', role: 'consultant' },
    ]);
  });

  test.each([
    ['2019-03-14', '2019-03-14'],
    ['2019', undefined],
    ['2019-03', undefined],
    ['2019-02-30', undefined],
  ])('published %s is said as %s', (issued, published) => {
    expect(metadata({ issued })['published']).toBe(published);
  });

  test.each([
    ['LEFT_TO_RIGHT', { readingProgression: 'ltr' }],
    ['RIGHT_TO_LEFT', { readingProgression: 'rtl' }],
    ['WEBTOON', { layout: 'scrolled' }],
    ['VERTICAL', { layout: 'scrolled' }],
    [null, {}],
  ] as const)('direction %s is said as %j', (direction, said) => {
    const { readingProgression, layout } = metadata({ direction });
    expect({ ...(readingProgression ? { readingProgression } : {}), ...(layout ? { layout } : {}) }).toEqual(said);
  });

  test('have no images key without a cover, and no size that is not true', () => {
    expect(opds2Publication(aPublication('B', { image: null, thumbnail: null }))).not.toHaveProperty('images');
    const image = { href: v2('i'), type: 'image/webp', width: 0, height: 0 };
    expect(opds2Publication(aPublication('B', { image, thumbnail: null, authentication: null }))['images']).toEqual([
      { rel: 'http://opds-spec.org/image', href: v2('i'), type: 'image/webp' },
    ]);
  });
});

test('a Divina manifest has a JPEG beside every page that few readers draw', () => {
  const pages = [{ type: 'image/png' }, { type: 'image/jxl', width: 10, height: 20 }];
  const hrefOf = (page: number, convert: boolean) => `/p/${page}${convert ? '?convert=jpeg' : ''}`;
  expect(divinaManifest(aPublication('B'), { self: v2('m'), pages, hrefOf })['readingOrder']).toEqual([
    { href: '/p/0', type: 'image/png' },
    {
      href: '/p/1',
      type: 'image/jxl',
      width: 10,
      height: 20,
      alternate: [{ href: '/p/1?convert=jpeg', type: 'image/jpeg', width: 10, height: 20 }],
    },
  ]);
});

describe('the rules for OPDS 2.0 documents notice', () => {
  const whole = (name: string) => JSON.stringify(fixtures[name]?.build());

  test.each<[string, string, string, string, RegExp]>([
    ['null', 'one-series.json', '"title":"Untitled"', '"title":null', /title is null/],
    ['blank texts', 'catalog.json', '"title":"Browse"', '"title":""', /is blank/],
    ['empty images', 'publication.json', '"images":[', '"images":[],"x":[', /images is empty/],
    [
      'a missing self',
      'search.json',
      '"rel":"self","href":"https://comics.example/opds/v2/search',
      '"rel":"x","href":"https://comics.example/opds/v2/search',
      /typed self/,
    ],
    ['several rels', 'series-middle.json', '"rel":"next"', '"rel":["next","last"]', /several rels/],
    ['a missing next', 'series-middle.json', '"rel":"next"', '"rel":"later"', /something follows/],
    ['numbers that do not agree', 'series-middle.json', '"numberOfItems":5', '"numberOfItems":3', /by its numbers/],
    [
      'navigation with rel self',
      'series-middle.json',
      '"rel":"subsection"',
      '"rel":"self"',
      /navigation with rel self/,
    ],
    [
      'an untyped link',
      'series-middle.json',
      '"rel":"subsection","type":"application/opds+json"',
      '"rel":"subsection"',
      /without type/,
    ],
    [
      'a group without self',
      'search.json',
      '"links":[{"rel":"self","href":"https://comics.example/opds/v2/books',
      '"links":[{"rel":"x","href":"https://comics.example/opds/v2/books',
      /typed self/,
    ],
    ['two active facets', 'one-series.json', 'lighthouses","href"', 'lighthouses","rel":"self","href"', /two active/],
    ['a book without file', 'publication.json', 'http://opds-spec.org/acquisition', 'related', /without acquisition/],
    ['half a size', 'publication.json', ',"height":1200', '', /half a size/],
    ['a wrong page count', 'manifest-divina.json', '"numberOfPages":4', '"numberOfPages":5', /5 pages, 4 listed/],
    [
      'a relative self of a manifest',
      'manifest-divina.json',
      '"rel":"self","href":"https://comics.example',
      '"rel":"self","href":"',
      /is absolute/,
    ],
    ['a template that is not declared', 'catalog.json', ',"templated":true', '', /templated/],
  ])('%s', (_what, name, search, replacement, problem) => {
    const changed = whole(name).replace(search, replacement);
    expect(changed).not.toBe(whole(name));
    expect(opds2Problems(JSON.parse(changed)).join('\n')).toMatch(problem);
  });

  test('an answer of another Content-Type than the document', () => {
    expect(opds2Problems(fixtures['manifest-divina.json']?.build(), { contentType: 'application/json' })).toHaveLength(
      1,
    );
  });
});
