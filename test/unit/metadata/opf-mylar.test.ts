import { parseOpf } from '../../../src/metadata/epub-opf';
import { textOfHtml } from '../../../src/metadata/html';
import { parseMylarSeries } from '../../../src/metadata/mylar';
import { bestOfThree } from '../../support/clock';

const opf = (metadata: string, spine = '<spine/>') =>
  parseOpf(
    Buffer.from(
      `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="urn:dc" xmlns:opf="urn:opf">${metadata}</metadata><manifest/>${spine}</package>`,
    ),
  );

describe('the package document of an EPUB', () => {
  test('a full document of version 3', () =>
    expect(
      opf(
        '<dc:title>First</dc:title><dc:title>Second</dc:title><dc:date>2019-07-05</dc:date><dc:publisher>P</dc:publisher>' +
          '<dc:language>fra</dc:language><dc:subject>Comics</dc:subject><dc:subject>Test</dc:subject>' +
          '<dc:creator id="a">Ann</dc:creator><meta refines="#a" property="role" scheme="marc:relators">ill</meta>' +
          '<dc:creator id="b">Bob</dc:creator><dc:identifier>urn:uuid:0</dc:identifier>' +
          '<dc:identifier>urn:isbn:978-3-16-148410-0</dc:identifier><dc:description>D</dc:description>' +
          '<meta id="s" property="belongs-to-collection">Series</meta><meta refines="#s" property="group-position">02</meta>' +
          '<meta id="t" property="belongs-to-collection">Other</meta><meta refines="#t" property="group-position">9</meta>',
        '<spine page-progression-direction="rtl"/>',
      ),
    ).toEqual({
      book: {
        title: 'First',
        summary: 'D',
        number: '02',
        numberSort: 2,
        releaseDate: '2019-07-05',
        authors: [
          { name: 'Ann', role: 'penciller' },
          { name: 'Bob', role: 'writer' },
        ],
        isbn: '9783161484100',
      },
      series: {
        title: 'Series',
        titleSort: 'Series',
        publisher: 'P',
        language: 'fr',
        genres: ['comics', 'test'],
        readingDirection: 'RIGHT_TO_LEFT',
      },
    }));

  test.each([
    ['aut', 'writer'],
    ['clr', 'colorist'],
    ['cov', 'cover'],
    ['edt', 'editor'],
    ['art', 'penciller'],
    ['ill', 'penciller'],
    ['trl', 'translator'],
    ['xyz', 'writer'],
  ])('a creator with the attribute role %s is %s', (relator, role) =>
    expect(opf(`<dc:creator opf:role="${relator}">A</dc:creator>`)?.book.authors).toEqual([{ name: 'A', role }]),
  );

  test.each([
    ['isbn:9783161484100', '9783161484100'],
    ['URN:ISBN:316148410X', '9783161484100'],
    ['9783161484100', '9783161484100'],
    ['urn:isbn:123', null],
  ])('identifier %s is the ISBN %p', (identifier, isbn) =>
    expect(opf(`<dc:identifier>${identifier}</dc:identifier>`)?.book.isbn).toBe(isbn),
  );

  test.each([
    ['2019-07-05', '2019-07-05'],
    ['2019-07-05+02:00', '2019-07-05'],
    ['2019-07-05Z', '2019-07-05'],
    ['2019-07-05T23:30:00-05:00', '2019-07-05'],
    ['2019-02-30', null],
    ['2019', null],
    ['0101-01-01T00:00:00+00:00', null],
    ['July 2019', null],
  ])('date %s is %p', (date, expected) => expect(opf(`<dc:date>${date}</dc:date>`)?.book.releaseDate).toBe(expected));

  test('series and number of calibre', () => {
    const read = opf('<meta name="calibre:series" content="Old"/><meta name="calibre:series_index" content="2.0"/>');
    expect(read).toMatchObject({ book: { number: '2', numberSort: 2 }, series: { title: 'Old', titleSort: 'Old' } });
  });

  test('a collection of version 3 goes before that of calibre', () =>
    expect(
      opf('<meta name="calibre:series" content="Old"/><meta property="belongs-to-collection">New</meta>'),
    ).toMatchObject({ book: { number: null }, series: { title: 'New' } }));

  test('an empty document says nothing', () => {
    const read = opf('');
    const values = [read?.book, read?.series].flatMap((patch): unknown[] => Object.values(patch ?? { missing: 1 }));
    expect(values.filter((value) => value !== null)).toEqual([]);
  });

  test('a malformed document, and one without metadata, is nothing', () =>
    expect([parseOpf(Buffer.from('<package>')), parseOpf(Buffer.from('<package/>'))]).toEqual([null, null]));

  test('markup in a description becomes text, escaped or not', () =>
    expect(
      [
        opf(
          '<dc:description>&lt;p&gt;One &amp;amp; &lt;b&gt;two&lt;/b&gt;&lt;/p&gt;&lt;p&gt;3&lt;/p&gt;</dc:description>',
        ),
        opf('<dc:description><p>One</p> two</dc:description>'),
      ].map((read) => read?.book.summary),
    ).toEqual(['One & two\n3', 'One two']));
});

