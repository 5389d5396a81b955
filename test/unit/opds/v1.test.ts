import { pageHref } from '../../../src/opds/paging';
import { feedUrn, urnOf } from '../../../src/opds/urn';
import {
  acquisitionFeed,
  acquisitionFeedParts,
  type AcquisitionFeed,
  navigationFeed,
  type NavigationEntry,
} from '../../../src/opds/v1';
import { attribute, type XmlElement, xmlTree } from '../../support/xml-tree';
import { linksOf } from '../../support/opds-entry-rules';
import { childrenOf, textOf } from '../../support/opds-words';
import { aBook, aStream } from './books';
import { at, site, v1 } from './site';

const up = { href: site.start, kind: 'navigation' } as const;

function parsed(xml: string): XmlElement {
  const { root, faults } = xmlTree(xml);
  if (root === null || faults.length > 0) throw new Error(faults.join());
  return root;
}

function booksFeed(changes: Partial<Pick<AcquisitionFeed, 'entries' | 'facets' | 'title'>>): XmlElement {
  const feed = {
    site,
    id: feedUrn('books'),
    title: 'Books',
    updated: at('2024-05-01'),
    up,
    self: v1('books'),
    entries: [],
  };
  return parsed(acquisitionFeed({ ...feed, ...changes }));
}

function onlyEntry(book: Parameters<typeof aBook>[1]): XmlElement {
  const [entry] = childrenOf(booksFeed({ entries: [aBook('B', book)] }), 'entry');
  if (!entry) throw new Error('no entry');
  return entry;
}

const rels = (element: XmlElement) => linksOf(element).map((link) => attribute(link, 'rel'));
const stream = (entry: XmlElement) => linksOf(entry, 'http://vaemendis.net/opds-pse/stream')[0];

describe('feeds', () => {
  test('need the feed above them unless they are the root', () => {
    const feed = {
      site,
      id: feedUrn('libraries'),
      title: 'Libraries',
      updated: at('2024-05-01'),
      up: null,
      entries: [],
    };
    expect(() => navigationFeed({ ...feed, self: v1('libraries') })).toThrow(RangeError);
    expect(() => navigationFeed({ ...feed, self: site.start })).not.toThrow();
  });

  test.each([0, 25, 26, 50, 60])('of %i books are the same text when they are written in pieces', (count) => {
    const entries = Array.from({ length: count }, (_, index) => aBook(`B${index}`, { summary: '&amp; <b>\n\nmore' }));
    const feed = {
      ...{ site, id: feedUrn('books'), title: 'Books', updated: at('2024-05-01'), up, self: v1('books'), entries },
      facets: [{ title: 'Status', facets: [{ title: 'Read', href: v1('books?status=read'), count: 3 }] }],
    };
    const parts = [...acquisitionFeedParts(feed)];
    expect(parts.join('')).toBe(acquisitionFeed(feed));
    expect(parts.length > 1).toBe(count > 25);
  });

  test('name the address of the very page as self', () => {
    const paging = { total: 5, size: 2, page: 1, href: (page: number) => pageHref(v1('series?search=a'), page) };
    const root = parsed(
      navigationFeed({ site, id: feedUrn('series'), title: 'S', updated: at('2024-05-01'), up, paging, entries: [] }),
    );
    expect(linksOf(root, 'self').map((link) => attribute(link, 'href'))).toEqual([v1('series?search=a&page=1')]);
  });

  test('mark one facet of a group as active, even if two claim it', () => {
    const facets = [
      { title: 'Status', facets: [1, 2].map((n) => ({ title: `F${n}`, href: v1(`books?f=${n}`), active: true })) },
    ];
    const active = linksOf(booksFeed({ facets })).map((link) => attribute(link, 'opds:activeFacet'));
    expect(active.filter(Boolean)).toEqual(['true']);
  });

  test('keep a text that looks like an entity as it is', () => {
    for (const title of ['&lt;b&gt;', '&nbsp;', '&Roll;', '&#65;', '&#x41;', '&amp;amp;', ']]>', '"\'<&>']) {
      expect(textOf(booksFeed({ title }), 'title')).toBe(title);
    }
  });

  test('lose the characters that XML forbids, and nothing else', () => {
    const all = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)).join('');
    const kept = textOf(booksFeed({ title: `a${all}\ud800\udfff\udc00\ufffe\u{1f600}` }), 'title');
    expect(kept).toBe(`a ${all.slice(0x21)}\u{103ff}\u{1f600}`);
  });
});

