import { publicId } from '../../src/base/public-id';
import { adminLogin } from '../support/app';
import { useCatalogue } from '../support/catalogue';
import { ask, basic } from '../support/crawler';
import { linksOf } from '../support/opds-entry-rules';
import { opds2Schemas } from '../support/opds2-schemas';
import { referenceDir } from '../support/reference';
import { attribute, xmlTree } from '../support/xml-tree';

const catalogue = useCatalogue();
const { app } = catalogue;
const type = 'application/opds-progression+json';
const device = { id: 'urn:uuid:019c0047-cc8d-7ec4-a3c3-938ccadc020a', name: 'Reader (phone)' };

const pathOf = async (name: string) => `/opds/v2/books/${publicId((await catalogue.book(name)).id)}/opds-progression`;
const put = async (name: string, body: object | string, contentType = type) =>
  app.admin
    .put(await pathOf(name))
    .set('Content-Type', contentType)
    .send(typeof body === 'string' ? body : JSON.stringify(body));
async function get(name: string): Promise<unknown> {
  const { status, headers, body } = await ask(`${app.base}${await pathOf(name)}`, basic(adminLogin));
  expect([status, headers.get('content-type')]).toEqual([200, type]);
  const text = body.toString();
  if (text === '') return null;
  const document = JSON.parse(text) as unknown;
  if (referenceDir !== null) expect(opds2Schemas(referenceDir).progression(document)).toEqual([]);
  return document;
}
const day = (number: number) => `2026-02-${String(number).padStart(2, '0')}T11:00:00Z`;

test('both versions link it from every readable book', async () => {
  const id = publicId((await catalogue.book('all jpeg')).id);
  const entry = xmlTree((await app.admin.get(`/opds/v1.2/books/${id}`).expect(200)).text).root;
  const [link] = entry ? linksOf(entry, 'http://opds-spec.org/progression') : [];
  expect(link && attribute(link, 'type')).toBe(type);
  expect(link && attribute(link, 'href')).toBe(`${app.base}/opds/v1.2/books/${id}/opds-progression`);
  const { body } = await ask(`${app.base}/opds/v2/books/${id}`, basic(adminLogin));
  expect(JSON.parse(body.toString())).toMatchObject({
    links: expect.arrayContaining([
      expect.objectContaining({
        ...{ rel: 'http://opds-spec.org/progression', type },
        href: `${app.base}/opds/v2/books/${id}/opds-progression`,
      }),
    ]) as unknown,
  });
});

test('of a book that was not begun it is empty', async () => {
  expect(await get('all jpeg')).toBeNull();
});

test('a first place is 201, a later one 200, both with the document', async () => {
  const first = await put('mixed', { modified: day(1), device, progression: 0 });
  expect([first.status, first.headers['content-type']]).toEqual([201, type]);
  expect(JSON.parse(first.text)).toMatchObject({ modified: day(1), device, progression: 0 });
  const title = 'The second page';
  const second = await put('mixed', { modified: day(2), device, progression: 1 / 3, title });
  expect(second.status).toBe(200);
  expect(await get('mixed')).toMatchObject({ modified: day(2), device, title, progression: 1 / 3 });
});

test('it is the place that every other protocol shows', async () => {
  await put('mixed', { modified: day(3), device, progression: 0.4 });
  const id = publicId((await catalogue.book('mixed')).id);
  const book = await app.admin.get(`/api/v1/books/${id}`).expect(200);
  expect((book.body as { readProgress: unknown }).readProgress).toMatchObject({ page: 2, completed: false });
  await put('mixed', { modified: day(4), device, progression: 1 });
  const done = await app.admin.get(`/api/v1/books/${id}`).expect(200);
  expect((done.body as { readProgress: unknown }).readProgress).toMatchObject({ page: 3, completed: true });
});

test('the part of the whole that lies before a page is that page, and comes back as it was sent', async () => {
  const name = 'Lighthouse Mechanics v04';
  for (let page = 1; page <= 3; page++) {
    await put(name, { modified: day(page), device, progression: (page - 1) / 4 });
    expect(await get(name)).toMatchObject({ progression: (page - 1) / 4 });
    const book = await app.admin.get(`/api/v1/books/${publicId((await catalogue.book(name)).id)}`).expect(200);
    expect((book.body as { readProgress: unknown }).readProgress).toMatchObject({ page });
  }
});

test('a reference to a page is more exact than the part of the whole, and is given back', async () => {
  await put('scanned', { modified: day(1), device, progression: 0.1, references: ['#page=2'] });
  expect(await get('scanned')).toMatchObject({ progression: 0.1, references: ['#page=2'] });
  const id = publicId((await catalogue.book('scanned')).id);
  const book = await app.admin.get(`/api/v1/books/${id}`).expect(200);
  expect((book.body as { readProgress: unknown }).readProgress).toMatchObject({ page: 2, completed: true });
});

