import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { silentLog } from '../../src/base/log';
import { newId, publicId } from '../../src/base/public-id';
import { Poster } from '../../src/model/poster';
import type { Book } from '../../src/model/book';
import type { Series } from '../../src/model/series';
import { listenToEvents, type EventListening } from '../../src/queue/listen';
import type { ServerEvent } from '../../src/queue/events';
import { migrateQueue } from '../../src/queue/queue';
import { useApp } from '../support/app';
import { aBook, aCollection, aLibrary, aReadList, aSeries } from '../support/builders';
import { until } from '../support/embedded';

const app = useApp();
const unknown = publicId(newId());

const colour = (background: string, format: 'jpeg' | 'png' | 'webp' = 'jpeg', width = 40, height = 60) =>
  sharp({ create: { width, height, channels: 3, background } })
    .toFormat(format)
    .toBuffer();

/** The colour in the middle of a tile of a mosaic. */
async function tileColours(mosaic: Buffer): Promise<string[]> {
  const { data, info } = await sharp(mosaic).raw().toBuffer({ resolveWithObject: true });
  return [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ].map(([x = 0, y = 0]) => {
    const at = (Math.floor(info.height * y) * info.width + Math.floor(info.width * x)) * info.channels;
    const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
    return ['red', 'lime', 'blue'][[red, green, blue].indexOf(Math.max(red, green, blue))] ?? '';
  });
}

async function generated(book: Book, background: string): Promise<void> {
  const image = await colour(background);
  await Poster.query(app.db).insert({
    ...{ id: newId(), bookId: book.id, type: 'GENERATED', selected: true, mediaType: 'image/jpeg' },
    ...{ fileSize: image.length, width: 40, height: 60, image, createdAt: new Date() },
  });
}

let series: Series;
let red: Book;
let green: Book;
let secret: Book;
let secretSeries: Series;
let limited: { email: string; password: string };
let events: ServerEvent[];
let listening: EventListening;

beforeAll(async () => {
  const { db } = app;
  await migrateQueue(app.url, silentLog());
  const library = await aLibrary(db);
  series = await aSeries(db, { library, name: 'Open' });
  red = await aBook(db, { series });
  green = await aBook(db, { series });
  secretSeries = await aSeries(db, { name: 'Hidden' });
  secret = await aBook(db, { series: secretSeries });
  await generated(red, 'red');
  await generated(green, 'lime');
  await generated(secret, 'blue');
  limited = await app.user('limited@example.org', { sharedLibraries: { all: false, libraryIds: [library.id] } });
  events = [];
  listening = await listenToEvents(app.url, silentLog(), (event) => events.push(event));
});
afterAll(() => listening.close());

const at = (book: { id: string }, kind = 'books') => `/api/v1/${kind}/${publicId(book.id)}`;

interface Json {
  id: string;
  selected: boolean;
}

async function upload(address: string, image: Buffer, query = ''): Promise<{ status: number; body: Json }> {
  const request = app.admin.post(`${address}/thumbnails${query}`);
  const response = await request.attach('file', image, { filename: 'x.txt' });
  return { status: response.status, body: response.body as Json };
}

