import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Response } from 'supertest';
import { Open } from 'unzipper';
import { newId, publicId } from '../../src/base/public-id';
import { ReadList } from '../../src/model/reading';
import { Series } from '../../src/model/series';
import { picture } from '../support/book-builders';
import { aReadList } from '../support/builders';
import { useCatalogue } from '../support/catalogue';

const catalogue = useCatalogue();
const { app } = catalogue;
const unknown = publicId(newId());

const ofSeries = async (title: string) => `/api/v1/series/${publicId((await catalogue.series(title)).id)}/file`;
const ofReadList = async (name: string) => {
  const { id } = await ReadList.query(app.db).findOne({ name }).throwIfNotFound();
  return `/api/v1/readlists/${publicId(id)}/file`;
};

async function entriesOf(response: Response): Promise<[string, Buffer][]> {
  const { files } = await Open.buffer(response.body as Buffer);
  return Promise.all(files.map(async (file) => [file.path, await file.buffer()] as [string, Buffer]));
}

test('a series is a ZIP of the files of its books, in their order', async () => {
  await Series.query(app.db).where({ title: 'Lighthouse Mechanics' }).patch({ title: 'Lamps / Clocks: 灯台' });
  const response = await app.admin.get(await ofSeries('Lamps / Clocks: 灯台')).responseType('blob');
  await Series.query(app.db).where({ name: 'Lighthouse Mechanics' }).patch({ title: 'Lighthouse Mechanics' });
  expect(response.status).toBe(200);
  expect(response.headers).toMatchObject({ 'content-type': 'application/zip' });
  expect(response.headers['content-disposition']).toContain(encodeURIComponent('Lamps _ Clocks: 灯台.zip'));
  expect(response.headers['content-encoding']).toBeUndefined();
  const entries = await entriesOf(response);
  expect(entries.map(([name]) => name)).toEqual([1, 2, 3, 4, 5].map((n) => `Lighthouse Mechanics v0${n}.cbz`));
  const file = path.join(catalogue.open.root, 'Lighthouse Mechanics/Lighthouse Mechanics v03.cbz');
  expect(entries[2]?.[1]).toEqual(await readFile(file));
});

test('its length is known before it is made, and what broke off is resumed', async () => {
  const address = await ofSeries('Paper Gardens');
  const whole = await app.admin.get(address).responseType('blob').expect(200);
  const body = whole.body as Buffer;
  expect([whole.headers['content-length'], whole.headers['accept-ranges']]).toEqual([String(body.length), 'bytes']);
  const head = await app.admin.head(address).expect(200);
  expect(head.headers['content-length']).toBe(String(body.length));
  const middle = Math.floor(body.length / 2);
  const rest = await app.admin
    .get(address)
    .set({ Range: `bytes=${middle}-`, 'If-Range': String(whole.headers['etag']) })
    .responseType('blob')
    .expect(206);
  expect((rest.body as Buffer).equals(body.subarray(middle))).toBe(true);
});

test('a book that is a folder of pictures is a folder in it', async () => {
  const response = await app.admin.get(await ofSeries('Loose pages')).responseType('blob');
  const entries = await entriesOf(response);
  expect(entries.map(([name]) => name)).toEqual(['Volume 1/1.jpg', 'Volume 1/2.jpg', 'Volume 1/3.jpg']);
  expect(entries[1]?.[1]).toEqual(await picture(72));
});

test('a read list is numbered by place, and for a restricted reader without what is hidden', async () => {
  const names = async (response: Response) => (await entriesOf(response)).map(([name]) => name);
  const all = await app.admin.get(await ofReadList('Rainy days')).responseType('blob');
  expect(all.headers['content-disposition']).toContain('Rainy days.zip');
  const lamps = [1, 2, 3].map((n) => `${n + 1} - Lighthouse Mechanics v0${n}.cbz`);
  expect(await names(all)).toEqual(['1 - Secret Ledger 1.cbz', ...lamps]);
  const some = await app
    .as(catalogue.restricted)
    .get(await ofReadList('Rainy days'))
    .responseType('blob');
  expect(await names(some)).toEqual(lamps);
});

test('files that are gone are left out; of none there is an empty ZIP', async () => {
  const book = await catalogue.book('第1巻');
  rmSync(path.join(catalogue.open.root, book.path));
  const readList = await aReadList(app.db, [book, await catalogue.book('all png')], { name: 'Half gone' });
  const half = await app.admin.get(`/api/v1/readlists/${publicId(readList.id)}/file`).responseType('blob');
  expect((await entriesOf(half)).map(([name]) => name)).toEqual(['2 - all png.cbz']);
  const empty = await app.admin.get(await ofSeries('静かな灯台')).responseType('blob');
  expect((empty.body as Buffer).length).toBe(22);
});

test('who may not see or not download gets nothing', async () => {
  const reader = await app.user('looks@example.org', { roles: ['PAGE_STREAMING'] });
  await app
    .as(reader)
    .get(await ofSeries('Night Tram'))
    .expect(403);
  await app
    .as(reader)
    .get(await ofReadList('Rainy days'))
    .expect(403);
  await app
    .as(catalogue.restricted)
    .get(await ofSeries('Secret Ledger'))
    .expect(403);
  await app
    .as(catalogue.restricted)
    .get(await ofReadList('Vault only'))
    .expect(404);
  await app.admin.get(`/api/v1/series/${unknown}/file`).expect(404);
  await app.admin.get(`/api/v1/readlists/${unknown}/file`).expect(404);
});

test('a client that hangs up in the middle does not disturb the next one', async () => {
  const controller = new AbortController();
  const headers = { authorization: `Basic ${Buffer.from('admin@example.org:correct horse').toString('base64')}` };
  const address = `${app.base}${await ofSeries('Lighthouse Mechanics')}`;
  const response = await fetch(address, { headers, signal: controller.signal });
  await response.body?.getReader().read();
  controller.abort();
  await app.admin
    .get(await ofSeries('Lighthouse Mechanics'))
    .responseType('blob')
    .expect(200);
});
