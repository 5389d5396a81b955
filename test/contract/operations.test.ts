import { readFileSync } from 'node:fs';
import path from 'node:path';
import { templateOf } from '../../src/http/open-api';
import { compareDocuments, type ApiDocument } from '../support/compare-documents';
import { describeWithReference } from '../support/reference';
import { ownDocument, routeTable } from '../support/routes';
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
  !/^\/((v3\/)?api-docs$|metrics$|actuator\/(health|metrics|logfile|shutdown)|(opds|sse|koreader|api\/kiremisu)\/)/.test(
    template,
  );

const served = routeTable()
  .map((route) => ({ ...route, template: templateOf(route.path) }))
  .filter(({ template }) => isCompared(template));

/** Where our document says something else, and why. */
const expectedDifferences: [RegExp, string][] = [
  [/^get\w+(_1|Deprecated|Tags|Dates): query \w+_id: string\[\], there string$/, 'more than one is taken'],
  [/: query search_regex: string\[\]/, 'of several the first is taken'],
  [/^getReadLists: query sort/, 'read lists can be sorted, which the document of Komga does not tell'],
  [/^getCurrentUser: query remember-me/, 'read by the middleware that logs in, on every path'],
  [/^getActuatorInfo: answer/, 'described here, any object there'],
  [/^getAnnouncements: answer .items/, 'there are none'],
  [/^updateBookProgression: body .locator/, 'taken as it comes and given back'],
  [/^updateServerSettings: body .k(obo|epub)/, 'nothing here talks to Kobo’s store'],
  [/^getDirectoryListing: body/, 'read by the handler, because there may be none'],
];

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

  test('parameters, bodies and answers have the names and types that they have there, but for what is said here', () => {
    const isExpected = (difference: string) => expectedDifferences.some(([pattern]) => pattern.test(difference));
    const found = compareDocuments(ownDocument() as unknown as ApiDocument, document as unknown as ApiDocument);
    expect(found.filter((difference) => !isExpected(difference))).toEqual([]);
    const unused = expectedDifferences.filter(([pattern]) => !found.some((difference) => pattern.test(difference)));
    expect(unused).toEqual([]);
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
