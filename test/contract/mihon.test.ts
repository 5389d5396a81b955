import type { Response } from 'supertest';
import { z } from 'zod';
import { publicId } from '../../src/base/public-id';
import type { Book } from '../../src/model/book';
import type { Library } from '../../src/model/library';
import type { Series } from '../../src/model/series';
import { adminLogin, useApp } from '../support/app';
import { aBook, aCollection, aLibrary, aProgress, aReadList, aSeries } from '../support/builders';
import * as decode from '../support/decode';

/** The literal requests of Mihon's Komga extension and its tracker, in the order of a session (clients.md §3.1, §3.2). */
const app = useApp();

interface Shelf {
  library: Library;
  other: Library;
  monster: Series;
  pluto: Series;
  books: Book[];
  collectionId: string;
  readListId: string;
}

let shelf: Shelf;
let cookie: string;

beforeAll(async () => {
  const { db } = app;
  const library = await aLibrary(db, { name: 'Manga' });
  const other = await aLibrary(db, { name: 'Other' });
  const monster = await aSeries(db, {
    ...{ library, name: 'Monster', status: 'ENDED', genres: ['thriller'], tags: ['germany'], publisher: 'Shogakukan' },
    ...{ totalBookCount: 4, createdAt: new Date('2024-01-01T00:00:00Z') },
  });
  const authors = [
    { name: 'Urasawa, Naoki', role: 'writer' },
    { name: 'Group', role: 'translator' },
  ];
  const books: Book[] = [];
  for (const number of [1, 2, 3]) {
    const date = { releaseDate: `199${number}-06-01` };
    books.push(await aBook(db, { series: monster, title: `Chapter ${number}`, authors, ...date }));
  }
  books.push(await aBook(db, { series: monster, title: 'Chapter 10.5', numberSort: 10.5, metadataNumber: '10.5' }));
  const pluto = await aSeries(db, { library: other, name: 'Pluto', createdAt: new Date('2024-02-01T00:00:00Z') });
  await aBook(db, { series: pluto, title: 'Act 1', tags: ['robots'] });
  await aBook(db, { series: pluto, title: 'Broken', mediaStatus: 'ERROR' });
  await aBook(db, { series: pluto, title: 'Gone', deletedAt: new Date() });
  const collection = await aCollection(db, [pluto, monster], { name: 'Urasawa' });
  const readList = await aReadList(db, books.slice(0, 3).reverse(), { name: 'Backwards' });
  shelf = { library, other, monster, pluto, books, collectionId: collection.id, readListId: readList.id };
});

const userAgent = 'TachiyomiKomga/0.19.1';
const asMihon = (path: string) => app.anonymous.get(path).set('User-Agent', userAgent).set('Cookie', cookie);

async function ask<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
  const response = await asMihon(path).expect(200);
  return schema.parse(response.body);
}

const seriesPage = decode.mihonPage(decode.mihonSeries);
const booksPage = decode.mihonPage(decode.mihonBook);
const names = (page: { content: { name: string }[] }) => page.content.map(({ name }) => name);
const browse = '/api/v1/series?search=&page=0&deleted=false';
const cookieOf = (response: Response) =>
  ((response.headers['set-cookie'] as string[] | undefined) ?? []).map((line) => line.split(';')[0]).join('; ');

test('the first request is refused with a challenge, the second one begins the session that all others use', async () => {
  const path = `${browse}&sort=metadata.titleSort%2Casc`;
  const refused = await app.anonymous.get(path).set('User-Agent', userAgent).expect(401);
  expect(refused.headers['www-authenticate']).toMatch(/^Basic /);
  const login = await app.as(adminLogin).get(path).set('User-Agent', userAgent).expect(200);
  cookie = cookieOf(login);
  expect(cookie).toMatch(/^KOMGA-SESSION=/);
  expect(names(seriesPage.parse(login.body))).toEqual(['Monster', 'Pluto']);
});

