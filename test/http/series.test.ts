import { silentLog } from '../../src/base/log';
import { publicId } from '../../src/base/public-id';
import { Book } from '../../src/model/book';
import type { Library } from '../../src/model/library';
import type { Series } from '../../src/model/series';
import { migrateQueue } from '../../src/queue/queue';
import { useApp } from '../support/app';
import { aBook, aCollection, aLibrary, aProgress, aSeries } from '../support/builders';

const app = useApp();
const unknown = '0DBTWY6S0KNX9';
let library: Library;
let secret: Library;
let monster: Series;
let pluto: Series;
let hidden: Series;
let reader: { id: string; email: string; password: string };

beforeAll(async () => {
  const { db } = app;
  library = await aLibrary(db, { name: 'Shared', root: '/comics' });
  secret = await aLibrary(db, { name: 'Secret' });
  const urasawa = [{ name: 'Urasawa, Naoki', role: 'writer' }];
  monster = await aSeries(db, {
    ...{ library, name: 'Monster', path: 'Monster', status: 'ENDED', genres: ['thriller'], publisher: 'Shogakukan' },
    ...{ ageRating: 16, language: 'ja', sharingLabels: ['grown-ups'], totalBookCount: 2, locked: ['title', 'genres'] },
    ...{ createdAt: new Date('2024-01-01T00:00:00.123Z'), modifiedAt: new Date('2024-03-01T00:00:00Z') },
  });
  await aBook(db, {
    series: monster,
    authors: urasawa,
    releaseDate: '1994-12-05',
    summary: 'A surgeon',
    tags: ['germany'],
  });
  await aBook(db, { series: monster, releaseDate: '1995-06-30' });
  pluto = await aSeries(db, { library, name: 'Éclair', oneshot: true, createdAt: new Date('2024-02-01T00:00:00Z') });
  await aBook(db, { series: pluto, deletedAt: new Date() });
  hidden = await aSeries(db, { library: secret, name: 'Hidden' });
  const sharedLibraries = { all: false, libraryIds: [library.id] };
  reader = await app.user('reader@example.org', { sharedLibraries });
});

const series = '/api/v1/series';
const path = (row: Series, more = '') => `${series}/${publicId(row.id)}${more}`;
const names = (response: { body: unknown }) =>
  (response.body as { content: { name: string }[] }).content.map((one) => one.name);
const list = async (query: string) => names(await app.admin.get(`${series}?${query}`).expect(200));

describe('one series', () => {
  test('shows an administrator the folder, locks, and times without fractions', async () => {
    const response = await app.admin.get(path(monster)).expect(200);
    expect(response.body).toMatchObject({
      ...{ id: publicId(monster.id), name: 'Monster', url: '/comics/Monster', created: '2024-01-01T00:00:00Z' },
      ...{ booksCount: 2, booksReadCount: 0, booksUnreadCount: 2, deleted: false, oneshot: false },
      metadata: { status: 'ENDED', titleLock: true, genresLock: true, tagsLock: false, readingDirection: '' },
      booksMetadata: { releaseDate: '1994-12-05', summary: 'A surgeon', summaryNumber: '1', tags: ['germany'] },
    });
  });

  test('hides the folder from everybody else and keeps nulls', async () => {
    const response = await app.as(reader).get(path(pluto)).expect(200);
    expect(response.body).toMatchObject({ url: '', oneshot: true });
    expect(response.body).toMatchObject({
      metadata: { ageRating: null, totalBookCount: null },
      booksMetadata: { releaseDate: null },
    });
  });

  test('an unknown one is 404 without a body, a forbidden one is 403', async () => {
    const response = await app.admin.get(`${series}/${unknown}`).expect(404);
    expect(response.text).toBe('');
    await app.admin.get(`${series}/no-id`).expect(404);
    await app.as(reader).get(path(hidden)).expect(403);
    await app.anonymous.get(path(monster)).expect(401);
  });

  test('its books come by number, with the filters of old clients', async () => {
    const all = await app.admin.get(path(monster, '/books')).expect(200);
    expect(names(all)).toEqual(['Book 1', 'Book 2']);
    expect(names(await app.admin.get(path(monster, '/books?sort=metadata.numberSort,desc')))).toEqual([
      'Book 2',
      'Book 1',
    ]);
    expect(names(await app.admin.get(path(monster, '/books?tag=GERMANY')))).toEqual(['Book 1']);
    expect(names(await app.admin.get(path(pluto, '/books?deleted=false')))).toEqual([]);
    await app.admin.get(`${series}/${unknown}/books`).expect(404);
    await app.as(reader).get(path(hidden, '/books')).expect(403);
    await app.admin.get(path(monster, '/books?media_status=ready')).expect(400);
  });

  test('its collections show what the viewer may see of them', async () => {
    const { id } = await aCollection(app.db, [hidden, monster], { name: 'Mixed' });
    const asAdmin = await app.admin.get(path(monster, '/collections')).expect(200);
    expect(asAdmin.body).toMatchObject([{ id: publicId(id), filtered: false }]);
    const asReader = await app.as(reader).get(path(monster, '/collections')).expect(200);
    expect(asReader.body).toMatchObject([{ seriesIds: [publicId(monster.id)], filtered: true }]);
    await app.admin.get(`${series}/${unknown}/collections`).expect(404);
  });
});