test('progress that was marked elsewhere has a device, and says the page', async () => {
  const id = publicId((await catalogue.book('all gif')).id);
  await app.admin.patch(`/api/v1/books/${id}/read-progress`).send({ page: 1 }).expect(204);
  expect(await get('all gif')).toMatchObject({
    device: { id: 'urn:kiremisu:device:server', name: 'KireMisu' },
    references: [`${app.base}/opds/v2/books/${id}/pages/1`],
  });
});

test('text that flows is at the same part of the whole', async () => {
  await put('novel', { modified: day(1), device, progression: 0.5, references: ['a.xhtml#:~:text=One'] });
  expect(await get('novel')).toMatchObject({ references: ['a.xhtml#:~:text=One'] });
});

test('an older place is 409, with the problem that the draft names', async () => {
  await put('all png', { modified: day(5), device, progression: 0.5 });
  for (const modified of [day(5), day(4)]) {
    const response = await put('all png', { modified, device, progression: 0 });
    expect([response.status, response.headers['content-type']]).toEqual([409, 'application/problem+json']);
    expect(JSON.parse(response.text)).toMatchObject({ type: 'https://registry.opds.io/error#progression-date' });
  }
  expect(await get('all png')).toMatchObject({ progression: 0.5 });
});

const unusable: [what: string, body: object | string][] = [
  ['no JSON', 'progress'],
  ['no date', { device, progression: 0.5 }],
  ['no device', { modified: day(9), progression: 0.5 }],
  ['more than the whole', { modified: day(9), device, progression: 1.5 }],
  ['no number', { modified: day(9), device, progression: 'half' }],
];
test.each(unusable)('%s is 400, with the problem that the draft names', async (_what, body) => {
  const response = await put('all webp', body);
  expect(response.status).toBe(400);
  expect(JSON.parse(response.text)).toMatchObject({
    type: 'https://registry.opds.io/error#progression-invalid-payload',
  });
  expect(await get('all webp')).toBeNull();
});

test('what is hidden is 403, what does not exist 404', async () => {
  const reader = app.as(catalogue.restricted);
  const path = await pathOf('Secret Ledger 1');
  const body = JSON.stringify({ modified: day(1), device, progression: 0.5 });
  await reader.get(path).expect(403);
  await reader.put(path).set('Content-Type', type).send(body).expect(403);
  await reader.get('/opds/v2/books/0000000000000000000000000A/opds-progression').expect(404);
  await reader
    .put('/opds/v2/books/0000000000000000000000000A/opds-progression')
    .set('Content-Type', type)
    .send(body)
    .expect(404);
});

describe('a place that an app with a key in its address keeps', () => {
  const newKey = async (comment: string) => {
    const response = await app.admin.post('/api/v2/users/me/api-keys').send({ comment }).expect(200);
    return (response.body as { key: string }).key;
  };
  const textOf = async (url: string, authorization: string | null) => (await ask(url, authorization)).body.toString();

  test('does not show the key to anybody, and leads every app to its own address', async () => {
    const [key, other] = [await newKey('phone'), await newKey('tablet')];
    const id = publicId((await catalogue.book('all jpeg')).id);
    const at = (prefix: string) => `${app.base}/opds${prefix}/v2/books/${id}`;
    const body = JSON.stringify({
      modified: day(1),
      device,
      progression: 0.5,
      references: [`${at(`/${key}`)}/pages/2`],
    });
    await app.anonymous
      .put(`/opds/${key}/v2/books/${id}/opds-progression`)
      .set('Content-Type', type)
      .send(body)
      .expect(201);
    expect(await textOf(`${at('')}/opds-progression`, basic(adminLogin))).toContain(`"${at('')}/pages/2"`);
    expect(await textOf(`${at(`/${other}`)}/opds-progression`, null)).toContain(`"${at(`/${other}`)}/pages/2"`);
    const { rows } = await app.db.raw<{ rows: object[] }>('select * from read_progress');
    expect(JSON.stringify(rows)).not.toContain(key);
  });

  test("nor does Readium's form", async () => {
    const key = await newKey('laptop');
    const id = publicId((await catalogue.book('all webp')).id);
    const at = (prefix: string) => `${app.base}/opds${prefix}/v2/books/${id}`;
    const locator = { href: `${at(`/${key}`)}/pages/2`, type: 'image/webp', locations: { position: 2 } };
    await app.anonymous
      .put(`/opds/${key}/v2/books/${id}/progression`)
      .set('Content-Type', 'application/vnd.readium.progression+json')
      .send(JSON.stringify({ modified: day(1), device, locator }))
      .expect(204);
    expect(await textOf(`${at('')}/progression`, basic(adminLogin))).toContain(`"${at('')}/pages/2"`);
    expect(await textOf(`${at(`/${key}`)}/progression`, null)).toContain(`"${at(`/${key}`)}/pages/2"`);
    expect(await textOf(`${app.base}/api/v1/books/${id}/progression`, basic(adminLogin))).not.toContain(key);
  });
});