describe('browsing', () => {
  test('popular pages by twenty and says whether it is the last page', async () => {
    const page = await ask(`${browse}&sort=metadata.titleSort%2Casc`, seriesPage);
    expect(page).toMatchObject({ size: 20, last: true, totalElements: 2 });
  });

  test('latest has the last changed series first', async () => {
    expect(names(await ask(`${browse}&sort=lastModifiedDate%2Cdesc`, seriesPage))).toEqual(['Pluto', 'Monster']);
  });

  test('default libraries come joined by a comma in one parameter', async () => {
    const both = `${publicId(shelf.library.id)}%2C${publicId(shelf.other.id)}`;
    const path = `${browse}&library_id=${both}&sort=metadata.titleSort%2Casc`;
    expect(names(await ask(path, seriesPage))).toEqual(['Monster', 'Pluto']);
  });

  test('a search by relevance finds parts of words, and lists everything for an empty term', async () => {
    const found = await ask('/api/v1/series?search=onst&page=0&deleted=false&sort=relevance%2Casc', seriesPage);
    expect(names(found)).toEqual(['Monster']);
    expect(await ask(`${browse}&sort=relevance%2Casc`, seriesPage)).toMatchObject({ totalElements: 2 });
    expect(await ask(`${browse}&sort=random%2Casc`, seriesPage)).toMatchObject({ totalElements: 2 });
  });

  test('filters narrow each other; repeated and joined values are alternatives', async () => {
    const unread = `${browse}&read_status=UNREAD&read_status=IN_PROGRESS&sort=createdDate%2Cdesc`;
    expect(names(await ask(unread, seriesPage))).toEqual(['Pluto', 'Monster']);
    const states = `${browse}&library_id=${publicId(shelf.library.id)}&status=ONGOING%2CENDED%2CABANDONED%2CHIATUS`;
    expect(names(await ask(`${states}&sort=metadata.titleSort%2Casc`, seriesPage))).toEqual(['Monster']);
    const nothing = `${browse}&genre=no-such-genre-1%2Cno-such-genre-2&tag=no-such-tag&publisher=no-such-publisher`;
    const nobody = '&author=Nobody%2Cwriter&author=Nobody%20Else%2Cpenciller&sort=relevance%2Casc';
    expect(await ask(nothing + nobody, seriesPage)).toMatchObject({ content: [], empty: true, last: true });
    const writer = `${browse}&author=Urasawa%2C%20Naoki%2Cwriter&sort=metadata.titleSort%2Casc`;
    expect(names(await ask(writer, seriesPage))).toEqual(['Monster']);
    const tagOfBook = `${browse}&tag=robots&sort=metadata.titleSort%2Casc`;
    expect(names(await ask(tagOfBook, seriesPage))).toEqual(['Pluto']);
  });

  test('a collection, read lists and books take the same parameters', async () => {
    const ofCollection = `/api/v1/collections/${publicId(shelf.collectionId)}/series?search=&page=0&deleted=false&sort=name%2Casc`;
    expect(names(await ask(ofCollection, seriesPage))).toEqual(['Pluto', 'Monster']);
    const lists = '/api/v1/readlists?search=&page=0&deleted=false&sort=relevance%2Casc';
    expect(names(await ask(lists, decode.mihonPage(decode.mihonReadList)))).toEqual(['Backwards']);
    const books = await ask('/api/v1/books?search=&page=0&deleted=false&sort=name%2Casc', booksPage);
    expect(books).toMatchObject({ totalElements: 7 });
  });
});

describe('reading', () => {
  test('details and chapters of a series: every readable book in one answer, in order', async () => {
    const id = publicId(shelf.monster.id);
    const series = await ask(`/api/v1/series/${id}`, decode.mihonSeries);
    expect(series).toMatchObject({
      name: 'Monster',
      booksCount: 4,
      metadata: { totalBookCount: 4, genres: ['thriller'] },
    });
    const chapters = await ask(`/api/v1/series/${id}/books?unpaged=true&media_status=READY&deleted=false`, booksPage);
    expect(chapters.content.map(({ metadata }) => metadata.numberSort)).toEqual([1, 2, 3, 10.5]);
    expect(chapters.content[0]).toMatchObject({ seriesTitle: 'Monster', metadata: { releaseDate: '1991-06-01' } });
  });

  test('broken and vanished books are no chapters', async () => {
    const path = `/api/v1/series/${publicId(shelf.pluto.id)}/books?unpaged=true&media_status=READY&deleted=false`;
    expect(names(await ask(path, booksPage))).toEqual(['Act 1']);
  });

  test('a single book takes the parameters of a list', async () => {
    const id = publicId(shelf.books[0]?.id ?? '');
    await ask(`/api/v1/books/${id}`, decode.mihonBook);
    const book = await ask(`/api/v1/books/${id}?unpaged=true&media_status=READY&deleted=false`, decode.mihonBook);
    expect(book).toMatchObject({ metadata: { title: 'Chapter 1' }, media: { pagesCount: 3 } });
  });

  test('the chapters of a read list come in its order', async () => {
    const id = publicId(shelf.readListId);
    await ask(`/api/v1/readlists/${id}`, decode.mihonReadList);
    const path = `/api/v1/readlists/${id}/books?unpaged=true&media_status=READY&deleted=false`;
    const titles = (await ask(path, booksPage)).content.map(({ metadata }) => metadata.title);
    expect(titles).toEqual(['Chapter 3', 'Chapter 2', 'Chapter 1']);
  });
});

test('the six look-ups of the filters are plain arrays, but for the page of collections', async () => {
  const strings = z.array(z.string());
  expect(names({ content: await ask('/api/v1/libraries', z.array(decode.named)) })).toEqual(['Manga', 'Other']);
  const collections = await ask('/api/v1/collections?unpaged=true', decode.mihonPage(decode.mihonCollection));
  expect(names(collections)).toEqual(['Urasawa']);
  expect(await ask('/api/v1/genres', strings)).toEqual(['thriller']);
  expect(await ask('/api/v1/tags', strings)).toEqual(['germany', 'robots']);
  expect(await ask('/api/v1/publishers', strings)).toEqual(['Shogakukan']);
  expect(await ask('/api/v1/authors', z.array(decode.mihonAuthor))).toEqual([
    { name: 'Group', role: 'translator' },
    { name: 'Urasawa, Naoki', role: 'writer' },
  ]);
});