describe('lists by query parameters', () => {
  test('a list without anything is everything, in pages of twenty', async () => {
    const response = await app.admin.get(series).expect(200);
    expect(response.body).toMatchObject({
      size: 20,
      number: 0,
      totalElements: 3,
      totalPages: 1,
      first: true,
      last: true,
    });
  });

  test('a limited user sees the shared libraries, whatever is asked for', async () => {
    expect(names(await app.as(reader).get(series))).toEqual(['Éclair', 'Monster']);
    expect(names(await app.as(reader).get(`${series}?library_id=${publicId(secret.id)}`))).toEqual([]);
  });

  test.each([
    ['library_id[]', () => `library_id[]=${publicId(secret.id)}`, ['Hidden']],
    ['an unknown library', () => `library_id=${unknown}`, []],
    ['status', () => 'status=ENDED,HIATUS', ['Monster']],
    ['publisher in another case', () => 'publisher=SHOGAKUKAN', ['Monster']],
    ['language', () => 'language=ja', ['Monster']],
    ['genre', () => 'genre=thriller,nothing', ['Monster']],
    ['the tag of a book', () => 'tag=germany', ['Monster']],
    ['sharing label', () => 'sharing_label=grown-ups', ['Monster']],
    ['age rating', () => 'age_rating=16', ['Monster']],
    ['no age rating', () => 'age_rating=None&oneshot=false', ['Hidden']],
    ['year of release', () => 'release_year=1994,1900', ['Monster']],
    ['another year', () => 'release_year=1995', []],
    ['years that are none', () => 'release_year=abc&oneshot=true', ['Éclair']],
    ['author with a comma in the name', () => 'author=Urasawa, Naoki,writer', ['Monster']],
    ['author in another role', () => 'author=Urasawa, Naoki,inker', []],
    ['author in any role', () => 'author=Urasawa, Naoki,', ['Monster']],
    ['complete', () => 'complete=true', ['Monster']],
    ['one-shots', () => 'oneshot=true', ['Éclair']],
    ['empty parameters', () => 'genre=&library_id=&deleted=&status=&search=&oneshot=true', ['Éclair']],
    ['unknown parameters and sorts', () => 'nothing=1&sort=nothing,asc&oneshot=true', ['Éclair']],
    ['a pattern of the title', () => `search_regex=${encodeURIComponent('^[m-z],TITLE_SORT')}`, ['Monster']],
    ['a pattern of nothing known', () => 'search_regex=x,SUMMARY&oneshot=true', ['Éclair']],
    ['words', () => 'search=monst', ['Monster']],
  ])('filters by %s', async (_, query, expected) => {
    expect(await list(query())).toEqual(expected);
  });

  test('a collection as filter brings its order', async () => {
    const { id } = await aCollection(app.db, [monster, hidden, pluto]);
    const query = `collection_id=${publicId(id)}&sort=collection.number,desc`;
    expect(await list(query)).toEqual(['Éclair', 'Hidden', 'Monster']);
  });

  test('values that are none are 400; pages never are', async () => {
    for (const query of ['status=ended', 'deleted=perhaps', 'read_status=SEEN', 'search_regex=(,TITLE']) {
      await app.admin.get(`${series}?${query}`).expect(400);
    }
    const response = await app.admin.get(`${series}?page=-1&size=nothing`).expect(200);
    expect(response.body).toMatchObject({ number: 0, size: 20 });
    const beyond = await app.admin.get(`${series}?page=7&size=2`).expect(200);
    expect(beyond.body).toMatchObject({ content: [], last: true, first: false, totalElements: 3, totalPages: 2 });
  });

  test('letters are counted with accents folded', async () => {
    const groups = await app.admin.get(`${series}/alphabetical-groups`).expect(200);
    expect(groups.body).toEqual([
      { group: 'e', count: 1 },
      { group: 'h', count: 1 },
      { group: 'm', count: 1 },
    ]);
    const visible = await app.as(reader).post(`${series}/list/alphabetical-groups`).send({}).expect(200);
    expect(visible.body).toHaveLength(2);
  });

  test('new, latest and updated have an order of their own', async () => {
    const ask = async (kind: string) => names(await app.as(reader).get(`${series}/${kind}?oneshot=false&sort=name`));
    expect(names(await app.as(reader).get(`${series}/new`))).toEqual(['Éclair', 'Monster']);
    expect(names(await app.as(reader).get(`${series}/latest`))).toEqual(['Monster', 'Éclair']);
    expect(names(await app.as(reader).get(`${series}/updated`))).toEqual(['Monster']);
    expect(await ask('new')).toEqual(['Monster']);
    await app.anonymous.get(`${series}/new`).expect(401);
  });
});