describe('a poster that is uploaded', () => {
  test.each([
    ['books', 'bookId', () => aBook(app.db, { series })],
    ['series', 'seriesId', () => aSeries(app.db)],
    ['collections', 'collectionId', () => aCollection(app.db, [series])],
    ['readlists', 'readListId', () => aReadList(app.db, [red])],
  ])('is shown for %s, byte for byte, under its true type', async (kind, key, make) => {
    const subject = await make();
    const image = await colour('blue', 'webp', 30, 50);
    const { body, status } = await upload(at(subject, kind), image);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        ...{ [key]: publicId(subject.id), type: 'USER_UPLOADED', selected: true, mediaType: 'image/webp' },
        ...{ fileSize: image.length, width: 30, height: 50 },
      },
    });
    const { id } = body;
    for (const path of ['thumbnail', `thumbnails/${id}`]) {
      const answer = await app.admin.get(`${at(subject, kind)}/${path}`).expect('Content-Type', 'image/webp');
      expect(answer.body).toEqual(image);
    }
    expect((await app.admin.get(`${at(subject, kind)}/thumbnails`)).body).toEqual([body]);
  });

  test.each([
    ['books', () => aBook(app.db, { series })],
    ['series', () => aSeries(app.db)],
    ['collections', () => aCollection(app.db, [series])],
    ['readlists', () => aReadList(app.db, [red])],
  ])('is selected and deleted for %s', async (kind, make) => {
    const address = at(await make(), kind);
    const [first, second] = [await upload(address, await colour('blue')), await upload(address, await colour('red'))];
    const selected = async () =>
      ((await app.admin.get(`${address}/thumbnails`)).body as Json[]).filter((poster) => poster.selected);
    expect(await selected()).toEqual([second.body]);
    await app.admin.put(`${address}/thumbnails/${first.body.id}/selected`).expect(202);
    expect((await selected()).map(({ id }) => id)).toEqual([first.body.id]);
    await app.admin.delete(`${address}/thumbnails/${first.body.id}`).expect(202);
    expect((await selected()).map(({ id }) => id)).toEqual([second.body.id]);
    await app.admin.delete(`${address}/thumbnails/${second.body.id}`).expect(202);
    expect((await app.admin.get(`${address}/thumbnails`)).body).toEqual([]);
  });

  test('that is deleted leaves its place to the poster that was there first', async () => {
    const book = await aBook(app.db, { series });
    await generated(book, 'red');
    await upload(at(book), await colour('blue'));
    const { body } = await upload(at(book), await colour('lime'));
    await app.admin.delete(`${at(book)}/thumbnails/${body.id}`).expect(202);
    const left = (await app.admin.get(`${at(book)}/thumbnails`)).body as { type: string; selected: boolean }[];
    expect(left.map(({ type, selected }) => [type, selected])).toEqual([
      ['GENERATED', true],
      ['USER_UPLOADED', false],
    ]);
  });

  test('is kept unselected when that is wished, until it is selected; then no other one is', async () => {
    const book = await aBook(app.db, { series });
    await generated(book, 'red');
    const image = await colour('blue');
    const { body } = await upload(at(book), image, '?selected=false');
    const { id, selected } = body;
    expect(selected).toBe(false);
    expect((await app.admin.get(`${at(book)}/thumbnail`)).body).not.toEqual(image);
    await app.admin.put(`${at(book)}/thumbnails/${id}/selected`).expect(202);
    expect((await app.admin.get(`${at(book)}/thumbnail`)).body).toEqual(image);
    const all = (await app.admin.get(`${at(book)}/thumbnails`)).body as { type: string; selected: boolean }[];
    expect(all.map((poster) => [poster.type, poster.selected])).toEqual([
      ['GENERATED', false],
      ['USER_UPLOADED', true],
    ]);
  });

  test('may have no name, and say in the form that it is not to be selected', async () => {
    const book = await aBook(app.db, { series });
    const image = await colour('blue');
    await upload(at(book), image);
    const parts = ['file; filename=""', 'selected'].map(
      (name) => `--b\r\nContent-Disposition: form-data; name=${name}\r\n\r\n`,
    );
    const form = [Buffer.from(parts[0] ?? ''), image, Buffer.from(`\r\n${parts[1]}false\r\n--b--\r\n`)];
    const response = await app.admin
      .post(`${at(book)}/thumbnails`)
      .set('Content-Type', 'multipart/form-data; boundary=b')
      .send(Buffer.concat(form))
      .expect(200);
    expect(response.body).toMatchObject({ fileSize: image.length, selected: false });
  });

  test('gives way to another one when it is deleted; generated ones cannot be', async () => {
    const book = await aBook(app.db, { series });
    await generated(book, 'red');
    const { body } = await upload(at(book), await colour('blue'));
    const { id } = body;
    await app.admin.delete(`${at(book)}/thumbnails/${id}`).expect(202);
    await app.admin.delete(`${at(book)}/thumbnails/${id}`).expect(404);
    const [left] = (await app.admin.get(`${at(book)}/thumbnails`)).body as { id: string; selected: boolean }[];
    expect(left?.selected).toBe(true);
    await app.admin.delete(`${at(book)}/thumbnails/${left?.id}`).expect(400);
  });

  test('tells whoever watches', async () => {
    const { id } = await aReadList(app.db, [red]);
    events.length = 0;
    const { body } = await upload(at({ id }, 'readlists'), await colour('blue'));
    await app.admin.delete(`${at({ id }, 'readlists')}/thumbnails/${body.id}`);
    await until('both events', () => events.length === 2);
    expect(events).toEqual([
      { type: 'ThumbnailReadListAdded', readListId: id, selected: true },
      { type: 'ThumbnailReadListDeleted', readListId: id, selected: true },
    ]);
  });

  test('of twenty uploads at once exactly one is selected', async () => {
    const book = await aBook(app.db, { series });
    const image = await colour('blue');
    const answers = await Promise.all(Array.from({ length: 20 }, () => upload(at(book), image)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const all = (await app.admin.get(`${at(book)}/thumbnails`)).body as { selected: boolean }[];
    expect(all.filter(({ selected }) => selected)).toHaveLength(1);
  });
});

