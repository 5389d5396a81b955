import { xmlLimits } from '../../../src/base/xml';
import { parseComicInfo } from '../../../src/metadata/comic-info';
import { bestOfThree } from '../../support/clock';

const comicInfo = (fields: string) => Buffer.from(`<?xml version="1.0"?>\n<ComicInfo>${fields}</ComicInfo>`);
const titled = (title: string, encoding = 'utf-8') =>
  `<?xml version="1.0" encoding="${encoding}"?><ComicInfo><Title>${title}</Title></ComicInfo>`;
const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('encodings', () => {
  test.each([
    ['UTF-8', Buffer.from(titled('Été 漫画'))],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${titled('Été 漫画')}`)],
    ['UTF-16 LE with a byte order mark', Buffer.from(`\uFEFF${titled('Été 漫画', 'utf-16')}`, 'utf16le')],
    ['UTF-16 LE without', Buffer.from(titled('Été 漫画', 'utf-16'), 'utf16le')],
    ['UTF-16 BE with a byte order mark', bigEndian(`\uFEFF${titled('Été 漫画', 'utf-16')}`)],
    ['UTF-16 BE without', bigEndian(titled('Été 漫画', 'utf-16'))],
    ['UTF-8 that claims to be UTF-16', Buffer.from(titled('Été 漫画', 'utf-16'))],
    ['UTF-8 that claims to be Latin-1', Buffer.from(titled('Été 漫画', 'iso-8859-1'))],
    ['UTF-8 that claims an encoding nobody knows', Buffer.from(titled('Été 漫画', 'klingon'))],
  ])('%s is understood', (_name, bytes) => expect(parseComicInfo(bytes)?.title).toBe('Été 漫画'));

  test('a declared single-byte encoding is followed', () =>
    expect(parseComicInfo(Buffer.from(titled('Été', 'ISO-8859-1'), 'latin1'))?.title).toBe('Été'));

  test('Shift JIS is followed when declared', () => {
    const bytes = Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="Shift_JIS"?><ComicInfo><Title>'),
      Buffer.from([0x96, 0x9f, 0x89, 0xe6]),
      Buffer.from('</Title></ComicInfo>'),
    ]);
    expect(parseComicInfo(bytes)?.title).toBe('漫画');
  });

  test('bytes that are neither UTF-8 nor declared otherwise give nothing', () =>
    expect(parseComicInfo(Buffer.from(titled('Été'), 'latin1'))).toBeNull());
});

describe('fields', () => {
  test('one that cannot be read takes no other with it', () => {
    const info = parseComicInfo(comicInfo('<Title>T</Title><Volume>1.5</Volume><Year>2020</Year><Count>many</Count>'));
    expect(info).toMatchObject({ title: 'T', volume: null, year: 2020, count: null });
  });

  test('the title in another language, which no schema has and many write, is kept', () =>
    expect(parseComicInfo(comicInfo('<LocalizedSeries>Monster</LocalizedSeries>'))?.localizedSeries).toBe('Monster'));

  test.each([
    ['12', 12],
    [' 12 ', 12],
    ['+12', 12],
    ['0', 0],
    ['-1', null],
    ['1.5', null],
    ['2147483647', 2147483647],
    ['2147483648', null],
    ['１２', null],
    ['', null],
  ])('Count "%s" is %p', (text, count) =>
    expect(parseComicInfo(comicInfo(`<Count>${text}</Count>`))?.count).toBe(count),
  );

  test.each([
    ['4.5', 4.5],
    ['0', 0],
    ['5.1', null],
    ['-1', null],
    ['good', null],
  ])('CommunityRating "%s" is %p', (text, rating) =>
    expect(parseComicInfo(comicInfo(`<CommunityRating>${text}</CommunityRating>`))?.communityRating).toBe(rating),
  );

  test('CDATA, the five entities and character references are resolved', () =>
    expect(parseComicInfo(comicInfo('<Title>a &amp; <![CDATA[<b> &amp;]]> &#233;&#x6F2B;&quot;</Title>'))?.title).toBe(
      'a & <b> &amp; é漫"',
    ));

  test('comments and instructions inside a field are left out', () =>
    expect(parseComicInfo(comicInfo('<Title>a<!-- <b> --><?x y?>b</Title>'))?.title).toBe('ab'));

  test('prefixes and a default namespace make no difference', () => {
    const text = '<c:ComicInfo xmlns:c="urn:x" xmlns="urn:y"><c:Title>T</c:Title><Number>1</Number></c:ComicInfo>';
    expect(parseComicInfo(Buffer.from(text))).toMatchObject({ title: 'T', number: '1' });
  });

  test('a later element wins, but a blank one says nothing', () =>
    expect(
      parseComicInfo(comicInfo('<Title>a</Title><Title>b</Title><Title/><Series>s</Series><Series> </Series>')),
    ).toMatchObject({ title: 'b', series: 's' }));

  test('nested elements of other names are not taken for fields', () =>
    expect(parseComicInfo(comicInfo('<Extra><Title>no</Title></Extra>'))?.title).toBeNull());

  test('pages keep what can be read of them', () => {
    const pages =
      '<Pages><Page Image="0" Type="FrontCover" ImageSize="10"/><Page Image="1" DoublePage="True" Bookmark="b" ' +
      "ImageSize=\"{'a'}\" ImageWidth='800'/><Page Image='x'/><Other/></Pages>";
    expect(parseComicInfo(comicInfo(pages))?.pages).toEqual([
      {
        image: 0,
        type: 'FrontCover',
        doublePage: false,
        bookmark: null,
        imageSize: 10,
        imageWidth: null,
        imageHeight: null,
      },
      { image: 1, type: null, doublePage: true, bookmark: 'b', imageSize: null, imageWidth: 800, imageHeight: null },
    ]);
  });

  test('line ends become one line feed and control characters vanish', () =>
    expect(parseComicInfo(comicInfo('<Summary>a\r\nb\rc\u0000\u0001&#0;</Summary>'))?.summary).toBe('a\nb\nc'));
});

describe('documents by careless programs', () => {
  test('a bare ampersand is text', () =>
    expect(parseComicInfo(comicInfo('<Publisher>Smith & Sons &c</Publisher>'))?.publisher).toBe('Smith & Sons &c'));

  test('what follows the root is ignored', () =>
    expect(parseComicInfo(Buffer.from('<ComicInfo><Title>T</Title></ComicInfo>\0\0<more'))?.title).toBe('T'));
});

test.each([
  ['nothing', ''],
  ['text', 'no markup'],
  ['text before the root', 'x<ComicInfo/>'],
  ['another root', '<html><Title>T</Title></html>'],
  ['a missing end', '<ComicInfo><Title>T</Title>'],
  ['an end within a tag', '<ComicInfo><Title'],
  ['crossed tags', '<ComicInfo><Title>T</Series></ComicInfo>'],
  ['an end tag alone', '</ComicInfo>'],
  ['an unquoted attribute', '<ComicInfo a=b><Title>T</Title></ComicInfo>'],
  ['a comment without end', '<ComicInfo><!-- <Title>T</Title></ComicInfo>'],
  ['a DOCTYPE without end', '<!DOCTYPE x [ <ComicInfo/>'],
])('%s is malformed', (_name, text) => expect(parseComicInfo(Buffer.from(text))).toBeNull());

test('a document that is only an empty root is a ComicInfo that says nothing', () =>
  expect(parseComicInfo(Buffer.from('<ComicInfo/>'))).toMatchObject({ title: null, pages: [] }));

describe('hostile documents', () => {
  const doctype = (subset: string, fields: string) =>
    Buffer.from(`<?xml version="1.0"?><!DOCTYPE ComicInfo ${subset}><ComicInfo>${fields}</ComicInfo>`);

  test('an entity of the document is not expanded', () =>
    expect(parseComicInfo(doctype('[<!ENTITY a "expanded">]', '<Title>x &a; y</Title>'))?.title).toBe('x &a; y'));

  test('a file is not opened', () =>
    expect(parseComicInfo(doctype('[<!ENTITY a SYSTEM "file:///etc/passwd">]', '<Title>x &a;</Title>'))?.title).toBe(
      'x &a;',
    ));

  test('quotes, brackets and comments cannot end a DOCTYPE early', () =>
    expect(parseComicInfo(doctype(`SYSTEM "a>b" [<!ENTITY a "]>"><!-- it's ]> -->]`, '<Title>T</Title>'))?.title).toBe(
      'T',
    ));

  const many = 50_000;
  test.each([
    ['open tags', `<ComicInfo>${'<a>'.repeat(many)}`],
    ['empty tags', `<ComicInfo>${'<a/>'.repeat(many)}</ComicInfo>`],
    ['ampersands', `<ComicInfo><Title>${'&'.repeat(many)}</Title></ComicInfo>`],
    ['angle brackets', '<'.repeat(many)],
    ['attributes', `<ComicInfo ${'a="b" '.repeat(many)}/>`],
    ['spaces in a tag', `<ComicInfo${' '.repeat(many)}x>`],
    ['a quote that never ends', `<ComicInfo a="${'b'.repeat(many)}`],
    ['brackets in a DOCTYPE', `<!DOCTYPE a ${'['.repeat(many)}>`],
    ['quotes in a DOCTYPE', `<!DOCTYPE a ${`"'`.repeat(many)}>`],
    ['spaces in a field', `<ComicInfo><Count>1${' '.repeat(many)}x</Count></ComicInfo>`],
    ['commas', `<ComicInfo><Writer>${','.repeat(many)}</Writer></ComicInfo>`],
    ['comment starts', `<ComicInfo>${'<!--'.repeat(many)}</ComicInfo>`],
    ['more than the limit of bytes', ' '.repeat(xmlLimits.bytes + 1)],
  ])('%s cost less than 100 ms', (_name, text) => {
    const bytes = Buffer.from(text);
    expect(bestOfThree(() => parseComicInfo(bytes))).toBeLessThan(100);
  });

  test('depth, elements and bytes are bounded', () => {
    const deep = '<a>'.repeat(xmlLimits.depth) + '</a>'.repeat(xmlLimits.depth);
    const wide = '<a/>'.repeat(xmlLimits.elements);
    const long = `<Title>${'x'.repeat(xmlLimits.bytes)}</Title>`;
    expect([deep, wide, long].map((fields) => parseComicInfo(comicInfo(fields)))).toEqual([null, null, null]);
  });
});