describe('search by a condition', () => {
  const search = (body: unknown, query = '') => app.admin.post(`${series}/list${query}`).send(body as object);

  test('a condition and words narrow each other', async () => {
    const condition = { anyOf: [{ libraryId: { operator: 'is', value: publicId(library.id) } }] };
    expect(names(await search({ condition, fullTextSearch: 'monster' }).expect(200))).toEqual(['Monster']);
    expect(names(await search({ condition: { anyOf: [] } }, '?unpaged=true').expect(200))).toHaveLength(3);
    expect(names(await search({}, '?sort=metadata.titleSort,desc'))).toEqual(['Monster', 'Hidden', 'Éclair']);
  });

  test('names of members and operators are taken in any case', async () => {
    const body = { CONDITION: { ONESHOT: { OPERATOR: 'istrue' } } };
    expect(names(await search(body).expect(200))).toEqual(['Éclair']);
  });

  test('what is no condition is 400 with a text', async () => {
    for (const condition of [{}, { seriesId: { operator: 'is', value: 'x' } }, { genre: { operator: 'before' } }, []]) {
      const response = await search({ condition }).expect(400);
      expect((response.body as { message: string }).message).not.toBe('');
    }
    await app.admin.post(`${series}/list`).expect(400);
    await app.admin.post(`${series}/list`).set('Content-Type', 'application/json').send('{"condition"').expect(400);
    await app.admin.post(`${series}/list`).set('Content-Type', 'text/plain').send('{}').expect(415);
    await app.admin.post(`${series}/list`).set('Content-Type', 'application/json').send('{"a":"\\u0000"}').expect(400);
  });
});

describe('progress in a series', () => {
  test('is marked, counted for this user alone, and forgotten', async () => {
    await app.as(reader).post(path(monster, '/read-progress')).expect(204);
    const read = await app.as(reader).get(path(monster));
    expect(read.body).toMatchObject({ booksReadCount: 2, booksUnreadCount: 0 });
    expect((await app.admin.get(path(monster))).body).toMatchObject({ booksReadCount: 0 });
    expect(names(await app.as(reader).get(`${series}?read_status=READ`))).toEqual(['Monster']);
    await app.as(reader).delete(path(monster, '/read-progress')).expect(204);
    expect((await app.as(reader).get(path(monster))).body).toMatchObject({ booksReadCount: 0, booksUnreadCount: 2 });
  });

  test('of a forbidden or unknown series is nobody', async () => {
    await app.as(reader).post(path(hidden, '/read-progress')).expect(403);
    await app.admin.delete(`${series}/${unknown}/read-progress`).expect(404);
  });

  test('the tracker refuses what is no number and does not see what is hidden', async () => {
    const tracker = (row: Series) => `/api/v2/series/${publicId(row.id)}/read-progress/tachiyomi`;
    await app.as(reader).put(tracker(monster)).send({ lastBookNumberSortRead: 'x' }).expect(400);
    await app.as(reader).put(tracker(monster)).send({}).expect(400);
    await app.as(reader).put(tracker(hidden)).send({ lastBookNumberSortRead: 1 }).expect(403);
    await app.as(reader).get(tracker(hidden)).expect(403);
    await app.admin.get(`/api/v2/series/${unknown}/read-progress/tachiyomi`).expect(404);
  });

  test('a series is in progress when some of its books are read', async () => {
    const book = await Book.query(app.db).findOne({ seriesId: monster.id, number: 1 }).throwIfNotFound();
    await aProgress(app.db, book, { userId: reader.id, completed: true });
    expect(names(await app.as(reader).get(`${series}?read_status=IN_PROGRESS`))).toEqual(['Monster']);
  });
});

describe('administration', () => {
  beforeAll(() => migrateQueue(app.url, silentLog()));

  test('analysis and refresh are queued for the books whose file is there', async () => {
    await app.admin.post(path(monster, '/analyze')).expect(202);
    await app.admin.post(path(monster, '/metadata/refresh')).expect(202);
    await app.admin.post(path(pluto, '/analyze')).expect(202);
    const { rows } = await app.db.raw<{ rows: { task: string; count: number }[] }>(
      'select task_identifier as task, count(*)::int as count from graphile_worker.jobs group by 1 order by 1',
    );
    expect(rows).toEqual([
      { task: 'analyzeBook', count: 2 },
      // barcodes, of both books
      { task: 'eachBook', count: 1 },
      { task: 'refreshBooks', count: 1 },
      { task: 'refreshSidecars', count: 1 },
    ]);
  });

  test('is for administrators', async () => {
    await app.as(reader).post(path(monster, '/analyze')).expect(403);
    await app.as(reader).patch(path(monster, '/metadata')).send({ title: 'Mine' }).expect(403);
    await app.admin.post(`${series}/${unknown}/analyze`).expect(404);
  });
});
