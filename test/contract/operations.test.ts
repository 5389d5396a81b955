import { readFileSync } from 'node:fs';
import path from 'node:path';
import { templateOf } from '../../src/http/open-api';
import { describeWithReference } from '../support/reference';
import { routeTable } from '../support/routes';
import pending from './pending.json';

interface Operation {
  operationId: string;
  deprecated?: boolean;
  parameters?: { name: string; in: string }[];
}

type Document = { paths: Record<string, Record<string, Operation>> };

/** Names of path parameters do not matter, and the rest of a path is a parameter. */
const shapeOf = (method: string, template: string) =>
  `${method.toUpperCase()} ${template.replace(/\/\*$/, '/{rest}').replace(/\{[^}]*\}/g, '{}')}`;

const isMethod = (name: string) => /^(get|post|put|patch|delete)$/.test(name);

/** Of Komga's API; the protocols that its document does not describe, and our own, are not compared. */
const isCompared = (template: string) =>
  !/^\/((v3\/)?api-docs$|metrics$|actuator\/(health|metrics|shutdown)|(opds|sse|koreader|api\/kiremisu)\/)/.test(template);

const served = routeTable()
  .map((route) => ({ ...route, template: templateOf(route.path) }))
  .filter(({ template }) => isCompared(template));

describeWithReference('operations of Komga’s document', (directory) => {
  const document = JSON.parse(readFileSync(path.join(directory, 'reference/komga-openapi.json'), 'utf8')) as Document;
  const wanted = new Map(
    Object.entries(document.paths).flatMap(([template, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        // other members of a path are what its operations share
        isMethod(method) ? [[shapeOf(method, template), operation] as const] : [],
      ),
    ),
  );

  test('each operation that is served is one of its', () => {
    expect(served.filter(({ method, template }) => !wanted.has(shapeOf(method, template))).map(({ id }) => id)).toEqual(
      [],
    );
  });

  test('each has the name and the deprecation that it has there', () => {
    const own = served.map(({ id, deprecated = false }) => ({ id, deprecated }));
    const theirs = served.map(({ method, template }) => {
      const { operationId, deprecated = false } = wanted.get(shapeOf(method, template)) ?? { operationId: '' };
      return { id: operationId, deprecated };
    });
    expect(own).toEqual(theirs);
  });

  test('each takes the query parameters that are described there', () => {
    const missing = served.flatMap(({ id, method, template, query }) => {
      const shape = (query as { shape?: Record<string, unknown> } | undefined)?.shape ?? {};
      const described = wanted.get(shapeOf(method, template))?.parameters ?? [];
      return described.flatMap(({ name, in: place }) =>
        place === 'query' && !(name in shape) ? [`${id}: ${name}`] : [],
      );
    });
    // read by the middleware that logs in, on every path
    expect(missing).toEqual(['getCurrentUser: remember-me']);
  });

  test('what is not served yet is exactly what pending.json says', () => {
    const names = new Set(served.map(({ id }) => id));
    const open = [...wanted.values()].map(({ operationId }) => operationId).filter((id) => !names.has(id));
    expect(open.sort()).toEqual(pending);
  });
});

test('no two operations have one name, or one method and path', () => {
  const all = routeTable();
  const names = all.map(({ id }) => id);
  const places = all.map((route) => shapeOf(route.method, templateOf(route.path)));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([]);
});
