import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '../../src/base/log';
import { publicId } from '../../src/base/public-id';
import { scanLibrary } from '../../src/library/scan';
import { Book } from '../../src/model/book';
import { migrateQueue } from '../../src/queue/queue';
import { contextOf, drain } from '../library/support';
import { useApp } from '../support/app';
import { cbz, picture, put, zipOf } from '../support/book-builders';
import { aLibrary } from '../support/builders';

const app = useApp();
let root: string;
let limited: { email: string; password: string };

const chapter = (text: string) =>
  `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>${text}</body></html>`;
const item = (id: string, href: string, type: string, properties = '') =>
  `<item id="${id}" href="${href}" media-type="${type}" properties="${properties}"/>`;

function epubOf(files: Record<string, string | Buffer>, manifest: string, spine: string[], meta = ''): Buffer {
  const container = `<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`;
  const opf = `<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>T</dc:title>${meta}</metadata>
    <manifest>${manifest}</manifest><spine>${spine.map((id) => `<itemref idref="${id}"/>`).join('')}</spine></package>`;
  const all = {
    ...{ mimetype: 'application/epub+zip', 'META-INF/container.xml': container, 'OPS/book.opf': opf },
    ...files,
  };
  return zipOf(Object.entries(all).map(([name, data]) => ({ name, data: Buffer.from(data) })));
}

const html = 'application/xhtml+xml';
const short = chapter('<p>Short.</p>');
const long = chapter(`<p>${'word '.repeat(600)}</p>`);

function novel(): Buffer {
  const nav = `<html xmlns:epub="e"><body><nav epub:type="toc"><ol><li><a href="text/a.xhtml">One</a><ol><li><a href="text/b%20c.xhtml#s">Two</a></li></ol></li></ol></nav></body></html>`;
  const manifest =
    item('a', 'text/a.xhtml', html) +
    item('b', 'text/b%20c.xhtml', html) +
    item('css', 'style.css', 'text/css') +
    item('font', 'f.woff2', 'text/html') +
    item('svg', 'evil.svg', 'image/svg+xml') +
    item('nav', 'nav.xhtml', html, 'nav');
  const files = {
    ...{ 'OPS/text/a.xhtml': short, 'OPS/text/b c.xhtml': long, 'OPS/style.css': 'p{}', 'OPS/f.woff2': 'wOF2font' },
    ...{
      'OPS/evil.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
      'OPS/nav.xhtml': nav,
    },
    'OPS/unlisted.txt': 'not in the manifest',
  };
  return epubOf(files, manifest, ['a', 'b']);
}

async function comic(): Promise<Buffer> {
  const manifest = [1, 2].map((n) => item(`p${n}`, `p${n}.xhtml`, html) + item(`i${n}`, `${n}.jpg`, 'image/jpeg'));
  const files: Record<string, string | Buffer> = {};
  for (const n of [1, 2]) {
    files[`OPS/p${n}.xhtml`] = chapter(`<img src="${n}.jpg"/>`);
    files[`OPS/${n}.jpg`] = await picture(n);
  }
  return epubOf(files, manifest.join(''), ['p1', 'p2']);
}

