import Koa from 'koa';
import { createServer } from 'node:http';
import supertest from 'supertest';
import type { HttpContext } from '../../src/http/context';
import { contentParts, sendJson } from '../../src/http/reply';
import { useApp } from '../support/app';
import { aLibrary } from '../support/builders';

/** More than one page may have: the list is written in parts. */
const many = 2_100;
const app = useApp();
const plainly = { 'Accept-Encoding': 'identity' };

beforeAll(async () => {
  const library = await aLibrary(app.db);
  await app.db.raw(
    `insert into series (id, library_id, path, name, file_modified_at, created_at, modified_at, title, title_sort,
       metadata_created_at, metadata_modified_at, books_metadata_created_at, books_metadata_modified_at, title_key,
       title_sort_key, search_key)
     select gen_random_uuid(), :library::uuid, t, t, now(), now(), now(), t, t, now(), now(), now(), now(), t, t, t
     from generate_series(1, :many::int) n, lpad(n::text, 5, '0') t`,
    { library: library.id, many },
  );
  await app.db.raw(
    `insert into book (id, library_id, series_id, path, name, file_size, file_modified_at, created_at, modified_at, title,
       metadata_created_at, metadata_modified_at, media_modified_at, title_key, search_key)
     select gen_random_uuid(), library_id, id, path || '.cbz', name, 1, now(), now(), now(), title, now(), now(), now(), title,
       title from series`,
  );
});

interface Page {
  content: { id: string; name: string }[];
  [key: string]: unknown;
}

describe('A whole list of more rows than a page may have', () => {
  const names = Array.from({ length: many }, (_, index) => String(index + 1).padStart(5, '0'));
  const facts = { totalElements: many, totalPages: 1, size: many, number: 0, numberOfElements: many };

  test.each([
    ['series', '/api/v1/series?unpaged=true&sort=metadata.titleSort,desc'],
    ['books', '/api/v1/books?unpaged=true&sort=metadata.title,desc'],
  ])('has all of them in their order: %s', async (_, path) => {
    const response = await app.admin.get(path).set(plainly).expect(200).expect('Content-Type', 'application/json');
    const { content, ...page } = response.body as Page;
    expect(content.map(({ name }) => name)).toEqual(names.toReversed());
    expect(page).toMatchObject({ ...facts, first: true, last: true, empty: false });
  });

  test('says of each what a page says', async () => {
    const page = await app.admin.get('/api/v1/series?size=3').expect(200);
    const whole = await app.admin.get('/api/v1/series?unpaged=true').set(plainly).expect(200);
    expect((whole.body as Page).content.slice(0, 3)).toEqual((page.body as Page).content);
  });

  test('comes by POST, and compressed, too', async () => {
    const response = await app.admin
      .post('/api/v1/series/list?unpaged=true')
      .set('Accept-Encoding', 'gzip')
      .send({})
      .expect(200)
      .expect('Content-Encoding', 'gzip');
    expect((response.body as Page).content).toHaveLength(many);
  });

  test('holds only what the viewer sees', async () => {
    const other = await aLibrary(app.db);
    const child = await app.user('child@example.org', { sharedLibraries: { all: false, libraryIds: [other.id] } });
    const response = await app.as(child).get('/api/v1/series?unpaged=true').set(plainly).expect(200);
    expect(response.body as Page).toMatchObject({ content: [], totalElements: 0, empty: true });
  });
});

test('a list that breaks off does not look whole', async () => {
  const broken = new Koa();
  broken.silent = true;
  async function* parts() {
    yield [{ id: 1 }];
    await Promise.resolve();
    throw new Error('the database is gone');
  }
  broken.use((ctx) => sendJson(ctx as unknown as HttpContext, { content: [], size: 2, [contentParts]: parts() }));
  const handle = broken.callback();
  const server = createServer((request, response) => void handle(request, response));
  await expect(supertest(server).get('/')).rejects.toThrow();
});
