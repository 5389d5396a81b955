import { silentLog } from '../../src/base/log';
import { publicId } from '../../src/base/public-id';
import type { Book } from '../../src/model/book';
import type { Library } from '../../src/model/library';
import type { Series } from '../../src/model/series';
import { migrateQueue } from '../../src/queue/queue';
import { useApp } from '../support/app';
import { aBook, aLibrary, aProgress, aReadList, aSeries } from '../support/builders';

const app = useApp();
const unknown = '0DBTWY6S0KNX9';
let library: Library;
let series: Series;
let first: Book;
let second: Book;
let third: Book;
let hidden: Book;
let reader: { id: string; email: string; password: string };

beforeAll(async () => {
  const { db } = app;
  library = await aLibrary(db, { name: 'Shared', root: '/comics' });
  series = await aSeries(db, { library, name: 'Monster', path: 'Monster', title: 'MONSTER' });
  const common = { series, tags: ['germany'], fileHash: 'abc', fileSize: 1536 };
  first = await aBook(db, { ...common, title: 'Herr Dr. Tenma', path: 'Monster/v 01.cbz', releaseDate: '1994-12-05' });
  second = await aBook(db, { series, title: 'Surprise party', modifiedAt: new Date('2024-05-01T00:00:00Z') });
  third = await aBook(db, { series, title: '511 Kinderheim', mediaStatus: 'ERROR', mediaComment: 'ERR_1005' });
  const secret = await aLibrary(db, { name: 'Secret' });
  hidden = await aBook(db, {
    series: await aSeries(db, { library: secret }),
    title: 'Hidden',
    ...{ fileHash: 'abc', fileSize: 1536 },
  });
  reader = await app.user('reader@example.org', { sharedLibraries: { all: false, libraryIds: [library.id] } });
});

const books = '/api/v1/books';
const path = (row: Book, more = '') => `${books}/${publicId(row.id)}${more}`;
const titles = (response: { body: unknown }) =>
  (response.body as { content: { metadata: { title: string } }[] }).content.map(({ metadata }) => metadata.title);

describe('one book', () => {
  test('shows an administrator where it lies, and everybody what it is', async () => {
    const response = await app.admin.get(path(first)).expect(200);
    expect(response.body).toMatchObject({
      ...{ seriesId: publicId(series.id), seriesTitle: 'MONSTER', libraryId: publicId(library.id) },
      ...{ url: '/comics/Monster/v 01.cbz', number: 1, sizeBytes: 1536, size: '1.5 KiB', fileHash: 'abc' },
      media: { status: 'READY', mediaType: 'application/zip', mediaProfile: 'DIVINA', pagesCount: 3, comment: '' },
      metadata: { title: 'Herr Dr. Tenma', number: '1', numberSort: 1, releaseDate: '1994-12-05', isbn: '' },
      ...{ readProgress: null, deleted: false, oneshot: false },
    });
  });

  test('shows a user the name of the file', async () => {
    expect((await app.as(reader).get(path(first)).expect(200)).body).toMatchObject({ url: 'v 01.cbz' });
  });

  test('an unknown one is 404 without a body, a forbidden one is 403', async () => {
    expect((await app.admin.get(`${books}/${unknown}`).expect(404)).text).toBe('');
    await app.as(reader).get(path(hidden)).expect(403);
    await app.anonymous.get(path(first)).expect(401);
  });

  test('has neighbours, and 404 where the series ends', async () => {
    expect((await app.admin.get(path(first, '/next')).expect(200)).body).toMatchObject({ id: publicId(second.id) });
    expect((await app.admin.get(path(third, '/previous')).expect(200)).body).toMatchObject({ id: publicId(second.id) });
    await app.admin.get(path(first, '/previous')).expect(404);
    await app.admin.get(path(third, '/next')).expect(404);
    await app.as(reader).get(path(hidden, '/next')).expect(403);
    await app.admin.get(`${books}/${unknown}/next`).expect(404);
  });

  test('tells the read lists that hold it', async () => {
    const { id } = await aReadList(app.db, [hidden, first]);
    const response = await app.as(reader).get(path(first, '/readlists')).expect(200);
    expect(response.body).toMatchObject([{ id: publicId(id), bookIds: [publicId(first.id)], filtered: true }]);
    expect((await app.admin.get(path(second, '/readlists')).expect(200)).body).toEqual([]);
    await app.admin.get(`${books}/${unknown}/readlists`).expect(404);
  });
});