describe('text of HTML', () => {
  test.each([
    ['plain', 'plain'],
    ['a<br/>b<br>c', 'a\nb\nc'],
    ['<p>a</p>\n\n<p>b</p>', 'a\nb'],
    ['  a \n b  ', 'a b'],
    ['a<script>alert(1)</script>b<STYLE>x</style >c', 'abc'],
    ['a<!-- <b>no</b> -->b', 'ab'],
    ['<img src=x onerror=alert(1)>a', 'a'],
    ['1 < 2 &amp;&amp; 3 > 2', '1 < 2 && 3 > 2'],
    ['&lt;script&gt;', '<script>'],
    ['&amp;lt;b&amp;gt;', '&lt;b&gt;'],
    ['caf&#233; &#x6F2B; &hellip;&nbsp;&unknown;', 'café 漫 … &unknown;'],
    ['a<b', 'a'],
    ['a<script>never ends', 'a'],
    ['', ''],
  ])('%j becomes %j', (html, text) => expect(textOfHtml(html)).toBe(text));

  test('costs linear time', () => {
    const parts = ['<', '<a', '<!--', '<script>', '&', '<p>', ' ', '&#'].map((part) => part.repeat(20_000));
    expect(Math.max(...parts.map((html) => bestOfThree(() => textOfHtml(html))))).toBeLessThan(100);
  });
});

describe("Mylar's series.json", () => {
  const fields = {
    type: 'comicSeries',
    publisher: 'IDW Publishing',
    imprint: null,
    name: 'Usagi',
    comicid: 127654,
    year: 2019,
    description_text: 'plain',
    description_formatted: null,
    volume: null,
    booktype: 'Print',
    age_rating: null,
    comic_image: 'https://example.org/a.jpg',
    total_issues: 30,
    publication_run: '2019 - 2022',
    status: 'Ended',
  };
  const read = (changes: Record<string, unknown>) =>
    parseMylarSeries(JSON.stringify({ version: '1.0.2', metadata: { ...fields, ...changes } }));

  test('becomes what Komga makes of it', () =>
    expect(read({})).toEqual({
      title: 'Usagi',
      titleSort: 'Usagi',
      status: 'ENDED',
      summary: 'plain',
      publisher: 'IDW Publishing',
      totalBookCount: 30,
      ageRating: null,
    }));

  test.each([
    [null, 'Usagi'],
    [1, 'Usagi'],
    [4, 'Usagi (2019)'],
  ])('with volume %p the title is %s', (volume, title) => expect(read({ volume })?.title).toBe(title));

  test.each([
    ['Ended', 'ENDED'],
    ['Continuing', 'ONGOING'],
    ['Paused', null],
  ])('status %s is %p', (status, expected) => expect(read({ status })?.status).toBe(expected));

  test.each([
    ['All', 0],
    ['9+', 9],
    ['12+', 12],
    ['15+', 15],
    ['17+', 17],
    ['Adult', 18],
    ['Other', null],
  ])('age rating %s is %p', (rating, age) => expect(read({ age_rating: rating })?.ageRating).toBe(age));

  test('the formatted description goes first', () =>
    expect(read({ description_formatted: 'formatted' })?.summary).toBe('formatted'));

  test('the older names of id and picture do', () =>
    expect(read({ comicid: undefined, cid: '1', comic_image: undefined, ComicImage: 'x' })?.title).toBe('Usagi'));

  test.each(['type', 'publisher', 'name', 'comicid', 'year', 'booktype', 'comic_image', 'total_issues', 'status'])(
    'without %s it is not from Mylar',
    (field) => expect(read({ [field]: undefined })).toBeNull(),
  );

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['another document', '{"metadata":"x"}'],
  ])('%s is nothing', (_name, json) => expect(parseMylarSeries(json)).toBeNull());

  test('a byte order mark is passed over', () =>
    expect(parseMylarSeries(`\uFEFF${JSON.stringify({ metadata: fields })}`)?.title).toBe('Usagi'));
});