beforeAll(async () => {
  await migrateQueue(app.url, silentLog());
  root = mkdtempSync(path.join(tmpdir(), 'kiremisu-epub-'));
  put(root, 'Books/novel.epub', novel());
  put(root, 'Books/comic.epub', await comic());
  put(root, 'Books/plain.cbz', await cbz());
  const library = await aLibrary(app.db, { root, hashFiles: false });
  await scanLibrary(contextOf(app), { libraryId: library.id, deep: false });
  await drain(app);
  limited = await app.user('limited@example.org', { sharedLibraries: { all: false, libraryIds: [] } });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const at = async (name: string) =>
  `/api/v1/books/${publicId((await Book.query(app.db).findOne({ name }).throwIfNotFound()).id)}`;
const json = async (address: string) => JSON.parse((await app.admin.get(address).expect(200)).text) as never;

describe('positions', () => {
  test('of flowing text are one a KiB, in the order of the book', async () => {
    const response = await app.admin.get(`${await at('novel')}/positions`).expect(200);
    expect(response.headers['content-type']).toBe('application/vnd.readium.position-list+json');
    const size = Math.ceil(Buffer.byteLength(long) / 1024);
    const { total, positions } = JSON.parse(response.text) as { total: number; positions: unknown[] };
    expect(total).toBe(size + 1);
    expect(positions).toHaveLength(total);
    expect(positions[0]).toEqual({
      ...{ href: 'OPS/text/a.xhtml', type: html, koboSpan: 'kobo.1.1' },
      locations: { progression: 0, position: 1, totalProgression: 1 / total },
    });
    expect(positions[2]).toEqual({
      ...{ href: 'OPS/text/b c.xhtml', type: html },
      locations: { progression: 1 / size, position: 3, totalProgression: 3 / total },
    });
    expect(positions.at(-1)).toMatchObject({ locations: { totalProgression: 1 } });
  });

  test('cost a 304 while the book is the same; other books have none', async () => {
    const address = `${await at('novel')}/positions`;
    const { headers } = await app.admin.get(address);
    await app.admin
      .get(address)
      .set('If-None-Match', headers['etag'] ?? '')
      .expect(304);
    await app.admin
      .get(address)
      .set('If-Modified-Since', headers['last-modified'] ?? '')
      .expect(304);
    await app.admin.get(`${await at('plain')}/positions`).expect(404);
    await app
      .as(limited)
      .get(address)
      .set('If-None-Match', headers['etag'] ?? '')
      .expect(403);
  });
});

describe('a file inside a book', () => {
  test('goes out under the type of the manifest, and no script in it runs', async () => {
    const response = await app.admin.get(`${await at('novel')}/resource/OPS/text/b%20c.xhtml`).responseType('blob');
    expect(response.headers).toMatchObject({
      ...{ 'content-type': html, 'content-security-policy': "script-src 'none'; object-src 'none';" },
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers['content-disposition']).toMatch(/^inline; .*b%20c\.xhtml/);
    expect((response.body as Buffer).toString()).toBe(long);
    const again = await app.admin
      .get(`${await at('novel')}/resource/OPS/text/b%20c.xhtml`)
      .set('If-None-Match', response.headers['etag'] ?? '')
      .expect(304);
    expect(again.headers['content-security-policy']).toBe("script-src 'none'; object-src 'none';");
    const other = await app.admin.get(`${await at('novel')}/resource/OPS/style.css`).expect(200);
    expect(other.headers['etag']).not.toBe(response.headers['etag']);
  });

  test('is one of the manifest, by its exact name', async () => {
    const address = await at('novel');
    for (const name of [
      'OPS/unlisted.txt',
      'mimetype',
      'OPS/text/../style.css',
      '..%2f..%2fetc%2fpasswd',
      'ops/style.css',
    ]) {
      expect([name, (await app.admin.get(`${address}/resource/${name}`)).status]).toEqual([name, 404]);
    }
    await app.admin.get(`${await at('plain')}/resource/001.jpg`).expect(400);
    await app.admin.get(`/api/v1/books/${publicId('0193a000-0000-7000-8000-000000000000')}/resource/x`).expect(404);
  });

  test('is for those who may see the book; nobody else gets anything but a font, as a font', async () => {
    const address = `${await at('novel')}/resource/OPS`;
    await app.anonymous.get(`${address}/style.css`).expect(401);
    await app.anonymous.get(`${address}/evil.svg`).expect(401);
    await app.as(limited).get(`${address}/style.css`).expect(403);
    await app.as(limited).get(`${address}/f.woff2`).expect(403);
    const font = await app.anonymous.get(`${address}/f.woff2`).expect(200);
    expect(font.headers['content-type']).toBe('font/woff2');
    await app.anonymous.get(`${address}/none.woff2`).expect(404);
  });
});

describe('the manifest of an EPUB', () => {
  test('names its documents in order, its other files, and its contents', async () => {
    const address = await at('novel');
    const response = await app.admin.get(`${address}/manifest/epub`).expect(200);
    expect(response.headers['content-type']).toBe('application/webpub+json');
    const base = `${app.base}${address}`;
    expect(JSON.parse(response.text)).toMatchObject({
      ...{ '@context': 'https://readium.org/webpub-manifest/context.jsonld' },
      metadata: {
        conformsTo: 'https://readium.org/webpub-manifest/profiles/epub',
        rendition: { layout: 'reflowable' },
      },
      readingOrder: [
        { href: `${base}/resource/OPS/text/a.xhtml`, type: html },
        { href: `${base}/resource/OPS/text/b%20c.xhtml`, type: html },
      ],
      resources: [
        { href: `${base}/thumbnail` },
        { href: `${base}/resource/OPS/style.css`, type: 'text/css' },
        { href: `${base}/resource/OPS/f.woff2` },
        { href: `${base}/resource/OPS/evil.svg` },
        { href: `${base}/resource/OPS/nav.xhtml` },
      ],
      toc: [
        {
          ...{ title: 'One', href: `${base}/resource/OPS/text/a.xhtml` },
          children: [{ title: 'Two', href: `${base}/resource/OPS/text/b%20c.xhtml#s` }],
        },
      ],
      ...{ landmarks: [], pageList: [] },
    });
    const links = (JSON.parse(response.text) as { links: { href: string }[] }).links;
    expect(links.map(({ href }) => href)).toEqual([`${base}/manifest`, `${base}/file`]);
    const [first] = (JSON.parse(response.text) as { readingOrder: { href: string }[] }).readingOrder;
    await app.admin.get((first?.href ?? '').replace(app.base, '')).expect(200);
  });

  test('of pictures is there as pages too, of fixed layout; that of flowing text is not', async () => {
    const manifest: { metadata: object } = await json(`${await at('comic')}/manifest`);
    expect(manifest.metadata).toMatchObject({ rendition: { layout: 'fixed' } });
    const divina: { readingOrder: unknown[] } = await json(`${await at('comic')}/manifest/divina`);
    expect(divina.readingOrder).toHaveLength(2);
    await app.admin.get(`${await at('novel')}/manifest/divina`).expect(404);
    await app.admin.get(`${await at('plain')}/manifest/epub`).expect(400);
  });
});

describe('the place in an EPUB', () => {
  let minute = 0;
  const place = (href: string, locations?: object) => ({
    modified: `2024-01-01T10:${String(minute++).padStart(2, '0')}:00Z`,
    device: { id: 'd', name: 'Device' },
    locator: { href, type: 'text/plain', ...(locations ? { locations } : {}) },
  });
  const send = async (body: object, name = 'novel') => app.admin.put(`${await at(name)}/progression`).send(body);
  const kept = async (name = 'novel'): Promise<{ locator: object }> => json(`${await at(name)}/progression`);
  const progress = async (name = 'novel') => {
    const book: { readProgress: { page: number; completed: boolean } } = await json(await at(name));
    return book.readProgress;
  };

  test('is the stored position before it, and the last one beyond it', async () => {
    expect((await send(place('OPS/text/b%20c.xhtml#x', { progression: 0.5 }))).status).toBe(204);
    const total = Math.ceil(Buffer.byteLength(long) / 1024) + 1;
    const { locator } = await kept();
    expect(locator).toMatchObject({ href: 'OPS/text/b%20c.xhtml#x', type: html, locations: { progression: 0.5 } });
    const { totalProgression } = (locator as { locations: { totalProgression: number } }).locations;
    expect(Math.round(totalProgression * total)).toBe(1 + Math.floor(0.5 * (total - 1)) + 1);
    expect((await progress()).completed).toBe(false);
    const href = `${app.base}${await at('novel')}/resource/OPS/text/b%20c.xhtml`;
    expect((await send(place(href, { progression: 1 }))).status).toBe(204);
    expect(await progress()).toMatchObject({ completed: true });
  });

  test('of fixed layout is that of the document', async () => {
    expect((await send(place('OPS/p1.xhtml', { progression: 0.7 }), 'comic')).status).toBe(204);
    expect(await progress('comic')).toMatchObject({ page: 1, completed: false });
    expect((await kept('comic')).locator).toMatchObject({ koboSpan: 'kobo.1.1', locations: { totalProgression: 0.5 } });
    expect((await send(place('OPS/p2.xhtml', { progression: 0 }), 'comic')).status).toBe(204);
    expect(await progress('comic')).toMatchObject({ page: 2, completed: true });
  });

  test('is refused outside of the book, without a progression, or beyond all', async () => {
    const refused = [place('OPS/nowhere.xhtml', { progression: 0 }), place('OPS/text/a.xhtml')];
    refused.push(place('OPS/text/a.xhtml', { position: 1 }), place('OPS/text/a.xhtml', { progression: 1.5 }));
    for (const body of refused) expect((await send(body)).status).toBe(400);
  });

  test('of a page that was marked is the position of that page', async () => {
    await app.admin
      .patch(`${await at('comic')}/read-progress`)
      .send({ page: 2 })
      .expect(204);
    expect((await kept('comic')).locator).toMatchObject({ href: 'OPS/p2.xhtml', locations: { position: 2 } });
  });
});
