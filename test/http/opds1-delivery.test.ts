import { publicId } from '../../src/base/public-id';
import { pictureSize } from '../../src/media/picture-size';
import { pictureType } from '../../src/media/picture-type';
import { adminLogin } from '../support/app';
import { useCatalogue } from '../support/catalogue';
import { ask, basic } from '../support/crawler';
import { linksOf } from '../support/opds-entry-rules';
import { opdsProblems } from '../support/opds-rules';
import { attribute, xmlTree, type XmlElement } from '../support/xml-tree';

const catalogue = useCatalogue();
const { app } = catalogue;

const navigation = 'application/atom+xml;profile=opds-catalog;kind=navigation';
const acquisition = 'application/atom+xml;profile=opds-catalog;kind=acquisition';

async function feed(path: string): Promise<XmlElement> {
  const response = await app.admin.get(`/opds/v1.2/${path}`).expect(200);
  expect(opdsProblems(response.text, { contentType: String(response.headers['content-type']) })).toEqual([]);
  return xmlTree(response.text).root as XmlElement;
}

const hrefOf = (element: XmlElement, rel: string) => attribute(linksOf(element, rel)[0] ?? element, 'href') ?? '';
const entryOf = async (name: string) => feed(`books/${publicId((await catalogue.book(name)).id)}`);
const relative = (url: string) => url.slice(app.base.length);

/** An answer as bytes. */
const bytes = (url: string) => ask(url.startsWith('http') ? url : `${app.base}${url}`, basic(adminLogin));

describe('page streaming', () => {
  const types: [name: string, type: string][] = [
    ['all jpeg', 'image/jpeg'],
    ['all png', 'image/png'],
    ['all gif', 'image/gif'],
    ['all webp', 'image/jpeg'],
    ['mixed', 'image/jpeg'],
    ['scanned', 'image/jpeg'],
    ['Volume 1', 'image/jpeg'],
  ];
  const streamOf = async (name: string) => {
    const [link] = linksOf(await entryOf(name), 'http://vaemendis.net/opds-pse/stream');
    const template = attribute(link as XmlElement, 'href') ?? '';
    const count = Number(attribute(link as XmlElement, 'pse:count'));
    const page = (number: number | string, width: number | string = 1600) =>
      template.replace('{pageNumber}', String(number)).replace('{maxWidth}', String(width));
    return { type: attribute(link as XmlElement, 'type'), count, page };
  };

  test.each(types)('every page of %s is %s, as announced; there is none beyond', async (name, type) => {
    const stream = await streamOf(name);
    expect(stream.type).toBe(type);
    for (let number = 0; number < stream.count; number++) {
      for (const width of [20, 1600]) {
        const { status, headers, body } = await bytes(stream.page(number, width));
        expect([status, headers.get('content-type'), pictureType(body)]).toEqual([200, type, type]);
      }
    }
    expect((await bytes(stream.page(stream.count))).status).toBe(404);
    expect(stream.count).toBeGreaterThan(0);
  });

  test('a page is never wider than asked and never enlarged', async () => {
    const { page } = await streamOf('all png');
    expect(pictureSize((await bytes(page(0, 20))).body)).toMatchObject({ width: 20, height: 30 });
    expect(pictureSize((await bytes(page(0, 4000))).body)).toMatchObject({ width: 40, height: 60 });
  });

  test.each(['0', '-5', 'wide', '', '99999999999999999999', '{maxWidth}', '1.5'])(
    'maxWidth=%s is passed over',
    async (width) => {
      const { page } = await streamOf('all jpeg');
      const { status, body } = await bytes(page(0, encodeURIComponent(width)));
      expect([status, pictureSize(body)]).toMatchObject([200, { width: 40 }]);
    },
  );

  test.each(['-1', 'first', '1.5', '{pageNumber}'])('page %s is 400', async (number) => {
    const { page } = await streamOf('all jpeg');
    expect((await bytes(page(encodeURIComponent(number)))).status).toBe(400);
  });

  test('an unchanged page is kept by the client', async () => {
    const { page } = await streamOf('all jpeg');
    const path = relative(page(0));
    const first = await app.admin.get(path).expect(200);
    await app.admin.get(path).set('If-None-Match', String(first.headers['etag'])).expect(304);
  });

  test('progress counts from 1, and asking for pages changes none', async () => {
    const [link] = linksOf(await entryOf('all png'), 'http://vaemendis.net/opds-pse/stream');
    expect(attribute(link as XmlElement, 'pse:lastRead')).toBe('2');
    expect(attribute(link as XmlElement, 'pse:lastReadDate')).toBe('2024-01-01T00:00:00Z');
    const unread = await streamOf('all jpeg');
    await bytes(unread.page(1));
    const [again] = linksOf(await entryOf('all jpeg'), 'http://vaemendis.net/opds-pse/stream');
    expect(attribute(again as XmlElement, 'pse:lastRead')).toBeUndefined();
  });

  test('a novel whose text flows has no stream, but a file', async () => {
    const entry = await entryOf('novel');
    expect(linksOf(entry, 'http://vaemendis.net/opds-pse/stream')).toEqual([]);
    const [file] = linksOf(entry, 'http://opds-spec.org/acquisition');
    expect(attribute(file as XmlElement, 'type')).toBe('application/epub+zip');
  });
});

