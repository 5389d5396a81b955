import { opdsProblems } from '../../support/opds-rules';
import { fixtures } from './v1-fixtures';

const text = (name: string) => fixtures[name]?.build() ?? '';

/** A document with one thing broken. */
function broken(name: string, search: string | RegExp, replacement: string): string {
  const whole = text(name);
  const changed = whole.replace(search, replacement);
  if (changed === whole) throw new Error(`Nothing to break by ${String(search)} in ${name}`);
  return changed;
}

const acquisition = 'application/atom+xml;profile=opds-catalog;kind=acquisition';
const navigation = 'application/atom+xml;profile=opds-catalog;kind=navigation';

describe('the rules for OPDS 1.2 documents notice', () => {
  test.each<[string, string, string | RegExp, string, RegExp]>([
    ['text that is not XML', 'catalog.xml', '</feed>', '', /not well-formed/],
    ['an unbound prefix', 'one-series.xml', / xmlns:pse="[^"]*"/, '', /not well-formed/],
    ['a DOCTYPE', 'catalog.xml', '<feed', '<!DOCTYPE feed><feed', /DOCTYPE/],
    ['another encoding', 'catalog.xml', 'encoding="UTF-8"', 'encoding="UTF-16"', /encoding/],
    [
      'Atom elements with a prefix',
      'catalog.xml',
      /<subtitle|<id>urn:kiremisu:feed:catalog<\/id>/,
      '<a:id xmlns:a="http://www.w3.org/2005/Atom">urn:x:1</a:id>',
      /with a prefix/,
    ],
    ['an id that is no IRI', 'catalog.xml', 'urn:kiremisu:shelf:series<', 'allSeries<', /no absolute IRI/],
    ['an id used twice', 'catalog.xml', 'urn:kiremisu:shelf:series<', 'urn:kiremisu:feed:catalog<', /used twice/],
    ['a time with a fraction', 'catalog.xml', '2024-06-01T09:30:00Z', '2024-06-01T09:30:00.000Z', /RFC 3339/],
    [
      'a time without zone',
      'one-series.xml',
      '<updated>2024-05-02T09:30:00Z',
      '<updated>2024-05-02T09:30:00',
      /RFC 3339/,
    ],
    ['a feed without author', 'catalog.xml', /<author>[^]*?<\/author>/, '', /no author/],
    ['a feed without self', 'catalog.xml', 'rel="self"', 'rel="related"', /0 links rel=self/],
    ['a feed below the root without up', 'libraries.xml', 'rel="up"', 'rel="related"', /0 links rel=up/],
    [
      'a missing search template',
      'libraries.xml',
      /<link rel="search" type="application\/atom\+xml"[^>]*>/,
      '',
      /direct search links/,
    ],
    [
      'a missing search description',
      'libraries.xml',
      /<link rel="search" type="application\/opensearch[^>]*>/,
      '',
      /search descriptions/,
    ],
    [
      'a kind that lies',
      'readlist.xml',
      `rel="self" type="${acquisition}"`,
      `rel="self" type="${navigation}"`,
      /of kind acquisition/,
    ],
    [
      'paging links of another kind',
      'readlist.xml',
      `rel="last" type="${acquisition}"`,
      `rel="last" type="${navigation}"`,
      /another kind/,
    ],
    ['a next that leads to nothing', 'series-last.xml', 'rel="previous"', 'rel="next"', /next is there exactly/],
    ['totals that do not agree', 'series-first.xml', 'totalResults>5', 'totalResults>1', /by its totals/],
    ['missing totals', 'series-first.xml', /<opensearch:startIndex>.*\n/, '', /without totalResults/],
    ['two addresses of the first page', 'series-first.xml', 'series"/>', 'series?page=0"/>', /two addresses/],
    ['a link without type', 'one-series.xml', / type="application\/pdf"/, '', /without rel or type/],
    [
      'a file name of another kind',
      'one-series.xml',
      'named%20wrongly.cbr',
      'named%20wrongly.cbz',
      /does not end in \.cbr/,
    ],
    ['a stream without a file', 'readlist.xml', 'http://opds-spec.org/acquisition"', 'related"', /without acquisition/],
    [
      'books among sub-catalogues',
      'readlist.xml',
      /<link rel="http:\/\/(opds-spec.org\/acquisition|vaemendis[^"]*)"[^]*?<\/entry>/,
      '</entry>',
      /one feed/,
    ],
    [
      'an empty content',
      'libraries.xml',
      /<content type="text">[^<]*<\/content>/,
      '<content type="text"/>',
      /content is empty/,
    ],
    ['content without its type', 'libraries.xml', '<content type="text">', '<content>', /not of type text/],
    [
      'an author of a navigation entry',
      'libraries.xml',
      '<content',
      '<author><name>X</name></author><content',
      /Thorium/,
    ],
    ['two onward links', 'libraries.xml', /(<link rel="subsection".*\n)/, '$1$1', /2 onward links/],
    [
      'a relation KOReader does not follow',
      'libraries.xml',
      'rel="subsection"',
      'rel="http://opds-spec.org/featured"',
      /KOReader/,
    ],
    ['rel=collection', 'one-series.xml', 'rel="alternate"', 'rel="collection"', /regroup/],
    ['a WebP cover', 'book.xml', 'type="image/jpeg"', 'type="image/webp"', /cover of type/],
    ['lastRead 0', 'one-series.xml', 'pse:lastRead="2"', 'pse:lastRead="0"', /pse:lastRead 0/],
    ['lastRead beyond the end', 'one-series.xml', 'pse:lastRead="2"', 'pse:lastRead="8"', /pse:lastRead 8 of 7/],
    ['a stream without pages', 'one-series.xml', 'pse:count="120"', 'pse:count="0"', /pse:count is 0/],
    ['an escaped page variable', 'one-series.xml', '{pageNumber}', '%7BpageNumber%7D', /without \{pageNumber\}/],
    ['a WebP stream', 'readlist.xml', /(vaemendis[^>]*)type="image\/jpeg"/, '$1type="image/webp"', /stream of type/],
    [
      'two active facets of a group',
      'books-latest-last.xml',
      'thr:count="4"',
      'thr:count="4" opds:activeFacet="true"',
      /two active/,
    ],
    [
      'an untyped facet',
      'books-latest-last.xml',
      /(spec.org\/facet" type=")[^"]*/,
      '$1text/html',
      /no acquisition feed/,
    ],
    ['an attribute of our own', 'catalog.xml', '<entry>', '<entry mtime="1">', /no standard/],
    ['a second title', 'book.xml', '<dc:language>', '<dc:title>x</dc:title><dc:language>', /dc:title/],
    ['a long search name', 'search-description.xml', 'KireMisu<', 'KireMisu of the seven seas<', /ShortName/],
    [
      'a required extra variable',
      'search-description.xml',
      '{searchTerms}',
      '{searchTerms}&amp;p={startPage}',
      /further variables/,
    ],
  ])('%s', (_what, name, search, replacement, problem) => {
    expect(opdsProblems(broken(name, search, replacement)).join('\n')).toMatch(problem);
  });

  test('an answer of another Content-Type than the document', () => {
    expect(opdsProblems(text('readlist.xml'), { contentType: 'application/atom+xml' })).toHaveLength(1);
    expect(opdsProblems(text('readlist.xml'), { contentType: `${acquisition}; charset=utf-8` })).toEqual([]);
  });

  test('an empty page beyond the end', () => {
    const beyond = broken('series-empty.xml', 'startIndex>1<', 'startIndex>21<');
    expect(opdsProblems(beyond).join('\n')).toMatch(/beyond the end/);
  });
});
