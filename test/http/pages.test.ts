import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Response } from 'supertest';
import { publicId } from '../../src/base/public-id';
import { picture } from '../support/book-builders';
import { useCatalogue } from '../support/catalogue';

const catalogue = useCatalogue();
const { app } = catalogue;

const pagesOf = async (name: string) => `/api/v1/books/${publicId((await catalogue.book(name)).id)}/pages`;
const fileOf = async (name: string) => `/api/v1/books/${publicId((await catalogue.book(name)).id)}/file`;
const bytes = (response: Response): Buffer => response.body as Buffer;

/** What is in a PDF, without the packing that was put around it. */
const streamsOf = (pdf: Buffer): Buffer[] =>
  [...pdf.toString('latin1').matchAll(/stream\n(.*?)\nendstream/gs)].map(([, text = '']) => {
    const data = Buffer.from(text, 'latin1');
    return data[0] === 0x78 ? inflateSync(data) : data;
  });

test('the list tells number, name, type, size and dimensions of every page, in natural order', async () => {
  const response = await app.admin.get(await pagesOf('mixed')).expect(200);
  expect(response.body).toMatchObject([
    { number: 1, fileName: '1.jpg', mediaType: 'image/jpeg', width: 40, height: 60 },
    { number: 2, fileName: '2.webp', mediaType: 'image/webp', width: 40, height: 60 },
    { number: 3, fileName: '3.png', mediaType: 'image/png', width: 40, height: 60 },
  ]);
});

test('a page goes out as it lies in the archive, whatever Accept says', async () => {
  const address = `${await pagesOf('all jpeg')}/2`;
  for (const accept of ['image/*,*/*;q=0.8', 'application/json', 'image/png']) {
    const response = await app.admin.get(address).set('Accept', accept).responseType('blob').expect(200);
    expect(response.headers['content-type']).toBe('image/jpeg');
    expect(bytes(response).equals(await picture(1))).toBe(true);
  }
});

test('a page of a folder of images and of a PDF is a picture too', async () => {
  const folder = await app.admin
    .get(`${await pagesOf('Volume 1')}/3`)
    .responseType('blob')
    .expect(200);
  expect(bytes(folder).equals(await picture(73))).toBe(true);
  const scanned = await app.admin
    .get(`${await pagesOf('scanned')}/2`)
    .responseType('blob')
    .expect(200);
  expect(scanned.headers['content-type']).toBe('image/jpeg');
  expect((await sharp(bytes(scanned)).metadata()).format).toBe('jpeg');
});

test('a page of a PDF is a PDF of one page for who prefers that, and for nobody else', async () => {
  const address = await pagesOf('scanned');
  const prefers = { Accept: 'image/*, application/pdf' };
  const pdf = await app.admin.get(`${address}/2`).set(prefers).responseType('blob').expect(200);
  const raw = await app.admin.get(`${address}/2/raw`).responseType('blob').expect(200);
  for (const response of [pdf, raw]) {
    expect(response.headers['content-type']).toBe('application/pdf');
    expect(response.headers['content-disposition']).toContain('scanned-2.pdf');
    expect(bytes(response).subarray(0, 5).toString()).toBe('%PDF-');
    expect(
      bytes(response)
        .toString('latin1')
        .match(/\/Type \/Page\b/g),
    ).toHaveLength(1);
    expect(streamsOf(bytes(response))).toContainEqual(await picture(62));
    expect(streamsOf(bytes(response))).not.toContainEqual(await picture(61));
  }
  for (const [query, accept] of [
    ['', '*/*'],
    ['?contentNegotiation=false', 'application/pdf'],
    ['?convert=jpeg', 'application/pdf'],
  ]) {
    const answer = await app.admin
      .get(`${address}/2${query}`)
      .set('Accept', accept ?? '')
      .responseType('blob');
    expect(answer.headers['content-type']).toBe('image/jpeg');
  }
  const comic = await app.admin.get(`${await pagesOf('all jpeg')}/1`).set(prefers);
  expect(comic.headers['content-type']).toBe('image/jpeg');
});

test('a page as PDF is refused for other books, out of range and without the role', async () => {
  await app.admin.get(`${await pagesOf('all jpeg')}/1/raw`).expect(400);
  await app.admin.get(`${await pagesOf('scanned')}/3/raw`).expect(400);
  const nobody = await app.user('no-pages@example.org', { roles: [] });
  await app
    .as(nobody)
    .get(`${await pagesOf('scanned')}/1/raw`)
    .expect(403);
});

test('convert makes the asked format, leaves a page that has it, and refuses others', async () => {
  const converted = await app.admin
    .get(`${await pagesOf('all webp')}/1?convert=PNG`)
    .responseType('blob')
    .expect(200);
  expect(converted.headers['content-type']).toBe('image/png');
  expect((await sharp(bytes(converted)).metadata()).format).toBe('png');
  const same = await app.admin
    .get(`${await pagesOf('all jpeg')}/1?convert=jpeg`)
    .responseType('blob')
    .expect(200);
  expect(bytes(same).equals(await picture(0))).toBe(true);
  expect(same.headers['content-disposition']).toBe(
    `inline; filename="all jpeg-1.jpg"; filename*=UTF-8''all%20jpeg-1.jpg`,
  );
  await app.admin.get(`${await pagesOf('all jpeg')}/1?convert=bmp`).expect(400);
});

test('numbers begin at 1, or at 0 when asked; others are refused', async () => {
  const address = await pagesOf('all jpeg');
  const zero = await app.admin.get(`${address}/0?zero_based=true`).responseType('blob').expect(200);
  expect(bytes(zero).equals(await picture(0))).toBe(true);
  for (const number of ['0', '3', '-1', 'x']) await app.admin.get(`${address}/${number}`).expect(400);
});