describe('files', () => {
  test('the address ends in the name, the answer has length, ranges and both forms of the name', async () => {
    const entry = await entryOf('100% #1? [a&b]; 漫画');
    const href = hrefOf(entry, 'http://opds-spec.org/acquisition');
    expect(decodeURIComponent(href)).toMatch(/\/file\/100% #1\? \[a&b\] 漫画\.cbz$/);
    const { headers, body } = await bytes(href);
    expect(headers.get('content-type')).toBe('application/vnd.comicbook+zip');
    expect(headers.get('content-length')).toBe(String(body.length));
    expect(headers.get('accept-ranges')).toBe('bytes');
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="[ -~]*\.cbz"; filename\*=UTF-8''.*\.cbz$/,
    );
    const part = await app.admin.get(relative(href)).set('Range', 'bytes=0-3').expect(206);
    expect(part.headers['content-range']).toBe(`bytes 0-3/${body.length}`);
  });

  test('a folder of pictures is a CBZ that is made while it is sent, and yet has a length and can be resumed', async () => {
    const href = hrefOf(await entryOf('Volume 1'), 'http://opds-spec.org/acquisition');
    const { headers, body } = await bytes(href);
    expect(href).toMatch(/\/file\/Volume%201\.cbz$/);
    expect([headers.get('content-type'), body.subarray(0, 2).toString()]).toEqual([
      ...['application/vnd.comicbook+zip', 'PK'],
    ]);
    expect([headers.get('content-length'), headers.get('accept-ranges')]).toEqual([String(body.length), 'bytes']);
    const etag = headers.get('etag') ?? '';
    const rest = await app.admin
      .get(relative(href))
      .set({ Range: 'bytes=1000-', 'If-Range': etag })
      .responseType('blob')
      .expect(206);
    expect(rest.headers['content-range']).toBe(`bytes 1000-${body.length - 1}/${body.length}`);
    expect((rest.body as Buffer).equals(body.subarray(1000))).toBe(true);
    await app.admin
      .get(relative(href))
      .set({ Range: `bytes=${body.length}-` })
      .expect(416);
    await app.admin.get(relative(href)).set({ Range: 'bytes=5-', 'If-Range': '"another"' }).expect(200);
    await app.admin.get(relative(href)).set('If-None-Match', etag).expect(304);
  });

  test('covers are JPEGs, the small one at most 300 pixels', async () => {
    const entry = await entryOf('all webp');
    for (const rel of ['http://opds-spec.org/image', 'http://opds-spec.org/image/thumbnail']) {
      const { headers, body } = await bytes(hrefOf(entry, rel));
      expect([headers.get('content-type'), pictureType(body)]).toEqual(['image/jpeg', 'image/jpeg']);
      const size = pictureSize(body);
      expect(Math.max(size?.width ?? 0, size?.height ?? 0)).toBeLessThanOrEqual(300);
    }
  });
});

describe('as KOReader asks', () => {
  const accept = 'application/opds+json, application/atom+xml;profile=opds-catalog, */*';

  test('HEAD has the status and headers of GET, on feeds, covers, pages and files', async () => {
    const entry = await entryOf('all jpeg');
    const stream = hrefOf(entry, 'http://vaemendis.net/opds-pse/stream');
    const urls = [
      ...[`${app.base}/opds/v1.2/catalog`, `${app.base}/opds/v1.2/series`, `${app.base}/opds/v1.2/search`],
      hrefOf(entry, 'http://opds-spec.org/image'),
      hrefOf(entry, 'http://opds-spec.org/acquisition'),
      hrefOf(await entryOf('Volume 1'), 'http://opds-spec.org/acquisition'),
      stream.replace('{pageNumber}', '0').replace('{maxWidth}', '600'),
    ];
    for (const url of urls) {
      const [get, head] = [await ask(url, basic(adminLogin)), await ask(url, basic(adminLogin), 'HEAD')];
      expect([url, head.status, head.body.length]).toEqual([url, 200, 0]);
      for (const name of ['content-type', 'content-length', 'etag', 'content-disposition', 'accept-ranges'])
        expect([url, name, head.headers.get(name)]).toEqual([url, name, get.headers.get(name)]);
    }
  });

  test('what it accepts does not choose the version', async () => {
    for (const wanted of [
      accept,
      'application/opds+json',
      'image/png',
      'application/atom+xml, application/xml, text/xml, */*',
    ]) {
      const response = await app.admin.get('/opds/v1.2/series').set('Accept', wanted).expect(200);
      expect(response.headers['content-type']).toBe(navigation);
    }
  });

  test('identity is answered uncompressed; gzip compressed, under one Vary with the credentials', async () => {
    const { headers } = await bytes('/opds/v1.2/series');
    expect(headers.get('content-encoding')).toBeNull();
    const packed = await app.admin.get('/opds/v1.2/series').set('Accept-Encoding', 'gzip').expect(200);
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.headers['vary']).toMatch(/Accept-Encoding/);
    expect(packed.headers['vary']).toMatch(/Authorization/);
  });

  test('it pages on by typed links only, and un-escapes passwords: keys have no percent sign', async () => {
    const [next] = linksOf(await feed('books?size=2'), 'next');
    expect(attribute(next as XmlElement, 'type')).toBe(acquisition);
    const response = await app.admin.post('/api/v2/users/me/api-keys').send({ comment: 'koreader' });
    expect((response.body as { key: string }).key).toMatch(/^[0-9a-f]{32}$/);
  });
});