describe('navigation entries', () => {
  const entry: NavigationEntry = {
    id: urnOf('library', 'L'),
    title: 'Manga',
    updated: at('2024-05-01'),
    target: { href: v1('l'), kind: 'navigation' },
  };
  const feed = { site, id: feedUrn('libraries'), title: 'L', updated: at('2024-05-01'), up, self: v1('libraries') };

  test('repeat the title as content when there is nothing to say', () => {
    for (const content of [undefined, null, '', ' \n']) {
      const entries = [{ ...entry, ...(content === undefined ? {} : { content }) }];
      expect(
        textOf(childrenOf(parsed(navigationFeed({ ...feed, entries })), 'entry')[0] ?? parsed('<x/>'), 'content'),
      ).toBe('Manga');
    }
  });
});

describe('book entries', () => {
  test('link picture, file and stream in the order Komga has them', () => {
    expect(rels(onlyEntry({}))).toEqual([
      'http://opds-spec.org/image/thumbnail',
      'http://opds-spec.org/image',
      'http://opds-spec.org/acquisition',
      'http://vaemendis.net/opds-pse/stream',
      'http://opds-spec.org/progression',
    ]);
  });

  test('say every person once, with the writer last among the authors', () => {
    const entry = onlyEntry({});
    expect(childrenOf(entry, 'author').map((author) => textOf(author, 'name'))).toEqual(['Ines Tusche', 'Mara Quill']);
    expect(childrenOf(entry, 'contributor').map((person) => textOf(person, 'name'))).toEqual(['Ole Letter']);
  });

  test('have no stream link when no page can be delivered', () => {
    expect(stream(onlyEntry({ stream: aStream('B', { count: 0 }) }))).toBeUndefined();
    expect(stream(onlyEntry({ stream: null }))).toBeUndefined();
  });

  test.each([
    ['unread', null, undefined],
    ['at page 0 by mistake', 0, undefined],
    ['at page -1 by mistake', -1, undefined],
    ['at the first page', 1, '1'],
    ['at the last page', 7, '7'],
    ['beyond the end of a file that was replaced', 9, '7'],
  ])('tell the last page read, 1-based, of a book %s', (_state, lastRead, expected) => {
    const link = stream(onlyEntry({ stream: aStream('B', { lastRead, lastReadDate: at('2024-05-20') }) }));
    expect(link && attribute(link, 'pse:lastRead')).toBe(expected);
    expect(link && attribute(link, 'pse:lastReadDate')).toBe(expected && '2024-05-20T09:30:00Z');
  });

  test('keep the variables of the page template literal', () => {
    const link = stream(onlyEntry({ stream: aStream('B', { pageTypes: ['image/avif'] }) }));
    expect(link && attribute(link, 'href')).toBe(v1('books/B/pages/{pageNumber}?convert=jpeg&maxWidth={maxWidth}'));
  });

  test('say the facts in front of the summary, since PocketBook shows the content only', () => {
    expect(textOf(onlyEntry({ summary: 'One.\r\nTwo.', facts: 'CBZ - 1 KiB' }), 'content')).toBe(
      'CBZ - 1 KiB\n\nOne.\nTwo.',
    );
  });

  test('leave out what is unknown', () => {
    const entry = onlyEntry({
      people: [],
      issued: null,
      language: null,
      publisher: null,
      identifier: null,
      categories: [],
      summary: null,
      published: null,
      progression: null,
    });
    expect(entry.children.map((child) => child.name)).toEqual([
      'id',
      'title',
      'updated',
      'content',
      'link',
      'link',
      'link',
      'link',
    ]);
  });
});
