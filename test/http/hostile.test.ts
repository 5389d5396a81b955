import { Socket } from 'node:net';
import { silentLog } from '../../src/base/log';
import { publicId } from '../../src/base/public-id';
import type { Route } from '../../src/http/route';
import { migrateQueue } from '../../src/queue/queue';
import { useApp } from '../support/app';
import { aBook, aCollection, aLibrary, aReadList, aSeries } from '../support/builders';
import { basic } from '../support/crawler';
import { filled, routeTable, segmentsOf } from '../support/routes';

/**
 * Every route of the table with what nobody sends in good faith, as an administrator, who gets everywhere. That no answer
 * tells of SQL, stacks or files is judged for all of them (support/answer-rules.ts); here it is their status.
 */
const app = useApp();
const routes = routeTable().filter(({ produces }) => !produces?.includes('text/event-stream'));
const ids: Record<string, string> = {};

beforeAll(async () => {
  await migrateQueue(app.url, silentLog());
  const library = await aLibrary(app.db);
  const series = await aSeries(app.db, { library });
  const book = await aBook(app.db, { series });
  const [collection, readList] = [await aCollection(app.db, [series]), await aReadList(app.db, [book])];
  Object.assign(ids, {
    ...{ libraries: publicId(library.id), series: publicId(series.id), books: publicId(book.id) },
    ...{ collections: publicId(collection.id), readlists: publicId(readList.id), pages: '1' },
  });
});

/** Of text that goes into paths, queries and bodies. */
const hostileTexts = [
  "'; drop table book; --",
  '%00\0',
  '../../../../etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '\r\nSet-Cookie: a=b',
  '<script>alert(1)</script>',
  '\ud800',
  '9'.repeat(400),
  '-1',
  'NaN',
  '{{7*7}}',
  '$(id)',
  '(((((((((((((((((((((((((',
  '"'.repeat(99),
  '\\',
  '*',
  'a'.repeat(3_000),
  '\u202e\u0000\ufeff',
];

const hostileValues: unknown[] = [
  ...hostileTexts,
  ...[null, true, -1, 1e308, 2 ** 53, 0.1],
  ...[[], [[]], {}, { __proto__: 1 }, [null], { a: { b: { c: {} } } }],
  Array.from({ length: 3_000 }, (_, index) => index),
];

/** Of them those that find what others do not, for where there are many places. */
const fewValues = ["'", '\0', '\ud800', 'a'.repeat(3_000), null, true, -1, 1e308, [[]], {}];

/** A deep tree is one that a recursive reader falls down from. */
const deep = (depth: number) => `${'{"allOf":['.repeat(depth)}${']}'.repeat(depth)}`;

const nameOf = ({ method, path }: Route) => `${method.toUpperCase()} ${path}`;
const shapeOf = (schema: unknown): string[] => Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});

/** Sends as it is: no client library puts the path right before. Answers the status. */
function raw(method: string, target: string, body: string | null = null): Promise<number> {
  const { port } = new URL(app.base);
  const head = [
    `${method.toUpperCase()} ${target} HTTP/1.1`,
    'Host: localhost',
    `Authorization: ${basic({ email: 'admin@example.org', password: 'correct horse' })}`,
    'Connection: close',
    ...(body === null ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return new Promise((resolve, reject) => {
    const socket = new Socket();
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1] ?? 0)));
    socket.connect(Number(port), '127.0.0.1', () => socket.write(`${head.join('\r\n')}\r\n\r\n${body ?? ''}`));
  });
}

async function faults(which: Route[], ask: (route: Route) => Promise<[string, number][]>): Promise<string[]> {
  const found: string[] = [];
  for (const route of which)
    for (const [what, status] of await ask(route))
      if (status >= 500 || status < 200) found.push(`${nameOf(route)} with ${what.slice(0, 60)}: ${status}`);
  return found;
}

/** Whole requests at a time: enough to keep the server busy, few enough for its queue. */
const inTurn = async <T>(items: T[], work: (item: T) => Promise<[string, number]>): Promise<[string, number][]> => {
  const done: [string, number][] = [];
  for (let at = 0; at < items.length; at += 8) done.push(...(await Promise.all(items.slice(at, at + 8).map(work))));
  return done;
};

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());
/** As a path may hold it: blanks and line breaks end a request line. */
const literal = (text: string): string => text.replace(/[^\x21-\x7e]/g, encoded);

test('in the places of its path', async () => {
  const placed = routes.filter((route) => segmentsOf(route).length > 0 || route.path.endsWith('*'));
  const found = await faults(placed, (route) =>
    inTurn(hostileTexts, async (text) => {
      const places = Object.fromEntries(segmentsOf(route).map((segment) => [segment, encoded(text)]));
      const target = filled(route, places).replace(/x$/, literal(text));
      return [text, await raw(route.method, target, route.body ? '{}' : null)];
    }),
  );
  expect(found).toEqual([]);
}, 120_000);

