import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Response } from 'supertest';
import { publicId } from '../../src/base/public-id';
import { scanLibrary } from '../../src/library/scan';
import { migrateQueue } from '../../src/queue/queue';
import { silentLog } from '../../src/base/log';
import { defaultLimits } from '../../src/media/limits';
import { Book } from '../../src/model/book';
import { Poster } from '../../src/model/poster';
import { contextOf, drain } from '../library/support';
import { useApp } from '../support/app';
import { put } from '../support/book-builders';
import { aLibrary } from '../support/builders';
import { aPng } from '../support/pictures';
import { buildSevenZip } from '../support/seven-zip-builder';
import { temporaryFolder } from '../support/temporary';
import { buildZip } from '../support/zip-builder';

const folder = temporaryFolder();
const app = useApp();
const picture = (n: number) => aPng(40, 60, n);
const parts = [1, 2, 3].map((n) => ({ name: `${n}.png`, data: picture(n), method: 8 }));
/** Too large for a buffer, so that it comes as a stream. */
const large = Buffer.concat([picture(1), Buffer.alloc(defaultLimits.bufferedBytes, 'a page that goes on and on ')]);

beforeAll(async () => {
  put(folder.path, 'Series/packed.cbz', buildZip(parts));
  put(folder.path, 'Series/stored.cbz', buildZip(parts.map((part) => ({ ...part, method: 0 }))));
  put(folder.path, 'Series/large.cbz', buildZip([{ name: '1.png', data: large }]));
  put(folder.path, 'Series/large and packed.cbz', buildZip([{ name: '1.png', data: large, method: 8 }]));
  const slow = readFileSync(path.join(__dirname, '../unit/media/pictures/p3.jxl'));
  put(folder.path, 'Series/slow.cbz', buildZip([{ name: '1.jxl', data: slow }]));
  put(folder.path, 'Series/seven.cb7', await buildSevenZip(parts));
  put(folder.path, 'Series/odd method.cbz', await buildSevenZip(parts, ['-tzip', '-mm=LZMA']));
  put(folder.path, 'Series/long.cbz', buildZip(Array.from({ length: 501 }, (_, n) => ({ name: `${n + 1}.png`, data: aPng(3, 3, n + 1) })))); // prettier-ignore
  await migrateQueue(app.url, silentLog());
  const library = await aLibrary(app.db, { root: folder.path });
  await scanLibrary(contextOf(app), { libraryId: library.id, deep: false });
  await drain(app);
});

const bytes = (response: Response): Buffer => response.body as Buffer;

async function pagesOf(name: string): Promise<string> {
  const book = await Book.query(app.db).findOne({ name });
  return `/api/v1/books/${publicId(book?.id ?? '')}/pages`;
}

test('pictures are never compressed: what lies packed goes out as it is, with its length, whatever the client takes', async () => {
  for (const name of ['packed', 'stored', 'seven']) {
    const address = `${await pagesOf(name)}/1`;
    for (const encoding of ['identity', 'gzip', 'gzip, deflate, br', '*']) {
      const page = await app.admin.get(address).set('Accept-Encoding', encoding).responseType('blob');
      const { headers } = page;
      expect(bytes(page).equals(picture(1))).toBe(true);
      expect(headers['content-encoding']).toBeUndefined();
      expect(headers['content-length']).toBe(String(picture(1).length));
      expect(headers['etag']).toMatch(/^"[^"]+"$/u);
      await app.admin
        .get(address)
        .set({ 'Accept-Encoding': encoding, 'If-None-Match': headers['etag'] ?? '' })
        .expect(304);
    }
  }
});

test.each(['packed', 'stored', 'seven', 'large', 'large and packed'])(
  'a range of a page of "%s" is that part of it',
  async (name) => {
    const address = `${await pagesOf(name)}/1`;
    const whole = bytes(await app.admin.get(address).responseType('blob').expect(200));
    for (const [range, start, end] of [
      ['bytes=0-9', 0, 9],
      ['bytes=30-', 30, whole.length - 1],
      ['bytes=-5', whole.length - 5, whole.length - 1],
    ] as const) {
      const part = await app.admin.get(address).set('Range', range).responseType('blob').expect(206);
      const { headers } = part;
      expect(bytes(part).equals(whole.subarray(start, end + 1))).toBe(true);
      expect(headers['content-range']).toBe(`bytes ${start}-${end}/${whole.length}`);
      expect(headers['content-length']).toBe(String(end + 1 - start));
    }
    const refused = await app.admin.get(address).set('Range', `bytes=${whole.length}-`).expect(416);
    expect(refused.headers['content-range']).toBe(`bytes */${whole.length}`);
    await app.admin.get(address).set({ Range: 'bytes=0-9', 'If-Range': '"another"' }).expect(200);
  },
);

test.each(['seven', 'odd method'])('pages of "%s" are listed and served, and made smaller on request', async (name) => {
  const address = await pagesOf(name);
  const list = await app.admin.get(address).expect(200);
  expect(list.body).toMatchObject(
    [1, 2, 3].map((number) => ({ number, fileName: `${number}.png`, width: 40, height: 60 })),
  );
  for (const number of [3, 1, 2]) {
    const page = await app.admin.get(`${address}/${number}`).responseType('blob').expect(200);
    expect(bytes(page).equals(picture(number))).toBe(true);
  }
  const small = await app.admin.get(`${address}/1/thumbnail`).responseType('blob').expect(200);
  expect(small.headers['content-type']).toBe('image/jpeg');
});

test('a 7z is told to clients by its own type, and downloads under its own name', async () => {
  const address = (await pagesOf('seven')).replace(/\/pages$/u, '');
  const { body } = (await app.admin.get(address).expect(200)) as { body: { seriesId: string } };
  expect(body).toMatchObject({
    media: { status: 'READY', mediaType: 'application/x-7z-compressed', mediaProfile: 'DIVINA', pagesCount: 3 },
  });
  const file = await app.admin.get(`${address}/file`).responseType('blob').expect(200);
  expect(file.headers['content-disposition']).toContain('seven.cb7');
  const feed = await app.admin.get(`/opds/v1.2/series/${body.seriesId}`).expect(200);
  expect(feed.text).toContain('application/vnd.comicbook+7z');
});

test('a poster that is missing is made on the spot out of bytes of the file, and by a worker where that takes longer', async () => {
  const poster = async (name: string) => (await pagesOf(name)).replace(/pages$/u, 'thumbnail');
  await Poster.query(app.db).delete();
  await app.admin.get(await poster('packed')).expect(200);
  for (const name of ['seven', 'slow']) await app.admin.get(await poster(name)).expect(404);
  await drain(app);
  for (const name of ['seven', 'slow']) await app.admin.get(await poster(name)).expect(200);
});

test('of a long book the list of all pages is not read for the first one, and once for all who come after', async () => {
  const address = await pagesOf('long');
  const statements: string[] = [];
  const hear = ({ sql }: { sql: string }) => void (/from book_media/u.test(sql) && statements.push(sql));
  app.db.on('query', hear);
  const page = async (number: number) =>
    bytes(await app.admin.get(`${address}/${number}`).responseType('blob').expect(200)).equals(aPng(3, 3, number));
  expect(await page(501)).toBe(true);
  expect(statements[0]).toContain('pages ->');
  expect(await Promise.all([1, 2, 3, 250, 500].map(page))).toEqual([true, true, true, true, true]);
  app.db.off('query', hear);
  expect(statements.filter((sql) => sql.startsWith('select pages from'))).toHaveLength(1);
  for (const number of ['0', '-1', '502']) await app.admin.get(`${address}/${number}`).expect(400);
});