test('a client that has a page gets 304 for it, by tag and by date', async () => {
  const address = `${await pagesOf('all jpeg')}/1`;
  const { headers } = await app.admin.get(address).expect(200);
  await app.admin
    .get(address)
    .set('If-None-Match', headers['etag'] ?? '')
    .expect(304);
  await app.admin
    .get(address)
    .set('If-Modified-Since', headers['last-modified'] ?? '')
    .expect(304);
  await app.admin
    .get(`${address}?convert=png`)
    .set('If-None-Match', headers['etag'] ?? '')
    .expect(200);
});

test('HEAD tells what GET would, without the picture', async () => {
  const address = `${await pagesOf('all jpeg')}/1`;
  const head = await app.admin.head(address).expect(200);
  const get = await app.admin.get(address);
  for (const name of ['content-type', 'content-length', 'etag']) expect(head.headers[name]).toBe(get.headers[name]);
});

test('a thumbnail of a page is a JPEG of at most 300 pixels', async () => {
  const response = await app.admin
    .get(`${await pagesOf('all webp')}/1/thumbnail`)
    .responseType('blob')
    .expect(200);
  const { format, width = 0, height = 0 } = await sharp(bytes(response)).metadata();
  expect({ format, small: Math.max(width, height) <= 300 }).toEqual({ format: 'jpeg', small: true });
  expect(response.headers['content-disposition']).toBeUndefined();
});

test('a book that could not be read answers 404 with the reason', async () => {
  const response = await app.admin.get(await pagesOf('Night Tram 2')).expect(404);
  expect((response.body as { message: string }).message).toMatch(/analysis failed|not supported/);
});

test('pages need the role, the book has to be visible, and an unknown book is unknown', async () => {
  const visible = await pagesOf('all jpeg');
  await app.as(catalogue.restricted).get(`${visible}/1`).expect(200);
  await app
    .as(catalogue.restricted)
    .get(await pagesOf('one'))
    .expect(403);
  await app
    .as(catalogue.restricted)
    .get(`${await pagesOf('Secret Ledger 1')}/1`)
    .expect(403);
  const looker = await app.user('looker@example.org', { roles: [] });
  await app.as(looker).get(`${visible}/1`).expect(403);
  await app.as(looker).get(visible).expect(200);
  await app.as(looker).get(`${visible}/1/thumbnail`).expect(200);
  await app.admin.get('/api/v1/books/01ARZ3NDEKTSV4RRFFQ69G5FAV/pages/1').expect(404);
});

test('a restricted reader gets no 304 for what is hidden either', async () => {
  const address = `${await pagesOf('Secret Ledger 1')}/1`;
  const { headers } = await app.admin.get(address).expect(200);
  await app
    .as(catalogue.restricted)
    .get(address)
    .set('If-None-Match', headers['etag'] ?? '')
    .expect(403);
});

describe('Files', () => {
  const onDisk = async (name: string) => {
    const book = await catalogue.book(name);
    return readFile(path.join(catalogue.open.root, book.path));
  };

  test('a book is downloaded byte by byte, under its name in ASCII and UTF-8', async () => {
    const response = await app.admin
      .get(await fileOf('第1巻'))
      .responseType('blob')
      .expect(200);
    expect(bytes(response).equals(await onDisk('第1巻'))).toBe(true);
    expect(response.headers['content-type']).toBe('application/zip');
    const disposition = response.headers['content-disposition'] ?? '';
    expect(disposition).toMatch(/^attachment; filename=".*"; filename\*=UTF-8''%E7%AC%AC1%E5%B7%BB\.cbz$/);
  });

  test('a range is answered with just that part; one that cannot be is 416', async () => {
    const whole = await onDisk('all png');
    const address = await fileOf('all png');
    const part = await app.admin.get(address).set('Range', 'bytes=10-19').responseType('blob').expect(206);
    expect(bytes(part).equals(whole.subarray(10, 20))).toBe(true);
    expect(part.headers['content-range']).toBe(`bytes 10-19/${whole.length}`);
    const tail = await app.admin
      .get(address)
      .set('Range', `bytes=${whole.length - 5}-`)
      .responseType('blob')
      .expect(206);
    expect(bytes(tail).equals(whole.subarray(-5))).toBe(true);
    await app.admin.get(address).set('Range', `bytes=${whole.length}-`).expect(416);
  });

  test('a download can be continued only while the file is the same', async () => {
    const address = await fileOf('all png');
    const { headers } = await app.admin.head(address).expect(200);
    const range = { Range: 'bytes=1-', 'If-Range': headers['etag'] ?? '' };
    await app.admin.get(address).set(range).expect(206);
    await app.admin
      .get(address)
      .set({ ...range, 'If-Range': '"another"' })
      .expect(200);
  });

  test('a folder of images is downloaded as a CBZ that holds its pages', async () => {
    const response = await app.admin
      .get(await fileOf('Volume 1'))
      .responseType('blob')
      .expect(200);
    expect(response.headers['content-disposition']).toContain('Volume 1.cbz');
    const archive = bytes(response);
    expect(archive.subarray(0, 2).toString()).toBe('PK');
    expect(archive.includes(await picture(72))).toBe(true);
  });

  test('downloads need the role, and a name behind the address is ignored', async () => {
    const address = await fileOf('all png');
    const reader = await app.user('reader@example.org', { roles: ['PAGE_STREAMING'] });
    await app.as(reader).get(address).expect(403);
    await app.admin.get(`${address}/whatever.cbz`).expect(200);
  });
});
