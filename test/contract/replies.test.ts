import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { publicId } from '../../src/base/public-id';
import { templateOf } from '../../src/http/open-api';
import type { Route } from '../../src/http/route';
import { useApp } from '../support/app';
import { aBook, aCollection, aLibrary, aProgress, aReadList, aSeries } from '../support/builders';
import { describeWithReference } from '../support/reference';
import { filled, routeTable } from '../support/routes';

type Schema = Record<string, unknown>;
interface Document {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: Schema }> }> }>
  >;
  components: { schemas: Record<string, Schema> };
}

/** Null is what Komga sends for these, and its document does not say so (clients.md §5). */
function withNulls(schema: Schema): Schema {
  const { required = [], properties = {} } = schema as { required?: string[]; properties?: Record<string, Schema> };
  const open = Object.entries(properties).map(([name, property]) => [
    name,
    required.includes(name) ? property : { anyOf: [property, { type: 'null' }] },
  ]);
  return { ...schema, properties: Object.fromEntries(open) as Record<string, Schema> };
}

describeWithReference('answers against Komga’s document', (directory) => {
  const app = useApp();
  const document = JSON.parse(readFileSync(path.join(directory, 'reference/komga-openapi.json'), 'utf8')) as Document;
  const values: Record<string, string> = {};
  const ajv = new Ajv2020({ strict: false, unicodeRegExp: false, allErrors: true });
  addFormats(ajv);

  beforeAll(async () => {
    const { db } = app;
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      ajv.addSchema(withNulls(schema), `#/components/schemas/${name}`);
    }
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

  const jsonOf = (route: Route): Schema | undefined => {
    const content = document.paths[templateOf(route.path)]?.[route.method]?.responses['200']?.content ?? {};
    return (content['application/json'] ?? content['*/*'])?.schema;
  };
  const isSearch = ({ method, path: at }: Route) => method === 'post' && /\/list(\/alphabetical-groups)?$/.test(at);
  const isRead = (route: Route) => route.method === 'get' || isSearch(route);
  const judged = routeTable().filter((route) => isRead(route) && typeof route.reply !== 'string' && jsonOf(route));
  /** There is nothing to show: no neighbour, no page of a file that does not exist. */
  const empty = /\/(next|previous|pages)$|^\/api\/v1\/login/;

  test('what lacks members is no answer', () => {
    const route = judged.find(({ id }) => id === 'getSeries');
    const validate = ajv.compile((route && jsonOf(route)) ?? {});
    expect(validate({ content: [{ id: 1 }] })).toBe(false);
    expect(JSON.stringify(validate.errors)).toContain('booksMetadata');
  });

  test.each(
    judged.filter((route) => !empty.test(route.path)).map((route) => [`${route.method} ${route.path}`, route] as const),
  )('%s', async (_, route) => {
    const at = filled(route, values);
    const response = isSearch(route) ? await app.admin.post(at).send({}) : await app.admin.get(at);
    expect(response.status).toBe(200);
    const validate = ajv.compile(jsonOf(route) ?? {});
    validate(response.body);
    expect(validate.errors ?? []).toEqual([]);
  });
});
