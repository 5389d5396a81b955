import { publicId } from '../../src/base/public-id';
import { pictureType } from '../../src/media/picture-type';
import { adminLogin } from '../support/app';
import { useCatalogue } from '../support/catalogue';
import { basic } from '../support/crawler';
import { openEvents } from '../support/event-stream';

/**
 * The rules that satisfy every client (clients.md §1), by their numbers, as one session meets them. Shapes, dates and refusals of
 * all answers of all tests are judged beside this (rules 1–7, support/answer-rules.ts); what each client sends is replayed in
 * clients.test.ts.
 */
const catalogue = useCatalogue();
const { app } = catalogue;
const ids = { book: '', second: '', last: '', series: '', library: '' };
const authorization = basic(adminLogin);

interface Reply {
  status: number;
  headers: Headers;
  bytes: Buffer;
  body: unknown;
}

async function send(path: string, init: RequestInit & { json?: unknown } = {}): Promise<Reply> {
  const { json, headers = { authorization }, ...rest } = init;
  const typed = json === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(`${app.base}${path}`, {
    ...{ redirect: 'manual', ...rest, headers: { ...typed, ...(headers as Record<string, string>) } },
    ...(json === undefined ? {} : { method: rest.method ?? 'POST', body: JSON.stringify(json) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const isJson = /^application\/json/.test(response.headers.get('content-type') ?? '') && bytes.length > 0;
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    body: isJson ? JSON.parse(bytes.toString()) : null,
  };
}

interface Page {
  content: { id: string; name: string; number: number }[];
  totalElements: number;
  totalPages: number;
  size: number;
  last: boolean;
}
const pageOf = async (path: string, json?: unknown): Promise<Page> => {
  const { status, body } = await send(path, json === undefined ? {} : { json });
  expect([path, status]).toEqual([path, 200]);
  return body as Page;
};
const total = async (path: string, json?: unknown) => (await pageOf(path, json)).totalElements;

beforeAll(async () => {
  const [book, second, last] = await Promise.all(
    ['Lighthouse Mechanics v01', 'Lighthouse Mechanics v02', 'Lighthouse Mechanics v05'].map(catalogue.book),
  );
  Object.assign(ids, {
    ...{ book: publicId(book?.id ?? ''), second: publicId(second?.id ?? ''), last: publicId(last?.id ?? '') },
    ...{ series: publicId(book?.seriesId ?? ''), library: publicId(catalogue.open.id) },
  });
});

describe('JSON', () => {
  test('1, 2: nothing is left out, and what is a text in Komga is never null', async () => {
    const { body } = await send(`/api/v1/books/${ids.last}`);
    expect(body).toMatchObject({ readProgress: null, fileHash: expect.any(String) as unknown, media: { comment: '' } });
    const series = (await send(`/api/v1/series/${ids.series}`)).body;
    expect(series).toMatchObject({ metadata: { ageRating: null, totalBookCount: null, readingDirection: '' } });
    expect((await send(`/api/v1/libraries/${ids.library}`)).body).toHaveProperty('oneshotsDirectory', null);
  });

  test('3: a series is the same whole thing in a list, in a search and alone', async () => {
    const alone = (await send(`/api/v1/series/${ids.series}`)).body;
    for (const [path, json] of [['/api/v1/series?size=100'], ['/api/v1/series/list?size=100', {}]] as const) {
      expect((await pageOf(path, json)).content.find(({ id }) => id === ids.series)).toEqual(alone);
    }
  });

  test('4: ids are texts that a URL carries, without a hyphen', () => {
    for (const id of Object.values(ids)) expect(id).toMatch(/^[0-9A-Z]{10,}$/);
  });

  test('5: numbers are numbers, `metadata.number` is a text, ratings and years are lists of texts', async () => {
    expect((await send(`/api/v1/books/${ids.second}`)).body).toMatchObject({
      ...{ number: 2, sizeBytes: expect.any(Number) as unknown },
      metadata: { number: '2', numberSort: 2 },
    });
    for (const path of ['/api/v1/age-ratings', '/api/v1/series/release-dates']) {
      const { body } = await send(path);
      expect((body as unknown[]).map((value) => typeof value)).toEqual((body as unknown[]).map(() => 'string'));
    }
  });
});

describe('logins', () => {
  test.each(['/api/v1/series', '/opds/v1.2/catalog', '/sse/v1/events'])('8: %s asks for credentials', async (path) => {
    const { status, headers, body } = await send(path, { headers: {} });
    expect([status, headers.get('www-authenticate')?.slice(0, 5)]).toEqual([401, 'Basic']);
    if (path.startsWith('/api/')) expect(body).toMatchObject({ error: 'Unauthorized' });
  });

  test('8: settings for everybody are an object', async () => {
    const { status, body } = await send('/api/v1/client-settings/global/list', { headers: {} });
    expect([status, typeof body]).toEqual([200, 'object']);
  });

  test('9, 13: Basic begins a session by cookie, which logging out ends', async () => {
    const cookie = (await send('/api/v1/libraries')).headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(/^KOMGA-SESSION=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    expect((await send('/api/v1/libraries', { headers })).status).toBe(200);
    await send('/api/logout', { method: 'POST', headers });
    expect((await send('/api/v1/libraries', { headers })).status).toBe(401);
  });

  test('10: what remembers logs in alone', async () => {
    const cookies = (await send('/api/v2/users/me?remember-me=true')).headers.getSetCookie();
    const remembered = cookies.find((cookie) => cookie.startsWith('komga-remember-me=')) ?? '';
    expect(remembered).toMatch(/path=\/(;|$)/i);
    const again = await send('/api/v1/libraries', { headers: { cookie: remembered.split(';')[0] ?? '' } });
    expect([again.status, again.headers.getSetCookie().join()]).toEqual([
      200,
      expect.stringContaining('KOMGA-SESSION='),
    ]);
  });

  test('11: the session comes in a header for who asks so, also with an empty one', async () => {
    const first = await send('/api/v1/libraries', { headers: { authorization, 'x-auth-token': '' } });
    const token = first.headers.get('x-auth-token') ?? '';
    expect([token.length > 10, first.headers.getSetCookie()]).toEqual([true, []]);
    expect((await send('/api/v1/libraries', { headers: { 'x-auth-token': token } })).status).toBe(200);
    expect((await send('/api/v1/libraries', { headers: { 'x-auth-token': 'unknown' } })).status).toBe(401);
  });

  test('12: a key and a cookie in one request get the whole answer', async () => {
    const { key } = (await send('/api/v2/users/me/api-keys', { json: { comment: 'rule 12' } })).body as { key: string };
    const cookie = (await send('/api/v1/libraries')).headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const { status, bytes } = await send('/api/v1/libraries', { headers: { 'x-api-key': key, cookie } });
    expect([status, bytes.length > 100]).toEqual([200, true]);
  });

  test('14: the address is spelled as it was typed when the account was made', async () => {
    const user = await app.user('Some.Body@Example.org');
    const response = await app.as(user).get('/api/v2/users/me').expect(200);
    expect(response.body).toMatchObject({ email: 'Some.Body@Example.org' });
  });
});

describe('lists', () => {
  test('15: pages of any size, none, and all', async () => {
    expect(await pageOf('/api/v1/books')).toMatchObject({ size: 20, pageable: { paged: true, pageNumber: 0 } });
    expect(await pageOf('/api/v1/books?size=1000')).toMatchObject({ size: 1000, last: true });
    expect(await pageOf('/api/v1/books?size=0')).toMatchObject({ size: 20 });
    const all = await pageOf('/api/v1/books?unpaged=true');
    expect([all.content.length, all.last]).toEqual([all.totalElements, true]);
  });

  test.each([
    ...[
      'metadata.titleSort,asc',
      'metadata.titleSort%2Casc',
      'titleSort,desc',
      'fileLastModified,desc',
      'relevance,desc',
    ],
    ...[
      'name',
      'readProgress.readDate,desc',
      'series,metadata.numberSort,asc',
      'metadata.titleSort,asc&sort=name,desc',
    ],
  ])('16: sort=%s lists everything', async (sort) => {
    const [series, books] = [await total('/api/v1/series'), await total('/api/v1/books')];
    expect([await total(`/api/v1/series?sort=${sort}`), await total(`/api/v1/books?sort=${sort}`)]).toEqual([
      series,
      books,
    ]);
  });

  test('17: values are alternatives, joined or repeated; an author is one value', async () => {
    const two = [
      `library_id=${ids.library}%2C${publicId(catalogue.hidden.id)}`,
      `library_id=${ids.library}&library_id=${publicId(catalogue.hidden.id)}`,
    ];
    const counts = await Promise.all(two.map((query) => total(`/api/v1/series?${query}`)));
    expect(counts).toEqual([await total('/api/v1/series'), await total('/api/v1/series')]);
    expect(await total('/api/v1/series?status=ONGOING%2C+ENDED')).toBe(
      await total('/api/v1/series?status=ONGOING&status=ENDED'),
    );
    expect(await total('/api/v1/series?author=Mara%20Quill,writer')).toBe(1);
    expect(await total('/api/v1/series?author=Mara%20Quill,')).toBe(1);
    expect(await total('/api/v1/series?author=Mara%20Quill,letterer')).toBe(0);
  });

  test('18: what nobody knows is passed over', async () => {
    for (const path of [
      ...[`/api/v1/books/${ids.book}?unpaged=true&v=7`, `/api/v1/books/${ids.book}/thumbnail?v=1`],
      ...['/api/v1/books?series_id=X', '/api/v1/books/ondeck?oneshot=false&sort=name', '/api/v1/collections?foo=bar'],
    ])
      expect([path, (await send(path)).status]).toEqual([path, 200]);
  });

  test.each([
    ...[{}, { fullTextSearch: '' }, { condition: { allOf: [] } }, { condition: { anyOf: [] } }],
    ...[{ condition: { allOf: [{ anyOf: [] }], type: 'x' } }, { condition: null }],
  ])('19: a search for %j finds everything', async (json) => {
    expect(await total('/api/v1/series/list', json)).toBe(await total('/api/v1/series'));
    expect(await total('/api/v1/books/list', json)).toBe(await total('/api/v1/books'));
  });

  test('19: keys and operators are read in any case; several keys in one object are all meant', async () => {
    const plain = { oneShot: { operator: 'isFalse' } };
    const wanted = await total('/api/v1/series/list', { condition: plain });
    expect(await total('/api/v1/series/list', { condition: { oneshot: { operator: 'isfalse' } } })).toBe(wanted);
    expect(await total('/api/v1/series/list', { condition: { ...plain, type: 'com.example.Condition' } })).toBe(wanted);
    const both = { seriesId: { operator: 'is', value: ids.series }, deleted: { operator: 'isFalse' } };
    expect(await total('/api/v1/books/list', { condition: both })).toBe(5);
  });

  test.each([
    ...['books/latest', 'books/ondeck', 'books/duplicates', 'series/new', 'series/updated', 'series/release-dates'],
  ])('20: %s is no id', async (path) => {
    expect((await send(`/api/v1/${path}`)).status).toBe(200);
  });

  test('21: without a wish for an order pages lose nothing; books come by number, updates by date', async () => {
    for (const kind of ['books', 'series']) {
      const { totalPages, totalElements } = await pageOf(`/api/v1/${kind}/list?size=2`, {});
      const pages = await Promise.all(
        Array.from({ length: totalPages }, (_, page) => pageOf(`/api/v1/${kind}/list?size=2&page=${page}`, {})),
      );
      expect(new Set(pages.flatMap(({ content }) => content.map(({ id }) => id))).size).toBe(totalElements);
    }
    const books = await pageOf(`/api/v1/series/${ids.series}/books?unpaged=true`);
    expect(books.content.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  });

  test('32: a page past the end is empty', async () => {
    expect(await pageOf('/api/v1/series?page=99')).toMatchObject({ content: [], last: true });
    expect(await pageOf('/api/v1/books/list?page=99', {})).toMatchObject({ content: [], last: true });
  });
});

describe('progress', () => {
  const progress = async () =>
    ((await send(`/api/v1/books/${ids.last}`)).body as { readProgress: unknown }).readProgress;
  const path = () => `/api/v1/books/${ids.last}/read-progress`;

  test('22, 24: is written by page, by completion or both, shown at once, and taken away; answers are 204', async () => {
    for (const [json, shown] of [
      [{ page: 2 }, { page: 2, completed: false }],
      [{ completed: true }, { page: 4, completed: true }],
      [
        { page: 1, completed: false },
        { page: 1, completed: false },
      ],
    ]) {
      const { status, bytes } = await send(path(), { method: 'PATCH', json });
      expect([status, bytes.length]).toEqual([204, 0]);
      expect(await progress()).toMatchObject(shown ?? {});
    }
    expect((await send(path(), { method: 'DELETE' })).status).toBe(204);
    expect(await progress()).toBeNull();
  });

  test('23: what a tracker marks up to a number is never taken back by a smaller one', async () => {
    const at = `/api/v2/series/${ids.series}/read-progress/tachiyomi`;
    for (const lastBookNumberSortRead of [2.0, 0.0])
      expect((await send(at, { method: 'PUT', json: { lastBookNumberSortRead } })).status).toBe(204);
    const { body, headers } = await send(at);
    expect(body).toMatchObject({ lastReadContinuousNumberSort: 2, maxNumberSort: 5, booksReadCount: 2 });
    expect(headers.get('cache-control')).toMatch(/max-age=0|no-store/);
  });
});

describe('files and images', () => {
  test.each(['image/*', '*/*', 'application/json', 'text/html', null])(
    '25: Accept %s gets the picture',
    async (accept) => {
      const headers = { authorization, ...(accept === null ? {} : { accept }) };
      for (const path of [
        `books/${ids.book}/pages/1`,
        `books/${ids.book}/thumbnail`,
        `series/${ids.series}/thumbnail`,
      ]) {
        const { status, bytes } = await send(`/api/v1/${path}`, { headers });
        expect([path, status, pictureType(bytes)]).toEqual([path, 200, 'image/jpeg']);
      }
    },
  );

  test('25: pages are counted from one, a PDF has pictures, and they are converted on demand', async () => {
    expect((await send(`/api/v1/books/${ids.book}/pages/0`)).status).toBe(400);
    const pdf = publicId((await catalogue.book('scanned')).id);
    expect(
      pictureType(
        (await send(`/api/v1/books/${pdf}/pages/1`, { headers: { authorization, accept: 'image/*' } })).bytes,
      ),
    ).toBe('image/jpeg');
    expect(pictureType((await send(`/api/v1/books/${ids.book}/pages/1?convert=png`)).bytes)).toBe('image/png');
  });

  test('26: a file has its length and both names, and goes on where it broke off', async () => {
    const path = `/api/v1/books/${ids.book}/file`;
    const whole = await send(path);
    expect(whole.headers.get('content-length')).toBe(String(whole.bytes.length));
    expect(whole.headers.get('content-disposition')).toMatch(/filename=".+"; filename\*=UTF-8''/);
    const rest = await send(path, { headers: { authorization, range: 'bytes=100-' } });
    expect([rest.status, rest.bytes.equals(whole.bytes.subarray(100))]).toEqual([206, true]);
  });

  test('27: nothing is packed for who takes nothing packed, and no picture or file for anybody', async () => {
    for (const encoding of ['identity', 'gzip, br'])
      for (const path of [`books/${ids.book}/pages/1`, `books/${ids.book}/file`, 'series'])
        expect([
          path,
          (await send(`/api/v1/${path}`, { headers: { authorization, 'accept-encoding': encoding } })).headers.get(
            'content-encoding',
          ),
        ]).toEqual([path, path === 'series' && encoding !== 'identity' ? expect.any(String) : null]);
    expect((await send('/api/v1/series')).headers.get('content-type')).toBe('application/json');
  });

  test('28: before the first and behind the last is 404, no place yet is 204', async () => {
    expect((await send(`/api/v1/books/${ids.book}/previous`)).status).toBe(404);
    expect((await send(`/api/v1/books/${ids.last}/next`)).status).toBe(404);
    const unread = publicId((await catalogue.book('all jpeg')).id);
    expect((await send(`/api/v1/books/${unread}/progression`)).status).toBe(204);
  });

  test('29: what shows progress is no 304 once that changed', async () => {
    const path = `/api/v1/series/${ids.series}`;
    const etag = (await send(path)).headers.get('etag') ?? '';
    const ask = () => app.admin.get(path).set('If-None-Match', etag);
    expect((await ask()).status).toBe(304);
    await send(`/api/v1/books/${ids.last}/read-progress`, { method: 'PATCH', json: { page: 3 } });
    expect((await ask()).status).toBe(200);
  });
});

test('30: events have their status and headers before anything happens', async () => {
  const stream = await openEvents(app.base, { authorization });
  expect([stream.status, stream.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^text\/event-stream/),
  ]);
  stream.close();
  await stream.ended;
});

test('31: a home screen that asks for forty things at once gets them all', async () => {
  const asked = Array.from({ length: 40 }, (_, n) =>
    n % 2 === 0 ? '/api/v1/series?size=5' : `/api/v1/books/${ids.book}/thumbnail`,
  );
  const statuses = await Promise.all(asked.map(async (path) => (await send(path)).status));
  expect(statuses).toEqual(asked.map(() => 200));
});
