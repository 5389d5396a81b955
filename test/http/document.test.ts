import { useApp } from '../support/app';
import { routeTable } from '../support/routes';

const app = useApp();

interface Document {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
}

test('our OpenAPI document is served to anybody and holds every route', async () => {
  const response = await app.anonymous.get('/v3/api-docs').expect(200);
  const { openapi, info, paths } = response.body as Document;
  expect(openapi).toBe('3.1.0');
  expect(info.version).toMatch(/^\d+\.\d+\.\d+/);
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  const others = routeTable().flatMap(({ id }) => (id === 'getApiDocument' ? [] : [id]));
  expect(ids.sort()).toEqual(others.sort());
});

test('it describes parameters, bodies and answers', async () => {
  const { paths } = (await app.anonymous.get('/v3/api-docs')).body as Document;
  expect(paths['/api/v1/series/{seriesId}']).toMatchObject({
    get: {
      parameters: [{ name: 'seriesId', in: 'path', required: true, schema: { type: 'string' } }],
      responses: {
        200: {
          content: { 'application/json': { schema: { type: 'object', properties: { name: { type: 'string' } } } } },
        },
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