describe('lists', () => {
  test.each([
    ['media_status=ERROR', ['511 Kinderheim']],
    ['released_after=1994-12-04', ['Herr Dr. Tenma']],
    ['released_after=1994-12-05', []],
    ['tag=germany', ['Herr Dr. Tenma']],
    ['search=party', ['Surprise party']],
    ['sort=metadata.numberSort,desc&size=1', ['511 Kinderheim']],
    ['sort=series,metadata.numberSort,desc', ['511 Kinderheim', 'Surprise party', 'Herr Dr. Tenma']],
  ])('by query parameters: %s', async (query, expected) => {
    expect(titles(await app.as(reader).get(`${books}?${query}`).expect(200))).toEqual(expected);
  });

  test('by query parameters: what is no date is 400', async () => {
    await app.admin.get(`${books}?released_after=1994`).expect(400);
  });

  test('by a condition, among what the viewer may see', async () => {
    const condition = { title: { operator: 'contains', value: 'PARTY' } };
    expect(titles(await app.admin.post(`${books}/list`).send({ condition }).expect(200))).toEqual(['Surprise party']);
    const all = await app.as(reader).post(`${books}/list?unpaged=true`).send({}).expect(200);
    expect(all.body).toMatchObject({ totalElements: 3, size: 20, number: 0 });
    await app.admin
      .post(`${books}/list`)
      .send({ condition: { collectionId: { operator: 'is', value: 'x' } } })
      .expect(400);
  });

  test('the literal names of lists are no ids', async () => {
    const latest = await app.as(reader).get(`${books}/latest?size=1`).expect(200);
    expect(titles(latest)).toEqual(['Surprise party']);
    expect(titles(await app.as(reader).get(`${books}/ondeck`).expect(200))).toEqual([]);
  });

  test('on deck is the next book of a series that was begun by finishing a book', async () => {
    const login = await app.user('ondeck@example.org');
    await aProgress(app.db, first, { userId: login.id, completed: true });
    expect(titles(await app.as(login).get(`${books}/ondeck`).expect(200))).toEqual(['Surprise party']);
    expect(titles(await app.as(login).get(`${books}/ondeck?library_id=${unknown}`).expect(200))).toEqual([]);
    await aProgress(app.db, second, { userId: login.id });
    expect(titles(await app.as(login).get(`${books}/ondeck`).expect(200))).toEqual([]);
  });

  test('duplicates are shown to administrators', async () => {
    expect(titles(await app.admin.get(`${books}/duplicates`).expect(200)).sort()).toEqual(['Herr Dr. Tenma', 'Hidden']);
    await app.as(reader).get(`${books}/duplicates`).expect(403);
  });
});

describe('progress in a book', () => {
  const mark = (book: Book, body: object) => app.as(reader).patch(path(book, '/read-progress')).send(body);
  const progress = async (book: Book) =>
    ((await app.as(reader).get(path(book)).expect(200)).body as { readProgress: unknown }).readProgress;

  test('the last page means completed, whatever else is said', async () => {
    await mark(first, { page: 2 }).expect(204);
    expect(await progress(first)).toMatchObject({ page: 2, completed: false, deviceId: '', deviceName: '' });
    await mark(first, { page: 3, completed: false }).expect(204);
    expect(await progress(first)).toMatchObject({ page: 3, completed: true });
    await mark(first, { completed: true, page: 1 }).expect(204);
    expect(await progress(first)).toMatchObject({ page: 3, completed: true });
  });

  test('wrong pages are refused in Komga’s words', async () => {
    const tooFar = await mark(first, { page: 99 }).expect(400);
    expect(tooFar.body).toMatchObject({ message: 'Page argument (99) must be within 1 and book page count (3)' });
    const zero = await mark(first, { page: 0 }).expect(400);
    expect(zero.body).toMatchObject({ violations: [{ fieldName: 'page' }] });
    expect((await mark(first, {}).expect(400)).body).toEqual({ violations: [] });
    expect((await mark(first, { completed: false }).expect(400)).body).toEqual({ violations: [] });
    await mark(first, { page: 'two' }).expect(400);
  });

  test('is forgotten, also when there is none', async () => {
    await mark(second, { page: 1 }).expect(204);
    await app.as(reader).delete(path(second, '/read-progress')).expect(204);
    await app.as(reader).delete(path(second, '/read-progress')).expect(204);
    expect(await progress(second)).toBeNull();
  });

  test('of forbidden and unknown books is nobody', async () => {
    await mark(hidden, { page: 1 }).expect(403);
    await app.as(reader).delete(path(hidden, '/read-progress')).expect(403);
    await app.admin.patch(`${books}/${unknown}/read-progress`).send({ page: 1 }).expect(404);
  });
});

