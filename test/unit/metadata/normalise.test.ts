import {
  dateOfParts,
  isAbsoluteUrl,
  linksFromText,
  normaliseAuthors,
  normaliseIsbn,
  normaliseIsbn13,
  normaliseLanguage,
  normaliseTags,
  parseNumberSort,
} from '../../../src/metadata/normalise';

test.each([
  ['fra', 'fr'],
  ['fra-be', 'fr-BE'],
  ['JA', 'ja'],
  ['en-us', 'en-US'],
  ['zh-hant-tw', 'zh-Hant-TW'],
  ['jpn', 'ja'],
  ['ger', 'de'],
  ['pt-br', 'pt-BR'],
  ['japanese', null],
  ['English', null],
  ['xx', null],
  ['und', null],
  ['pt_BR', null],
  ['en-', null],
  ['', null],
  [' ', null],
  ['ja; drop table', null],
])('language "%s" is %p', (tag, expected) => expect(normaliseLanguage(tag)).toBe(expected));

test.each([
  ['978-3-16-148410-0', '9783161484100'],
  ['9783440077894', '9783440077894'],
  [' 978 3 16 148410 0 ', '9783161484100'],
  ['316148410X', '9783161484100'],
  ['0-8044-2957-X', '9780804429573'],
  ['080442957x', '9780804429573'],
  ['9783161484101', null],
  ['3161484100', null],
  ['9773161484100', null],
  ['012345678905', null],
  ['X161484100', null],
  ['978316148410', null],
  ['', null],
])('ISBN "%s" is %p', (text, expected) => expect(normaliseIsbn(text)).toBe(expected));

test.each([
  ['978-161-729-045-9abc', '9781617290459'],
  ['9781617290459', '9781617290459'],
  ['3161484100', null],
  ['9781617290458', null],
  ['', null],
])('the ISBN of a PATCH "%s" is %p', (text, expected) => expect(normaliseIsbn13(text)).toBe(expected));

test.each([
  ['1', 1],
  ['010', 10],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['5.', 5],
  ['-1', -1],
  ['+3', 3],
  [' 3 ', 3],
  ['½', null],
  ['1/2', null],
  ['1,5', null],
  ['Annual', null],
  ['1.MU', null],
  ['NaN', null],
  ['Infinity', null],
  ['0x1p3', null],
  ['0x10', null],
  ['1e3', null],
  ['1e39', null],
  ['3f', null],
  ['9'.repeat(40), null],
  ['', null],
])('number "%s" sorts as %p', (text, expected) => expect(parseNumberSort(text)).toBe(expected));

test.each<[number | null, number | null, number | null, string | null]>([
  [2020, 2, 29, '2020-02-29'],
  [2020, 2, null, '2020-02-01'],
  [2020, null, null, '2020-01-01'],
  [2020, null, 15, '2020-01-01'],
  [2021, 2, 30, '2021-02-28'],
  [2021, 4, 31, '2021-04-30'],
  [1900, 2, 29, '1900-02-28'],
  [2000, 2, 29, '2000-02-29'],
  [2021, 2, 32, '2021-02-01'],
  [2021, 13, 5, '2021-01-01'],
  [2021, 0, 5, '2021-01-01'],
  [987, 6, 5, '0987-06-05'],
  [null, 6, 5, null],
  [0, 6, 5, null],
  [10000, 6, 5, null],
])('the date of %p, %p, %p is %p', (year, month, day, expected) =>
  expect(dateOfParts(year, month, day)).toBe(expected),
);

test.each([
  ['https://example.org', true],
  ['HTTP://example.org/a?b#c', true],
  ['http://[::1]:8080/', true],
  ['https:example.org', false],
  ['https://', false],
  ['//example.org', false],
  ['example.org', false],
  ['javascript:alert(1)', false],
  [' https://example.org', false],
  ['https://example.org/a b', false],
  ['java\nscript:alert(1)', false],
  ['data:text/html,x', false],
  ['ftp://example.org', false],
  ['not a url', false],
  ['', false],
])('"%s" is an absolute address: %p', (text, expected) => expect(isAbsoluteUrl(text)).toBe(expected));

test('addresses of a text become links labelled by their host, each once', () =>
  expect(linksFromText('  https://a.org:8080/x?b=1   nonsense\nhttps://a.org:8080/x?b=1 http://b.org ')).toEqual([
    { label: 'a.org', url: 'https://a.org:8080/x?b=1' },
    { label: 'b.org', url: 'http://b.org' },
  ]));

test('tags are lower case, trimmed, without blanks, each once in their order', () =>
  expect(normaliseTags([' Éclair', 'b', '', ' ', 'B', 'éclair'])).toEqual(['éclair', 'b']));

test('authors are trimmed, their roles lower case, nobody without a name or twice in a role', () =>
  expect(
    normaliseAuthors([
      { name: ' Ann ', role: ' Writer ' },
      { name: 'Ann', role: 'writer' },
      { name: 'Ann', role: 'inker' },
      { name: ' ', role: 'writer' },
    ]),
  ).toEqual([
    { name: 'Ann', role: 'writer' },
    { name: 'Ann', role: 'inker' },
  ]));
