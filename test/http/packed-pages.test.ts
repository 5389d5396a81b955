import type { Response } from 'supertest';
import { publicId } from '../../src/base/public-id';
import { scanLibrary } from '../../src/library/scan';
import { migrateQueue } from '../../src/queue/queue';
import { silentLog } from '../../src/base/log';
import { Book } from '../../src/model/book';
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

beforeAll(async () => {
  put(folder.path, 'Series/packed.cbz', buildZip(parts));
  put(folder.path, 'Series/seven.cb7', await buildSevenZip(parts));
  put(folder.path, 'Series/odd method.cbz', await buildSevenZip(parts, ['-tzip', '-mm=LZMA']));
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

test('a page that lies packed in its archive goes out packed to who takes gzip, and is the same page', async () => {
  const address = `${await pagesOf('packed')}/1`;
  const asking = (encoding: string) => app.admin.get(address).set('Accept-Encoding', encoding).responseType('blob');
  const [plain, packed, refused] = [await asking('identity'), await asking('gzip'), await asking('gzip;q=0, identity')];
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(refused.headers['content-encoding']).toBeUndefined();
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(packed.headers['vary']).toContain('Accept-Encoding');
  for (const response of [plain, packed, refused]) expect(bytes(response).equals(picture(1))).toBe(true);
  for (const { headers } of [plain, packed])
    await app.admin
      .get(address)
      .set('If-None-Match', headers['etag'] ?? '')
      .expect(304);
});

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
