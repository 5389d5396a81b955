import { publicId } from '../../src/base/public-id';
import { adminLogin } from '../support/app';
import { useCatalogue } from '../support/catalogue';
import { basic } from '../support/crawler';
import { openEvents } from '../support/event-stream';

/**
 * What Komga's two web UIs ask for, in the order of a session (komga-rest.md §23): an administrator comes, looks around,
 * reads and goes. Shapes are judged by Komga's document, as of every answer (support/answer-rules.ts).
 */
const catalogue = useCatalogue({ withPage: true });
const { app } = catalogue;

/** What axios sends; both UIs say that they are scripts, so that no window of the browser asks for a password. */
const script = { 'X-Requested-With': 'XMLHttpRequest', Accept: 'application/json, text/plain, */*' };
let cookies = '';
let libraryId: string;
let bookId: string;
let lastId: string;
let seriesId: string;

beforeAll(async () => {
  libraryId = publicId(catalogue.open.id);
  const book = await catalogue.book('Lighthouse Mechanics v02');
  [bookId, seriesId] = [publicId(book.id), publicId(book.seriesId)];
  lastId = publicId((await catalogue.book('Lighthouse Mechanics v05')).id);
});

const cookiesOf = (headers: Record<string, unknown>): string[] =>
  ((headers['set-cookie'] as string[] | undefined) ?? []).map((line) => line.split(';')[0] ?? '');

const get = (path: string) => app.anonymous.get(path).set(script).set('Cookie', cookies);
const post = (path: string, body?: object) => app.anonymous.post(path).set(script).set('Cookie', cookies).send(body);

async function json<T>(path: string): Promise<T> {
  return (await get(path).expect(200)).body as T;
}

const found = async (path: string, body: object): Promise<Page> => (await post(path, body).expect(200)).body as Page;

interface Page<T = { id: string }> {
  content: T[];
  totalElements: number;
  last: boolean;
}

const namesIn = (page: Page<unknown>) => (page.content as { name: string }[]).map(({ name }) => name);

describe('before the login', () => {
  test('who is there is asked, and no window of the browser opens', async () => {
    const response = await get('/api/v2/users/me').expect(401);
    expect([response.headers['www-authenticate'], response.text, cookiesOf(response.headers)]).toEqual([
      undefined,
      '',
      [],
    ]);
  });

  test('the login page learns that the server is claimed, of public settings, and of other logins', async () => {
    expect(await json('/api/v1/claim')).toEqual({ isClaimed: true });
    expect(await json('/api/v1/client-settings/global/list')).toEqual({});
    expect(await json('/api/v1/oauth2/providers')).toEqual([]);
  });
});

describe('the login', () => {
  const login = (password: string) =>
    app.anonymous
      .get('/api/v2/users/me?remember-me=true')
      .set(script)
      .set('Authorization', basic({ ...adminLogin, password }));

  test('with a wrong password is refused without a window', async () => {
    const response = await login('wrong').expect(401);
    expect(response.headers['www-authenticate']).toBeUndefined();
  });

  test('begins a session that lasts', async () => {
    const response = await login(adminLogin.password).expect(200);
    expect(response.body).toMatchObject({
      email: adminLogin.email,
      roles: expect.arrayContaining(['ADMIN']) as string[],
    });
    cookies = cookiesOf(response.headers).join('; ');
    expect(cookies).toMatch(/KOMGA-SESSION=.+; komga-remember-me=.+/);
    await get('/api/v2/users/me').expect(200);
  });

  test('of an app can be handed over to a page', async () => {
    const app1 = await app.admin.get('/api/v2/users/me').set('X-Auth-Token', '').expect(200);
    const handed = await app.anonymous
      .get('/api/v1/login/set-cookie')
      .set(script)
      .set('X-Auth-Token', app1.headers['x-auth-token'] ?? '')
      .expect(204);
    expect(cookiesOf(handed.headers)).toEqual([expect.stringMatching(/^KOMGA-SESSION=.+/)]);
  });
});

test('libraries, settings and events come by the cookie', async () => {
  expect(await json<{ name: string }[]>('/api/v1/libraries')).toMatchObject([{ name: 'Manga & more' }, {}]);
  await json('/api/v1/client-settings/global/list');
  await json('/api/v1/client-settings/user/list');
  const stream = await openEvents(app.base, { cookie: cookies, accept: 'text/event-stream' });
  expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  stream.close();
});

test('the shell of an administrator asks for the version, broken books and news', async () => {
  expect(await json('/actuator/info')).toHaveProperty(['build', 'version']);
  const broken = { anyOf: ['ERROR', 'UNSUPPORTED'].map((value) => ({ mediaStatus: { operator: 'is', value } })) };
  expect((await found('/api/v1/books/list?size=0', { condition: broken })).totalElements).toBe(1);
  expect(await json('/api/v1/announcements')).toMatchObject({ items: [] });
  expect(await json('/api/v1/releases')).toEqual([]);
});