test('in every parameter of its query', async () => {
  const asked = routes.filter((route) => shapeOf(route.query).length > 0);
  const found = await faults(asked, (route) =>
    inTurn(hostileTexts, async (text) => {
      const query = shapeOf(route.query).map((name) => `${name}=${encoded(text)}&${name}[]=${literal(text)}`);
      return [text, await raw(route.method, `${filled(route, ids)}?${query.join('&')}`, route.body ? '{}' : null)];
    }),
  );
  expect(found).toEqual([]);
}, 120_000);

test('one parameter at a time, where another one would be refused first', async () => {
  const asked = routes.filter(({ method, query }) => method === 'get' && shapeOf(query).length > 1);
  const found = await faults(asked, (route) =>
    inTurn(
      shapeOf(route.query).flatMap((name) => ["'", '\\', '(', ','].map((sign) => [name, sign] as const)),
      async ([name, sign]) => {
        const status = await raw('get', `${filled(route, ids)}?${name}=${encoded(sign)}`);
        return [`${name}=${sign}`, status];
      },
    ),
  );
  expect(found).toEqual([]);
}, 120_000);

describe('in its body', () => {
  const taking = routes.filter(({ body }) => body !== undefined);

  test('whatever it is', async () => {
    const bodies = [...hostileValues.map((value) => JSON.stringify(value)), '', '{', '\ufeff{}', deep(2_000), '[1,]'];
    const found = await faults(taking, (route) =>
      inTurn(bodies, async (body) => [body, await raw(route.method, filled(route, ids), body)]),
    );
    expect(found).toEqual([]);
  }, 120_000);

  test('in every member of it', async () => {
    const found = await faults(taking, (route) =>
      inTurn(
        shapeOf(route.body).flatMap((name) => fewValues.map((value) => JSON.stringify({ [name]: value }))),
        async (body) => [body, await raw(route.method, filled(route, ids), body)],
      ),
    );
    expect(found).toEqual([]);
  }, 240_000);

  test('in conditions', async () => {
    const search = routes.filter(({ path }) => /\/(series|books)\/list$/.test(path));
    const leaves = [
      'title',
      'titleSort',
      'tag',
      'numberSort',
      'releaseDate',
      'author',
      'poster',
      'ageRating',
      'libraryId',
    ];
    const operators = ['is', 'isNot', 'contains', 'beginsWith', 'greaterThan', 'before', 'isInTheLast', '__proto__'];
    const conditions = leaves.flatMap((leaf) =>
      operators.flatMap((operator) =>
        [
          "'",
          '\\',
          '%_',
          '\u0000',
          1e308,
          null,
          {},
          'P999999999D',
          '9999-12-31T23:59:59Z',
          '+275760-09-13T00:00:00Z',
        ].map((value) =>
          JSON.stringify({ condition: { [leaf]: { operator, value, dateTime: value, duration: value } } }),
        ),
      ),
    );
    const trees = [100, 5_000, 50_000].map((depth) => `{"condition":${deep(depth)}}`);
    const wide = `{"condition":{"anyOf":[${Array(20_000).fill('{"title":{"operator":"contains","value":"a"}}').join()}]}}`;
    const texts = hostileTexts.map((fullTextSearch) => JSON.stringify({ fullTextSearch }));
    const found = await faults(search, (route) =>
      inTurn([...conditions, ...trees, wide, ...texts], async (body) => [body, await raw('post', route.path, body)]),
    );
    expect(found).toEqual([]);
  }, 240_000);
});

test('in headers that it reads', async () => {
  const headers = [
    'X-Auth-Token',
    'X-API-Key',
    'Cookie',
    'If-None-Match',
    'If-Modified-Since',
    'Range',
    'Accept',
    'Accept-Encoding',
  ];
  for (const name of headers) {
    for (const value of ['a'.repeat(4_000), '%00', 'KOMGA-SESSION=%', 'bytes=0-,0-,0-', '"\\"', ',,,,;;;;q=q', 'W/']) {
      const { status } = await app.anonymous.get('/api/v1/claim').set(name, value);
      expect([name, value, status < 500]).toEqual([name, value, true]);
    }
  }
  for (const given of ['Basic', 'Basic =', 'Basic !!!!', `Basic ${'A'.repeat(4_000)}`, 'Bearer x', '\u00ff']) {
    expect((await app.anonymous.get('/api/v2/users/me').set('Authorization', given)).status).toBe(401);
  }
});