test('a conditional request is 304 until the progress changes', async () => {
  const path = `/api/v1/series/${publicId(shelf.pluto.id)}`;
  const { headers } = await asMihon(path).expect(200);
  const again = () =>
    asMihon(path)
      .set('If-None-Match', headers['etag'] ?? '')
      .set('Cache-Control', 'max-age=600');
  await again().expect(304);
  const first = (await asMihon(`${path}/books`)).body as { content: { id: string }[] };
  const progress = `/api/v1/books/${first.content[0]?.id}/read-progress`;
  await app.anonymous.patch(progress).set('Cookie', cookie).send({ completed: true }).expect(204);
  const changed = await again().expect(200);
  expect(changed.body).toMatchObject({ booksReadCount: 1 });
});

test('an API key works alone, and beside the session cookie that it began', async () => {
  const created = await app.admin.post('/api/v2/users/me/api-keys').send({ comment: 'Mihon' }).expect(200);
  const { key } = created.body as { key: string };
  const path = `${browse}&sort=metadata.titleSort%2Casc`;
  const first = await app.anonymous.get(path).set('X-API-Key', key).expect(200);
  const both = await app.anonymous.get(path).set('X-API-Key', key).set('Cookie', cookieOf(first)).expect(200);
  expect(seriesPage.parse(both.body).totalElements).toBe(2);
});

describe('the tracker, on the cookie alone', () => {
  const put = (path: string, body: string) =>
    app.anonymous.put(path).set('Cookie', cookie).set('Content-Type', 'application/json; charset=utf-8').send(body);

  test('asks for the progress in a series; a cache has to ask again each time, and is told of every change', async () => {
    const id = publicId(shelf.monster.id);
    const path = `/api/v2/series/${id}/read-progress/tachiyomi`;
    await ask(`/api/v1/series/${id}`, decode.trackerSeries);
    const asked = () => asMihon(path).set('Cache-Control', 'max-age=600');
    const response = await asked();
    expect(response.headers['cache-control']).toBe('max-age=0, must-revalidate, private');
    const etag = response.headers['etag'] ?? '';
    await asked().set('If-None-Match', etag).expect(304);
    const first = publicId(shelf.books[0]?.id ?? '');
    await app.anonymous
      .patch(`/api/v1/books/${first}/read-progress`)
      .set('Cookie', cookie)
      .send({ completed: true })
      .expect(204);
    await asked().set('If-None-Match', etag).expect(200);
    await app.anonymous.delete(`/api/v1/books/${first}/read-progress`).set('Cookie', cookie).expect(204);
    expect(decode.trackerProgress.parse(response.body)).toEqual({
      ...{ booksCount: 4, booksReadCount: 0, booksUnreadCount: 4, booksInProgressCount: 0 },
      ...{ lastReadContinuousNumberSort: 0, maxNumberSort: 10.5 },
    });
  });

  test('marks books up to a number, repeats it, and never takes anything back', async () => {
    const path = `/api/v2/series/${publicId(shelf.monster.id)}/read-progress/tachiyomi`;
    await put(path, '{"lastBookNumberSortRead":2.0}').expect(204);
    await put(path, '{"lastBookNumberSortRead":0.0}').expect(204);
    await put(path, '{"lastBookNumberSortRead":1.0}').expect(204);
    expect(await ask(path, decode.trackerProgress)).toMatchObject({
      booksReadCount: 2,
      lastReadContinuousNumberSort: 2,
    });
    await aProgress(app.db, shelf.books[3] as Book, { userId: app.adminId, completed: true });
    expect(await ask(path, decode.trackerProgress)).toMatchObject({
      booksReadCount: 3,
      lastReadContinuousNumberSort: 2,
    });
    await put(path, '{"lastBookNumberSortRead":10.5}').expect(204);
    expect(await ask(path, decode.trackerProgress)).toMatchObject({ booksReadCount: 4, booksUnreadCount: 0 });
  });

  test('counts in a read list by position', async () => {
    const id = publicId(shelf.readListId);
    await ask(`/api/v1/readlists/${id}`, decode.mihonReadList);
    const path = `/api/v1/readlists/${id}/read-progress/tachiyomi`;
    expect(await ask(path, decode.trackerReadListProgress)).toMatchObject({ lastReadContinuousIndex: 3 });
    await app.anonymous.delete(`/api/v1/series/${publicId(shelf.monster.id)}/read-progress`).set('Cookie', cookie);
    await put(path, '{"lastBookRead":1}').expect(204);
    expect(await ask(path, decode.trackerReadListProgress)).toEqual({
      ...{ booksCount: 3, booksReadCount: 1, booksUnreadCount: 2, booksInProgressCount: 0, lastReadContinuousIndex: 1 },
    });
  });
});