describe('Readium progression', () => {
  const place = (page: number, modified: string) => ({
    ...{ modified, device: { id: 'dev-1', name: 'Tablet' } },
    locator: { href: `page/${page}`, type: 'image/png', locations: { position: page, progression: null }, title: null },
  });
  const put = (book: Book, body: object) => app.as(reader).put(path(book, '/progression')).send(body);

  test('there is none before the book was begun', async () => {
    expect((await app.as(reader).get(path(third, '/progression')).expect(204)).text).toBe('');
  });

  test('what a device wrote is read back, and is the progress of the book', async () => {
    await put(second, place(2, '2024-03-01T11:00:01.5+01:00')).expect(204);
    const response = await app.as(reader).get(path(second, '/progression')).expect(200);
    expect(response.headers['content-type']).toBe('application/vnd.readium.progression+json');
    expect(JSON.parse(response.text)).toEqual({
      ...{ modified: '2024-03-01T10:00:01Z', device: { id: 'dev-1', name: 'Tablet' } },
      locator: { href: 'page/2', type: 'image/png', locations: { position: 2 } },
    });
    const book = await app.as(reader).get(path(second));
    expect(book.body).toMatchObject({ readProgress: { page: 2, completed: false, deviceName: 'Tablet' } });
  });

  test('only what is newer counts', async () => {
    const older = await put(second, place(3, '2024-03-01T10:00:01.500Z')).expect(409);
    expect(older.body).toMatchObject({ message: 'Progression is older than existing' });
    await put(second, place(3, '2024-03-01T10:00:02Z')).expect(204);
    expect((await app.as(reader).get(path(second))).body).toMatchObject({ readProgress: { page: 3, completed: true } });
  });

  test('a clock that is years ahead does not win forever', async () => {
    await put(first, place(1, '2099-01-01T00:00:00Z')).expect(204);
    const { modified } = JSON.parse((await app.as(reader).get(path(first, '/progression'))).text) as {
      modified: string;
    };
    expect(new Date(modified).getTime()).toBeLessThan(Date.now() + 120_000);
  });

  test('progress by page has a place too', async () => {
    await app.as(reader).patch(path(third, '/read-progress')).send({ page: 2 }).expect(204);
    const { text } = await app.as(reader).get(path(third, '/progression')).expect(200);
    expect(JSON.parse(text)).toMatchObject({ device: { id: '' }, locator: { locations: { position: 2 } } });
  });

  test('pages outside of the book, missing members and times without zone are 400', async () => {
    const response = await put(first, place(9, '2024-03-01T10:00:00Z')).expect(409);
    expect(response.body).toMatchObject({ status: 409 });
    await app.as(reader).delete(path(first, '/read-progress')).expect(204);
    const beyond = await put(first, place(9, '2024-03-01T10:00:00Z')).expect(400);
    expect(beyond.body).toMatchObject({ message: 'Page argument (9) must be within 1 and book page count (3)' });
    await put(first, place(1, '2024-03-01T10:00:00')).expect(400);
    await put(first, { ...place(1, '2024-03-01T10:00:00Z'), device: undefined }).expect(400);
    await put(first, { ...place(1, '2024-03-01T10:00:00Z'), locator: { href: 'x', type: 'y' } }).expect(400);
    await put(hidden, place(1, '2024-03-01T10:00:00Z')).expect(403);
    await app.admin.get(`${books}/${unknown}/progression`).expect(404);
  });
});

describe('what an administrator may ask for', () => {
  beforeAll(() => migrateQueue(app.url, silentLog()));
  beforeEach(() => app.db.raw('delete from graphile_worker._private_jobs'));

  async function queued(): Promise<{ task: string; payload: Record<string, unknown> }[]> {
    const { rows } = await app.db.raw<{ rows: { task: string; payload: { payload: Record<string, unknown> } }[] }>(
      `select t.identifier as task, j.payload from graphile_worker._private_jobs j
       join graphile_worker._private_tasks t on t.id = j.task_id order by 1`,
    );
    return rows.map(({ task, payload }) => ({ task, payload: payload.payload }));
  }

  test.each<[string, 'post' | 'delete', string, string]>([
    ['an analysis', 'post', '/analyze', 'analyzeBook'],
    ['a refresh of metadata', 'post', '/metadata/refresh', 'refreshBookMetadata'],
    ['the deletion of the file', 'delete', '/file', 'deleteBookFile'],
  ])('%s is queued for the book, and not for anybody else to ask', async (_, method, more, task) => {
    await app.as(reader)[method](path(first, more)).expect(403);
    await expect(queued()).resolves.toEqual([]);
    await app.admin[method](path(first, more)).expect(202);
    const jobs = await queued();
    expect(jobs.filter((job) => job.task === task)).toEqual([
      { task, payload: expect.objectContaining({ bookId: first.id }) as unknown },
    ]);
  });

  test('the deletion of the files of a series is one task', async () => {
    await app.admin.delete(`/api/v1/series/${publicId(series.id)}/file`).expect(202);
    await expect(queued()).resolves.toEqual([
      { task: 'deleteSeriesFiles', payload: expect.objectContaining({ seriesId: series.id }) as unknown },
    ]);
  });
});