describe('an upload is refused', () => {
  test('that is no picture, whatever it says it is', async () => {
    const text = app.admin
      .post(`${at(red)}/thumbnails`)
      .attach('file', Buffer.from('only words'), { filename: 'a.jpg', contentType: 'image/jpeg' });
    expect((await text).status).toBe(415);
    expect((await upload(at(red), Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).status).toBe(415);
  });

  test('whose format would keep the server from answering while it is decoded', async () => {
    for (const name of ['p3.jxl', 'p3.heic', 'sycc.jp2']) {
      const picture = readFileSync(path.join(__dirname, '../unit/media/pictures', name));
      expect((await upload(at(red), picture)).status).toBe(415);
    }
  });

  test('that is no form, that breaks off, or that has no file', async () => {
    const path = `${at(red)}/thumbnails`;
    await app.admin.post(path).type('text/plain').send('x').expect(415);
    await app.admin.post(path).type('multipart/form-data').send('x').expect(400);
    await app.admin.post(path).set('Content-Type', 'multipart/form-data; boundary=b').send('--b\r\nhalf').expect(400);
    await app.admin.post(path).field('other', 'x').expect(400);
  });

  test('above 10 MB', async () => {
    expect((await upload(at(red), Buffer.alloc(10 * 1024 * 1024 + 1))).status).toBe(413);
  });

  test('for what does not exist, and for the series of a one-shot', async () => {
    const image = await colour('blue');
    for (const kind of ['books', 'series', 'collections', 'readlists']) {
      expect((await upload(`/api/v1/${kind}/${unknown}`, image)).status).toBe(404);
    }
    expect((await upload(at(await aSeries(app.db, { oneshot: true }), 'series'), image)).status).toBe(400);
  });

  test('from a user who is no administrator', async () => {
    const image = await colour('blue');
    expect(
      (
        await app
          .as(limited)
          .post(`${at(red)}/thumbnails`)
          .attach('file', image, 'a.jpg')
      ).status,
    ).toBe(403);
  });
});

test('the poster of one book is none of another, and an unknown one is 404 without body', async () => {
  const { body } = await upload(at(red), await colour('blue'), '?selected=false');
  const { id } = body;
  await app.admin.get(`${at(green)}/thumbnails/${id}`).expect(400);
  await app.admin.put(`${at(green)}/thumbnails/${id}/selected`).expect(400);
  await app.admin.delete(`${at(green)}/thumbnails/${id}`).expect(400);
  expect((await app.admin.get(`${at(red)}/thumbnails/${unknown}`).expect(404)).text ?? '').toBe('');
});

describe('the picture of a list', () => {
  test('is a mosaic of its members in their order, repeated until there are four', async () => {
    const readList = await aReadList(app.db, [green, red]);
    const answer = await app.admin.get(`${at(readList, 'readlists')}/thumbnail`).expect(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'image/jpeg', 'cache-control': 'max-age=3600, private' });
    const { width, height } = await sharp(answer.body as Buffer).metadata();
    expect([width, height]).toEqual([212, 300]);
    expect(await tileColours(answer.body as Buffer)).toEqual(['lime', 'red', 'lime', 'red']);
  });

  test('shows nobody what they may not see', async () => {
    const collection = await aCollection(app.db, [secretSeries, series]);
    const picture = async (login: { email: string; password: string } | null) => {
      const agent = login ? app.as(login) : app.admin;
      return tileColours((await agent.get(`${at(collection, 'collections')}/thumbnail`).expect(200)).body as Buffer);
    };
    expect(await picture(null)).toEqual(['blue', 'red', 'blue', 'red']);
    expect(await picture(limited)).toEqual(['red', 'red', 'red', 'red']);
  });

  test('costs a 304 while its members keep their posters', async () => {
    const book = await aBook(app.db, { series });
    await generated(book, 'red');
    const path = `${at(await aReadList(app.db, [book]), 'readlists')}/thumbnail`;
    const etag = (await app.admin.get(path)).headers['etag'] ?? '';
    await app.admin.get(path).set('If-None-Match', etag).expect(304);
    await upload(at(book), await colour('blue'));
    await app.admin.get(path).set('If-None-Match', etag).expect(200);
  });

  test('is 404 for an empty list, for members without posters, and for lists of which nothing may be seen', async () => {
    const empty = await aCollection(app.db, []);
    const bare = await aReadList(app.db, [await aBook(app.db, { series, mediaStatus: 'ERROR' })]);
    const hidden = await aReadList(app.db, [secret]);
    await app.admin.get(`${at(empty, 'collections')}/thumbnail`).expect(404);
    await app.admin.get(`${at(bare, 'readlists')}/thumbnail`).expect(404);
    await app
      .as(limited)
      .get(`${at(hidden, 'readlists')}/thumbnail`)
      .expect(404);
    await app
      .as(limited)
      .get(`${at(hidden, 'readlists')}/thumbnails`)
      .expect(404);
  });
});

