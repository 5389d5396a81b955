import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { publicId } from '../../src/base/public-id';
import type { Route } from '../../src/http/route';
import { faultsOfAnswer, type Answer } from '../support/answer-rules';
import { useApp } from '../support/app';
import { aBook, aCollection, aLibrary, aProgress, aReadList, aSeries } from '../support/builders';
import { coverageText } from '../support/coverage';
import { judgedFetch } from '../support/judged-fetch';
import { readKomgaDocument } from '../support/komga-document';
import { describeWithReference } from '../support/reference';
import { filled, routeTable } from '../support/routes';

const byId = (id: string): Route | undefined => routeTable().find((route) => route.id === id);

describeWithReference('answers against Komga’s document', (directory) => {
  const app = useApp();
  const komga = readKomgaDocument(directory);
  const values: Record<string, string> = {};

  beforeAll(async () => {
    const { db } = app;
    const library = await aLibrary(db);
    const author = { name: 'A', role: 'writer' };
    const series = await aSeries(db, {
      library,
      links: [{ label: 'l', url: 'https://example.org' }],
      genres: ['g'],
      tags: ['t'],
    });
    await aBook(db, { series });
    const book = await aBook(db, { series, authors: [author], releaseDate: '2000-01-01', summary: 's' });
    await aBook(db, { series });
    await aProgress(db, book, { userId: app.adminId, completed: true });
    const collection = await aCollection(db, [series]);
    const readList = await aReadList(db, [book]);
    Object.assign(values, {
      ...{ libraries: publicId(library.id), series: publicId(series.id), books: publicId(book.id) },
      ...{ collections: publicId(collection.id), readlists: publicId(readList.id), users: publicId(app.adminId) },
    });
  });

  const isSearch = ({ method, path: at }: Route) => method === 'post' && /\/list(\/alphabetical-groups)?$/.test(at);
  const isRead = (route: Route) => route.method === 'get' || isSearch(route);
  const isJson = ({ reply }: Route) => typeof reply !== 'string';
  const judged = routeTable().filter((route) => isRead(route) && isJson(route) && komga.judgeOf(route.id, 200));
  /** There is nothing to show: no neighbour, no page of a file that does not exist. */
  const empty = /\/(next|previous|pages)$|^\/api\/v1\/login/;

  test.each(
    judged.filter((route) => !empty.test(route.path)).map((route) => [`${route.method} ${route.path}`, route] as const),
  )('%s is what the document says', async (_, route) => {
    const at = filled(route, values);
    const response = isSearch(route) ? await app.admin.post(at).send({}) : await app.admin.get(at);
    expect(response.status).toBe(200);
    const judge = komga.judgeOf(route.id, 200);
    judge?.(response.body);
    expect(judge?.errors ?? []).toEqual([]);
  });

  describe('An answer is refused', () => {
    const [series, deletion] = ['getSeries', 'deleteCollectionById'].map((id) => byId(id));
    const list: Answer = {
      ...{ method: 'GET', path: '/api/v1/series', asked: {}, status: 200, length: 2, body: Buffer.from('{}') },
      headers: {
        ...{ 'content-type': 'application/json', 'cache-control': 'max-age=0, must-revalidate, private', etag: '"1"' },
        ...{ 'x-request-id': '1', 'x-content-type-options': 'nosniff' },
      },
    };
    const saying = (value: unknown): Answer => ({ ...list, body: Buffer.from(JSON.stringify(value)) });
    const refusal = { timestamp: '2024-01-01T00:00:00.000+00:00', status: 404, error: 'Not Found', path: '/api' };

    test.each<[string, Answer, Route | undefined, RegExp]>([
      ['that lacks members', saying({ content: [{ id: 'X' }] }), series, /content\/0 must have required property/],
      ['with a moment that has a fraction', saying({ created: '2024-01-01T00:00:00.123Z' }), series, /created is/],
      ['with an id that a client cannot carry', saying({ bookId: 'a-b' }), series, /bookId is a-b/],
      ['of a status that is not documented', { ...list, status: 202 }, deletion, /202 is not documented/],
      ['of another type', { ...list, headers: { ...list.headers, 'content-type': 'text/html' } }, series, /text\/html/],
      ['without a validator', { ...list, headers: { ...list.headers, etag: undefined } as never }, series, /no etag/],
      ['that says nothing with 500', { ...list, status: 500 }, undefined, /status 500/],
      [
        'whose refusal tells of the program',
        { ...saying({ ...refusal, message: 'select id from book' }), status: 404 },
        series,
        /tells/,
      ],
      ['with a body where none may be', { ...list, status: 204 }, deletion, /a body where none may be/],
    ])('%s', (_, answer, route, fault) => {
      expect(faultsOfAnswer(answer, route, komga).join()).toMatch(fault);
    });

    test('for nothing when it is right', () => {
      const page = { content: [], totalElements: 0 };
      expect(faultsOfAnswer(saying(page), series, komga)).toEqual([]);
    });
  });
});

test('the coverage of a run names operations, how often they answered what, and which never did', () => {
  const counted = { getSeries: { 200: 3, 403: 1 }, addCollection: { 400: 2 } };
  const text = coverageText(counted, routeTable(), ['getSeries', 'addCollection', 'getBookById']);
  expect(text).toContain('Series: getSeries 200×3 403×1');
  expect(text).toContain(
    '3 operations 2 were answered, 1 with success; never with success: addCollection, getBookById',
  );
});

test('what another process answers is judged where it is asked, and counted', async () => {
  const server = createServer((request, response) => {
    response.setHeader(
      'Content-Type',
      request.url === '/opds/v1.2/catalog' ? 'application/atom+xml' : 'application/json',
    );
    response.end(request.url === '/opds/v1.2/catalog' ? '<feed/>' : '{"status":200}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const judged = judgedFetch(fetch);
  try {
    const response = await judged.fetch(`${base}/api/v1/libraries?a=b`);
    expect(await response.json()).toEqual({ status: 200 });
    await judged.fetch(`${base}/opds/v1.2/catalog`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  expect(judged.counted).toEqual({ getLibraries: { 200: 1 }, opds1Catalog: { 200: 1 } });
  const faults = judged.faults().join('\n');
  expect(faults).toContain('GET /api/v1/libraries 200: no etag');
  expect(faults).toContain('/opds/v1.2/catalog: ');
});
