import { publicId } from '../../src/base/public-id';
import type { Book } from '../../src/model/book';
import type { Library } from '../../src/model/library';
import type { Series } from '../../src/model/series';
import { useApp } from '../support/app';
import { aBook, aCollection, aLibrary, aReadList, aSeries } from '../support/builders';

const app = useApp();
let shared: Library;
let secret: Library;
let monster: Series;
let hidden: Series;
let book: Book;
let reader: { id: string; email: string; password: string };

beforeAll(async () => {
  const { db } = app;
  shared = await aLibrary(db);
  secret = await aLibrary(db);
  monster = await aSeries(db, {
    ...{ library: shared, genres: ['thriller', 'Äther'], tags: ['Europe'], publisher: 'Shogakukan', language: 'ja' },
    ...{ ageRating: 16, sharingLabels: ['adults'] },
  });
  const authors = [
    { name: 'Naoki', role: 'writer' },
    { name: 'Émile', role: 'translator' },
  ];
  book = await aBook(db, { series: monster, authors, tags: ['germany'], releaseDate: '1994-12-05' });
  hidden = await aSeries(db, {
    library: secret,
    genres: ['secret'],
    publisher: 'Nobody',
    language: 'de',
    ageRating: null,
  });
  await aBook(db, {
    series: hidden,
    authors: [{ name: 'Unseen', role: 'inker' }],
    releaseDate: '2001-01-01',
    tags: ['s'],
  });
  reader = await app.user('reader@example.org', { sharedLibraries: { all: false, libraryIds: [shared.id] } });
});

const old = async (path: string) => (await app.admin.get(`/api/v1/${path}`).expect(200)).body as unknown;
const oldAsReader = async (path: string) => (await app.as(reader).get(`/api/v1/${path}`).expect(200)).body as unknown;
const contentOf = async (path: string) =>
  ((await app.as(reader).get(`/api/v2/${path}`).expect(200)).body as { content: unknown }).content;

describe('the first version: whole arrays', () => {
  test.each([
    ['genres', ['Äther', 'secret', 'thriller']],
    ['tags', ['Europe', 'germany', 's']],
    ['tags/series', ['Europe']],
    ['tags/book', ['germany', 's']],
    ['publishers', ['Nobody', 'Shogakukan']],
    ['languages', ['de', 'ja']],
    ['sharing-labels', ['adults']],
    ['age-ratings', ['None', '16']],
    ['series/release-dates', ['2001', '1994']],
    ['authors/names', ['Émile', 'Naoki', 'Unseen']],
    ['authors/names?search=emil', ['Émile']],
    ['authors/roles', ['inker', 'translator', 'writer']],
  ])('%s', async (path, expected) => {
    expect(await old(path)).toEqual(expected);
  });

  test('authors come with their roles and are searched by name', async () => {
    expect(await old('authors?search=NAO')).toEqual([{ name: 'Naoki', role: 'writer' }]);
    expect(await old(`authors?series_id=${publicId(hidden.id)}`)).toEqual([{ name: 'Unseen', role: 'inker' }]);
  });

  test('are narrowed by library or collection', async () => {
    const { id } = await aCollection(app.db, [hidden]);
    expect(await old(`genres?collection_id=${publicId(id)}`)).toEqual(['secret']);
    expect(await old(`genres?library_id=${publicId(shared.id)}`)).toEqual(['Äther', 'thriller']);
    expect(await old(`tags/book?series_id=${publicId(monster.id)}&library_id=${publicId(secret.id)}`)).toEqual([
      'germany',
    ]);
  });

  test('hold nothing of what the viewer may not see', async () => {
    expect(await oldAsReader('genres')).toEqual(['Äther', 'thriller']);
    expect(await oldAsReader('authors')).toHaveLength(2);
    expect(await oldAsReader(`publishers?library_id=${publicId(secret.id)}`)).toEqual([]);
    const restricted = await app.user('child@example.org', { ageRestriction: { age: 12, mode: 'ALLOW_ONLY' } });
    expect((await app.as(restricted).get('/api/v1/genres').expect(200)).body).toEqual([]);
    await app.anonymous.get('/api/v1/genres').expect(401);
  });
});

describe('the second version: pages', () => {
  test.each([
    ['genres?search=ath', ['Äther']],
    ['sharing-labels', ['adults']],
    ['languages', ['ja']],
    ['publishers', ['Shogakukan']],
    ['age-ratings', [16]],
    ['series/release-years', ['1994']],
    ['tags', ['Europe', 'germany']],
    ['tags?include=SERIES', ['Europe']],
    ['tags?include=BOOK', ['germany']],
    ['authors/names?role=writer', ['Naoki']],
    ['authors/roles', ['translator', 'writer']],
  ])('%s', async (path, expected) => {
    expect(await contentOf(path)).toEqual(expected);
  });

  test('are cut into pages', async () => {
    const response = await app.as(reader).get('/api/v2/genres?size=1&page=1').expect(200);
    expect(response.body).toMatchObject({ content: ['thriller'], totalElements: 2, totalPages: 2, last: true });
    const whole = await app.as(reader).get('/api/v2/authors?unpaged=true').expect(200);
    expect(whole.body).toMatchObject({ totalElements: 2, size: 20 });
  });

  test('are narrowed by series and read list', async () => {
    const { id } = await aReadList(app.db, [book]);
    expect(await contentOf(`authors?readlist_id=${publicId(id)}&role=translator`)).toEqual([
      { name: 'Émile', role: 'translator' },
    ]);
    expect(await contentOf(`tags?series_id=${publicId(hidden.id)}`)).toEqual([]);
  });

  test('an unknown kind of tag is 400', async () => {
    await app.admin.get('/api/v2/tags?include=series').expect(400);
  });
});