describe('a poster that the client has', () => {
  let path: string;
  let etag: string;
  let size: number;
  beforeAll(async () => {
    const book = await aBook(app.db, { series });
    // pixels of chance: nothing makes the picture smaller than what Postgres keeps beside the row
    const noise = await sharp(randomBytes(300 * 200 * 3), { raw: { width: 200, height: 300, channels: 3 } })
      .png()
      .toBuffer();
    await upload(at(book), noise);
    path = `${at(book)}/thumbnail`;
    const answer = await app.admin.get(path).expect(200);
    etag = answer.headers['etag'] ?? '';
    size = noise.length;
  });

  test('is 304, alone or in a list, and its picture is not read from the database', async () => {
    const transferred: number[] = [];
    const listen = (rows: { image?: Buffer }[]) =>
      transferred.push(...rows.flatMap(({ image }) => (image ? [image.length] : [])));
    const heard = ({ rows = [] }: { rows?: { image?: Buffer }[] } = {}) => void listen(rows);
    app.db.on('query-response', heard);
    try {
      for (const tags of [etag, `W/${etag}`, `"another", ${etag}`])
        await app.admin.get(path).set('If-None-Match', tags).expect(304);
      expect(transferred).toEqual([]);
      await app.admin.get(path).set('If-None-Match', '"another"').expect(200);
      expect(transferred).toEqual([size]);
    } finally {
      app.db.off('query-response', heard);
    }
  });

  test.each([
    ['that it may not use', { 'Cache-Control': 'no-cache' }, (tag: string) => tag],
    ['under a tag that is none', {}, (tag: string) => `x${tag}`],
  ])('but %s is sent whole', async (_, headers, tagged) => {
    const answer = await app.admin.get(path).set({ ...headers, 'If-None-Match': tagged(etag) });
    expect([answer.status, (answer.body as Buffer).length]).toEqual([200, size]);
  });
});

test('posters of what is hidden are forbidden', async () => {
  const id = publicId((await Poster.query(app.db).findOne({ bookId: secret.id }).throwIfNotFound()).id);
  for (const path of ['thumbnail', 'thumbnails', `thumbnails/${id}`]) {
    await app
      .as(limited)
      .get(`${at(secret)}/${path}`)
      .expect(403);
    await app
      .as(limited)
      .get(`${at(secretSeries, 'series')}/${path}`)
      .expect(403);
  }
});

test('all posters are made again, or those alone that are smaller than the setting', async () => {
  const waiting = async () => {
    const { rows } = await app.db.raw<{ rows: { key: string }[] }>('select key from graphile_worker.jobs');
    await app.db.raw('select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))');
    return rows.map(({ key }) => key.replace('generatePoster:', ''));
  };
  await Poster.query(app.db).where({ bookId: green.id }).patch({ height: 600 });
  await app.admin.put('/api/v1/books/thumbnails?for_bigger_result_only=true').expect(202);
  const smaller = await waiting();
  expect(smaller).toContain(red.id);
  expect(smaller).not.toContain(green.id);
  await app.admin.put('/api/v1/books/thumbnails').expect(202);
  expect(await waiting()).toEqual(expect.arrayContaining([red.id, green.id]));
});
