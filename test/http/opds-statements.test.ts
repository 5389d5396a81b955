import { aCollection, aReadList } from '../support/builders';
import { adminLogin, useApp } from '../support/app';
import { ask, basic, entriesOf } from '../support/crawler';
import { growingSeries } from '../support/large-library';
import { publicId } from '../../src/base/public-id';
import { rawRequest } from '../support/raw-http';
import { Book } from '../../src/model/book';
import { Series } from '../../src/model/series';
import { countStatements } from '../support/statements';

const app = useApp();
const sizes = [5, 50, 500];

/** The most statements that each list may cost. */
const lists: [path: string, most: number][] = [
  ['/opds/v1.2/catalog', 2],
  ['/opds/v1.2/books/latest', 5],
  ['/opds/v1.2/books?search=stairs', 7],
  ['/opds/v1.2/series/{series}', 7],
  ['/opds/v1.2/readlists/{readlist}', 7],
  ['/opds/v1.2/keep-reading', 4],
  ['/opds/v1.2/ondeck', 4],
  ['/opds/v1.2/series', 4],
  ['/opds/v1.2/collections', 4],
  ['/opds/v1.2/readlists', 4],
  ['/opds/v2/libraries/books/latest', 4],
  ['/opds/v2/books?search=stairs', 7],
  ['/opds/v2/series/{series}', 7],
  ['/opds/v2/readlists/{readlist}', 7],
  ['/opds/v2/libraries/keep-reading', 4],
  ['/opds/v2/libraries/browse', 4],
  ['/opds/v2/search?query=stairs', 14],
  ['/opds/v2/catalog', 20],
];
const costs = new Map<string, number[]>();

async function address(path: string): Promise<string> {
  const series = await Series.query(app.db).findOne({ title: 'Endless Stairs' }).throwIfNotFound();
  const { rows } = await app.db.raw<{ rows: { id: string }[] }>('select id from read_list');
  const filled = path.replace('{series}', publicId(series.id)).replace('{readlist}', publicId(rows[0]?.id ?? ''));
  return `${filled}${path.includes('?') ? '&' : '?'}size=100`;
}

beforeAll(async () => {
  const { growTo } = await growingSeries(app.db, app.adminId);
  // who asks is found out, and the login recorded, before anything is counted
  for (let login = 0; login < 3; login++) await app.admin.get('/opds/v1.2/search').expect(200);
  for (const size of sizes) {
    await growTo(size);
    const books = await Book.query(app.db).orderBy('number').limit(100);
    const [series] = await Series.query(app.db);
    await aReadList(app.db, books, { name: `First of ${size}` });
    if (series) await aCollection(app.db, [series], { name: `Of ${size}` });
    for (const [path] of lists) {
      const url = await address(path);
      // whoever searches first folds the names that came
      if (path.includes('stairs')) await app.admin.get(url).expect(200);
      const count = await countStatements(app.db, () => app.admin.get(url).expect(200));
      costs.set(path, [...(costs.get(path) ?? []), count]);
    }
  }
}, 120_000);

test.each(lists)('%s costs the same few statements for 5, 50 and 500 books', (path, most) => {
  const [first = 0, ...others] = costs.get(path) ?? [];
  expect(others).toEqual([first, first]);
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThanOrEqual(most);
});

describe('a long list', () => {
  const paths = ['/opds/v1.2/books?size=100', '/opds/v2/books?size=100'];
  const login = `Authorization: ${basic(adminLogin)}`;

  test.each(paths)(
    '%s comes in pieces by HTTP/1.1, and whole with its length by HTTP/1.0: the same text',
    async (path) => {
      const pieces = await ask(`${app.base}${path}`, basic(adminLogin));
      const whole = await rawRequest(app.base, [`GET ${path} HTTP/1.0`, `Host: ${new URL(app.base).host}`, login]);
      expect([pieces.headers.get('content-length'), pieces.headers.get('transfer-encoding')]).toEqual([
        null,
        'chunked',
      ]);
      expect(whole.headers.get('content-length')).toBe(String(whole.body.length));
      expect(whole.headers.get('transfer-encoding')).toBeUndefined();
      expect(pieces.body.equals(whole.body)).toBe(true);
      expect(pieces.headers.get('etag')).toBe(whole.headers.get('etag'));
    },
  );

  test.each(paths)('%s has its first books on the way before the last are written', async (path) => {
    const response = await fetch(`${app.base}${path}`, { headers: { authorization: basic(adminLogin) } });
    const reader = response.body?.getReader();
    let pieces = 0;
    while (reader && !(await reader.read()).done) pieces++;
    expect(pieces).toBeGreaterThan(1);
  });

  test.each(paths)('HEAD of %s has the headers of GET', async (path) => {
    const [get, head] = [
      await ask(`${app.base}${path}`, basic(adminLogin)),
      await ask(`${app.base}${path}`, basic(adminLogin), 'HEAD'),
    ];
    for (const name of ['content-type', 'content-length', 'etag', 'vary', 'cache-control'])
      expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });

  test.each(paths)('%s that is known is a 304, until the progress in it changes', async (path) => {
    const first = await app.admin.get(path).expect(200);
    const etag = String(first.headers['etag']);
    await app.admin.get(path).set('If-None-Match', etag).expect(304);
    const [book] = await Book.query(app.db).orderBy('number').limit(1);
    const page = path.includes('v2') ? 2 : 3;
    await app.admin
      .patch(`/api/v1/books/${publicId(book?.id ?? '')}/read-progress`)
      .send({ page })
      .expect(204);
    await app.admin.get(path).set('If-None-Match', etag).expect(200);
  });

  test('is packed for who takes that', async () => {
    const response = await app.admin.get('/opds/v1.2/books?size=100').set('Accept-Encoding', 'gzip').expect(200);
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(entriesOf(response.text)).toHaveLength(100);
  });

  test('never has more than a hundred books, whatever was asked for', async () => {
    const response = await app.admin.get('/opds/v1.2/books?size=500').expect(200);
    expect(entriesOf(response.text)).toHaveLength(100);
    expect(response.text).toContain('<opensearch:totalResults>500</opensearch:totalResults>');
  });
});

test('a short list has its length', async () => {
  const { headers, body } = await ask(`${app.base}/opds/v1.2/books`, basic(adminLogin));
  expect(headers.get('content-length')).toBe(String(body.length));
});
