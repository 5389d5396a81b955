import type { Response } from 'supertest';
import { publicId } from '../../src/base/public-id';
import type { Route } from '../../src/http/route';
import { useApp } from '../support/app';
import { aBook, aCollection, aReadList, aSeries } from '../support/builders';
import { aPng } from '../support/pictures';
import { filled, routeTable, segmentsOf } from '../support/routes';

/**
 * What every operation answers to requests that cannot be right, generated from the table: 404 for what is not there, 400 for
 * what cannot be read. Who may ask is for access.test.ts.
 */
const app = useApp();
const unknown = '0DBTWY6S0KNX9';
const known: Record<string, string> = {};
const routes = routeTable().filter(({ path }) => /^\/api\/v\d/.test(path));

beforeAll(async () => {
  const { db } = app;
  const series = await aSeries(db);
  const book = await aBook(db, { series });
  const other = await app.user('other@example.org');
  Object.assign(known, {
    ...{ libraries: publicId(series.libraryId), series: publicId(series.id), books: publicId(book.id), pages: '1' },
    ...{ collections: publicId((await aCollection(db, [series])).id), users: publicId(other.id) },
    ...{ readlists: publicId((await aReadList(db, [book])).id) },
  });
});

const nameOf = (route: Route) => `${route.method} ${route.path}`;
const named = (which: Route[]) => which.map((route) => [nameOf(route), route] as const);

const ask = (route: Route, values: Record<string, string>, query = '') =>
  app.admin[route.method](filled(route, values) + query);

/** Bodies that can be read, where an empty one cannot: what is wrong is the address alone. */
const place = { href: 'x', type: 'image/png', locations: { position: 1, totalProgression: 0 } };
const bodies: Record<string, object> = {
  updatePasswordByUserId: { password: 'a password of no use' },
  updateMihonReadProgressBySeriesId: { lastBookNumberSortRead: 1 },
  updateMihonReadProgressByReadListId: { lastBookRead: 1 },
  deleteSingleMatchByPageHash: {
    ...{ bookId: unknown, url: 'a', pageNumber: 1, fileName: 'a', fileSize: 1, mediaType: 'image/png' },
  },
  updateBookProgression: { modified: '2024-01-01T00:00:00Z', device: { id: 'd', name: 'd' }, locator: place },
};

/** Pictures and single entities are refused without a body, as in Komga. */
const refused = ({ status, headers, body }: Response): unknown[] =>
  headers['content-length'] === '0' ? [status] : [status, (body as { status?: unknown }).status];

/** A file that is not there is as good as deleted; a hash is no thing, and nothing has it (Komga answers the same). */
const elsewhere: Record<string, number> = {
  ...{ deleteBookFile: 202, deleteSeriesFile: 202 },
  ...{ getPageHashMatches: 200, deleteDuplicatePagesByPageHash: 202, deleteSingleMatchByPageHash: 202 },
};

describe('What is not there is 404', () => {
  test.each(named(routes.filter((route) => segmentsOf(route).length > 0)))('%s', async (_, route) => {
    const request = ask(route, { unknown, pages: '1', 'page-hashes': unknown });
    const response = await (route.consumes === undefined
      ? request.send(route.body && (bodies[route.id] ?? {}))
      : request.attach('file', aPng(20, 30), { filename: 'a.png', contentType: 'image/png' }));
    const wanted = elsewhere[route.id] ?? 404;
    expect([route.id, response.status]).toEqual([route.id, wanted]);
    if (wanted === 404) expect([[404], [404, 404]]).toContainEqual(refused(response));
  });
});

describe('What is no JSON is 400', () => {
  test.each(named(routes.filter(({ body }) => body)))('%s', async (_, route) => {
    const response = await ask(route, known).set('Content-Type', 'application/json').send('{"half":');
    expect(refused(response)).toEqual([400, 400]);
  });
});

/** Words, ids and names may be anything, and of pages the usual one is given (komga-rest.md §1.5, §5.1). */
const strict = [
  ...['unpaged', 'deleted', 'oneshot', 'complete', 'read_status', 'status', 'media_status', 'released_after'],
  ...[
    'convert',
    'zero_based',
    'contentNegotiation',
    'selected',
    'for_bigger_result_only',
    'deep',
    'include',
    'action',
    'resize',
  ],
];
const namesOf = ({ query }: Route) => Object.keys((query as { shape?: object } | undefined)?.shape ?? {});

describe('A parameter that cannot be read is 400, and no other harms', () => {
  test.each(named(routes.filter((route) => namesOf(route).length > 0)))('%s', async (_, route) => {
    for (const name of namesOf(route)) {
      const response = await ask(route, known, `?${name}=%22junk%22`).send(route.body && (bodies[route.id] ?? {}));
      const isRight = strict.includes(name) ? response.status === 400 : response.status !== 400;
      expect([name, response.status, isRight]).toEqual([name, response.status, true]);
    }
  });
});
