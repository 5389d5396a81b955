import { publicId } from '../../src/base/public-id';
import { Poster } from '../../src/model/poster';
import { adminLogin } from '../support/app';
import { picture } from '../support/book-builders';
import { useCatalogue } from '../support/catalogue';

/** Clients ask thousands of times whether what they have is still right; the cost is counted in statements beside the login. */
const catalogue = useCatalogue({ withPage: true });
const { app } = catalogue;
const ids: Record<string, string> = {};
let cookie: string;

beforeAll(async () => {
  const book = await catalogue.book('Lighthouse Mechanics v02');
  const poster = await Poster.query(app.db).findOne({ bookId: book.id }).throwIfNotFound();
  const list = async (table: string, name: string) =>
    publicId((await app.db(table).where({ name }).first<{ id: string }>()).id);
  Object.assign(ids, {
    ...{ series: publicId(book.seriesId), book: publicId(book.id), poster: publicId(poster.id) },
    ...{ collection: await list('collection', 'By the sea'), list: await list('read_list', 'Rainy days') },
  });
  const login = await app.as(adminLogin).get('/api/v2/users/me').expect(200);
  cookie = String(login.headers['set-cookie']).split(';')[0] ?? '';
});

const addressOf = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? 'unknown');
const ask = async (path: string, headers: Record<string, string> = {}) =>
  app.anonymous
    .get(addressOf(path))
    .set({ Cookie: cookie, ...headers })
    .buffer(true);
const statusOf = async (path: string, tag: string) => (await ask(path, { 'If-None-Match': tag })).status;
async function tagOf(path: string): Promise<string> {
  const { status, headers } = await ask(path);
  expect(status).toBe(200);
  return String((headers as Record<string, string>)['etag']);
}

const posters = [
  ...['/api/v1/books/{book}/thumbnail', '/api/v1/series/{series}/thumbnail'],
  ...['/api/v1/collections/{collection}/thumbnail', '/api/v1/readlists/{list}/thumbnail'],
  ...['/opds/v1.2/books/{book}/thumbnail/small', '/opds/v1.2/series/{series}/thumbnail'],
  ...['/opds/v2/books/{book}/thumbnail/small', '/opds/v2/series/{series}/thumbnail'],
];

const costs: [string, number][] = [
  ...posters.map((path): [string, number] => [path, 1]),
  ...['/api/v1/books/{book}/pages/1', '/api/v1/books/{book}/pages/1?convert=png', '/api/v1/books/{book}/file'].map(
    (path): [string, number] => [path, 1],
  ),
  ['/api/v1/books/{book}/pages/1/thumbnail', 1],
  ['/opds/v1.2/books/{book}/pages/0', 1],
  ['/opds/v2/books/{book}/pages/1', 1],
  ['/opds/v1.2/books/{book}/file', 1],
  ['/api/v1/books/{book}', 1],
  ['/api/v1/series/{series}', 1],
  ['/api/v1/books/{book}/pages', 1],
  ['/api/v1/libraries', 1],
  ['/opds/v1.2/catalog', 1],
  // whose it is, and the picture
  ['/api/v1/books/{book}/thumbnails/{poster}', 2],
  // whether it is the first page, and the page
  ['/opds/v1.2/books/{book}/thumbnail', 2],
  ['/api/v1/series', 2],
  ['/api/v1/books/{book}/manifest', 2],
  ['/api/v1/series/{series}/file', 3],
  ['/api/v1/readlists/{list}/file', 3],
  ['/opds/v2/books/{book}/manifest', 3],
  // lists of a fixed number of statements: what they say is digested, and nothing is written
  ['/opds/v1.2/series', 3],
  ['/opds/v2/libraries/books/latest', 4],
  ['/opds/v1.2/books/latest', 5],
  ['/opds/v1.2/series/{series}', 5],
  ['/opds/v2/catalog', 13],
];

test.each(costs)('a 304 of %s costs at most %i statements', async (path, most) => {
  const tag = await tagOf(path);
  const sent: string[] = [];
  // who asks is remembered for a while, and looked up now and then
  const listen = ({ sql }: { sql: string }) =>
    void (/"(session|user_account|user_library|api_key)"/.test(sql) || sent.push(sql));
  app.db.on('query', listen);
  const { status } = await ask(path, { 'If-None-Match': tag }).finally(() => app.db.removeListener('query', listen));
  expect(status).toBe(304);
  expect(sent.slice(most)).toEqual([]);
});

test.each(posters)('%s is sent to who has another one, or does not want a 304', async (path) => {
  const tag = await tagOf(path);
  for (const headers of [
    { 'If-None-Match': `"${'x'.repeat(27)}"` },
    { 'If-None-Match': tag.replace(/"$/, '-77"') },
    { 'If-None-Match': tag, 'Cache-Control': 'no-cache' },
  ]) {
    const { status, body } = (await ask(path, headers)) as { status: number; body: Buffer };
    expect([status, body.subarray(0, 2).toString('hex')]).toEqual([200, 'ffd8']);
  }
});

test('a mosaic is another one when a member shows another poster, or the posters have another size', async () => {
  const path = '/api/v1/readlists/{list}/thumbnail';
  const tag = await tagOf(path);
  const thumbnails = `/api/v1/books/${publicId((await catalogue.book('Lighthouse Mechanics v01')).id)}/thumbnails`;
  const uploaded = await app.admin
    .post(thumbnails)
    .attach('file', await picture(99), 'a.jpg')
    .expect(200);
  expect(await statusOf(path, tag)).toBe(200);
  await app.admin.delete(`${thumbnails}/${(uploaded.body as { id: string }).id}`).expect(202);
  expect(await statusOf(path, tag)).toBe(304);
  await app.admin.patch('/api/v1/settings').send({ thumbnailSize: 'MEDIUM' }).expect(204);
  expect(await statusOf(path, tag)).toBe(200);
  await app.admin.patch('/api/v1/settings').send({ thumbnailSize: 'DEFAULT' }).expect(204);
  expect(await statusOf(path, tag)).toBe(304);
});

test('who may not see it gets no 304, whatever they have', async () => {
  const secret = await catalogue.book('Secret Ledger 1');
  const vault = publicId((await app.db('read_list').where({ name: 'Vault only' }).first<{ id: string }>()).id);
  for (const [path, status] of [
    [`/api/v1/books/${publicId(secret.id)}/thumbnail`, 403],
    [`/api/v1/series/${publicId(secret.seriesId)}/thumbnail`, 403],
    [`/api/v1/readlists/${vault}/thumbnail`, 404],
  ] as const) {
    const tag = await tagOf(path);
    await app.as(catalogue.restricted).get(path).set('If-None-Match', tag).expect(status);
  }
});