describe('the dashboard', () => {
  const pinned = () => ({ anyOf: [{ libraryId: { operator: 'is', value: libraryId } }] });
  const books = (condition: object, sort: string) =>
    found(`/api/v1/books/list?sort=${sort}`, { condition: { allOf: [pinned(), condition] } });

  test('has what is being read, was read and came last', async () => {
    const reading = { readStatus: { operator: 'is', value: 'IN_PROGRESS' } };
    expect(namesIn(await books(reading, 'readProgress.readDate,desc'))).toEqual(['all png']);
    const read = { readStatus: { operator: 'is', value: 'READ' } };
    expect(namesIn(await books(read, 'readProgress.readDate,desc'))).toEqual(['Lighthouse Mechanics v01']);
    const monthAgo = new Date(Date.now() - 30 * 24 * 3_600_000).toISOString();
    const recent = { releaseDate: { operator: 'after', dateTime: monthAgo } };
    expect((await books(recent, 'metadata.releaseDate,desc')).content).toEqual([]);
    expect((await books({ anyOf: [] }, 'createdDate,desc')).content.length).toBeGreaterThan(10);
  });

  test('has what is next, new series and those with something new', async () => {
    expect(namesIn(await json<Page>(`/api/v1/books/ondeck?library_id=${libraryId}`))).toEqual([
      'Lighthouse Mechanics v02',
    ]);
    for (const kind of ['new', 'updated'])
      await json<Page>(`/api/v1/series/${kind}?oneshot=false&library_id=${libraryId}`);
  });
});

describe('a library', () => {
  test('shows series, the letters that they begin with, and whether there are lists', async () => {
    const condition = { libraryId: { operator: 'is', value: libraryId } };
    const list = await post('/api/v1/series/list?sort=metadata.titleSort,asc&size=50', { condition }).expect(200);
    const groups = await post('/api/v1/series/list/alphabetical-groups', { condition }).expect(200);
    const counted = (groups.body as { count: number }[]).reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe((list.body as Page).totalElements);
    for (const kind of ['collections', 'readlists'])
      expect((await json<Page>(`/api/v1/${kind}?library_id=${libraryId}&size=0`)).totalElements).toBe(1);
  });

  test('fills its filters', async () => {
    for (const kind of [
      'genres',
      'tags',
      'publishers',
      'languages',
      'age-ratings',
      'series/release-dates',
      'sharing-labels',
    ])
      expect(Array.isArray(await json(`/api/v1/${kind}?library_id=${libraryId}&library_id=unknown`))).toBe(true);
    const authors = await json<Page<{ name: string }>>(
      `/api/v2/authors?search=quill&role=writer&library_id=${libraryId}`,
    );
    expect(namesIn(authors)).toEqual(['Mara Quill']);
    expect(await json('/api/v1/authors/names?search=quill')).toEqual(['Mara Quill']);
  });
});

test('the search box asks four times after each letter', async () => {
  const body = { fullTextSearch: 'lamp' };
  for (const kind of ['series', 'books']) {
    const response = await post(`/api/v1/${kind}/list?size=10`, body).expect(200);
    expect((response.body as Page).totalElements).toBe(kind === 'books' ? 6 : 0);
  }
  for (const kind of ['collections', 'readlists']) await json(`/api/v1/${kind}?search=lamp&size=10`);
});

test('the reader shows pages, knows the neighbours, and writes where one is', async () => {
  const pages = await json<{ number: number; mediaType: string }[]>(`/api/v1/books/${bookId}/pages`);
  expect(pages).toHaveLength(4);
  await get(`/api/v1/books/${bookId}/pages/1?convert=png`).expect(200).expect('Content-Type', 'image/png');
  expect(await json(`/api/v1/books/${bookId}/next`)).toMatchObject({ name: 'Lighthouse Mechanics v03' });
  expect(await json(`/api/v1/books/${bookId}/previous`)).toMatchObject({ name: 'Lighthouse Mechanics v01' });
  await get(`/api/v1/books/${lastId}/next`).expect(404);
  await app.anonymous
    .patch(`/api/v1/books/${bookId}/read-progress`)
    .set(script)
    .set('Cookie', cookies)
    .send({ page: 2 })
    .expect(204);
  expect(await json(`/api/v1/books/${bookId}`)).toMatchObject({ readProgress: { page: 2, completed: false } });
});

describe('the new UI', () => {
  test('keeps its settings as texts', async () => {
    const settings = { 'komga.nextui.libraries': { value: '{"order":[]}' } };
    await app.anonymous
      .patch('/api/v1/client-settings/user')
      .set(script)
      .set('Cookie', cookies)
      .send(settings)
      .expect(204);
    expect(await json('/api/v1/client-settings/user/list')).toEqual(settings);
  });

  test('scrolls by fifty, and sorts by what nobody can sort by', async () => {
    const condition = { seriesId: { operator: 'is', value: seriesId } };
    const sort = 'sort=readDate,desc&sort=pagesCount,asc';
    const page = await found(`/api/v1/books/list?page=0&size=50&${sort}`, { condition });
    expect(page).toMatchObject({ totalElements: 5, last: true, sort: { sorted: false } });
  });

  test('takes its filters page by page', async () => {
    for (const kind of ['genres', 'tags', 'publishers', 'languages', 'age-ratings', 'series/release-years'])
      expect(await json<Page>(`/api/v2/${kind}?library_id=${libraryId}&size=50`)).toMatchObject({ last: true });
  });
});

test('logging out ends the session and takes both cookies', async () => {
  const response = await post('/api/logout').expect(204);
  expect(cookiesOf(response.headers).sort()).toEqual(['KOMGA-SESSION=', 'komga-remember-me=']);
  await get('/api/v2/users/me').expect(401);
});
