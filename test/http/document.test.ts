import { createHash } from 'node:crypto';
import { useApp } from '../support/app';
import { routeTable } from '../support/routes';

const app = useApp(() => ({ config: { basePath: '/comics', trustProxy: false, corsOrigins: [] } }));

interface Document {
  openapi: string;
  info: { version: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
}

const served = async () => (await app.anonymous.get('/v3/api-docs').expect(200)).body as Document;

describe('our OpenAPI document', () => {
  test('is served to anybody and holds every route', async () => {
    const { openapi, info, paths } = await served();
    expect(openapi).toBe('3.1.0');
    expect(info.version).toMatch(/^\d+\.\d+\.\d+/);
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(ids.sort()).toEqual(
      routeTable()
        .map(({ id }) => id)
        .sort(),
    );
  });

  test('is there for our own operations alone too, each of them', async () => {
    const own = (await app.anonymous.get('/api/kiremisu/v1/openapi.json').expect(200)).body as Document;
    const ids = Object.values(own.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    const wanted = routeTable().filter(({ path }) => path.startsWith('/api/kiremisu/v1/'));
    expect(ids.sort()).toEqual(wanted.map(({ id }) => id).sort());
    expect(ids).toContain('undoMetadataRun');
  });

  test('says where the API is, also below a base path', async () => {
    expect((await served()).servers).toEqual([{ url: '/comics/' }]);
  });

  test('describes parameters, bodies, answers and refusals', async () => {
    const { paths } = await served();
    expect(paths['/api/v1/series/{seriesId}']).toMatchObject({
      get: {
        parameters: [{ name: 'seriesId', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          200: {
            content: { 'application/json': { schema: { type: 'object', properties: { name: { type: 'string' } } } } },
          },
          '4XX': { $ref: '#/components/responses/Refusal' },
        },
      },
    });
    expect(paths['/api/v1/series/{seriesId}/metadata']).toMatchObject({
      patch: {
        requestBody: { content: { 'application/json': { schema: { properties: { title: {}, titleLock: {} } } } } },
        responses: { 204: {} },
      },
    });
  });

  test('names the type that a parameter has for its sender', async () => {
    const { paths } = (await served()) as unknown as {
      paths: Record<string, { get: { parameters: { name: string; schema: object }[] } }>;
    };
    const parameters = paths['/api/v1/series']?.get.parameters ?? [];
    const types = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
    expect(types).toMatchObject({
      search: { type: 'string' },
      deleted: { type: 'boolean' },
      page: { type: 'integer', default: 0 },
      status: { type: 'array', items: { enum: ['ENDED', 'ONGOING', 'ABANDONED', 'HIATUS'] } },
    });
  });
});

test('the search language is described as the trees that it takes', async () => {
  const { components } = (await served()) as unknown as {
    components: { schemas: Record<string, { oneOf: object[] }> };
  };
  const { SeriesCondition, BookCondition } = components.schemas;
  expect(SeriesCondition?.oneOf).toContainEqual({
    type: 'object',
    properties: { allOf: { type: 'array', items: { $ref: '#/components/schemas/SeriesCondition' } } },
    required: ['allOf'],
  });
  expect(JSON.stringify(BookCondition)).toContain('"enum":["UNREAD","READ","IN_PROGRESS"]');
});

describe('the page of the document', () => {
  const page = async () =>
    app.anonymous
      .get('/api-docs')
      .expect(200)
      .expect('Content-Type', /^text\/html/);

  test('shows every operation to anybody, with what it takes and what it answers', async () => {
    const { text } = await page();
    for (const { id, path } of routeTable()) {
      expect(text).toContain(`id="${id}"`);
      expect(text).toContain(path.split('/:')[0]);
    }
    expect(text).toContain('<code>library_id</code>');
    expect(text).toContain('booksInProgressCount: integer');
    expect(text).toContain('SeriesCondition = {');
    expect(text).toContain('href="/comics/v3/api-docs"');
  });

  test('needs nothing from anywhere, runs no script, and its style is the one that is allowed', async () => {
    const { text, headers } = await page();
    expect(text).not.toMatch(/<(script|link|img|iframe)|url\(|@import|https?:\/\//);
    const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
  });
});
