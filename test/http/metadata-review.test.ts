import { publicId } from '../../src/base/public-id';
import { enrich } from '../../src/library/enrich/run';
import { migrateQueue } from '../../src/queue/queue';
import { silentLog } from '../../src/base/log';
import type { Series } from '../../src/model/series';
import { useApp } from '../support/app';
import { aBook, aLibrary, aSeries } from '../support/builders';
import { startFakeMangaDex, type FakeMangaDex } from '../support/fake-mangadex';
import { makeCatalogue } from '../support/small-catalogue';
import { contextOf } from '../library/support';

const catalogue = makeCatalogue();
const first = catalogue.add({ title: { en: 'Twin Moon' }, cover: 'moon.jpg' });
const second = catalogue.add({ title: { en: 'Twin Moon' }, author: 'Other' });
let fake: FakeMangaDex;

const app = useApp(async (test) => {
  await migrateQueue(test.url, silentLog());
  fake = await startFakeMangaDex(catalogue, { limit: 1_000_000 });
  const mangadex = { mode: 'auto' as const, apiUrl: fake.url, uploadsUrl: fake.url };
  return { config: { basePath: '', trustProxy: false, corsOrigins: [], mangadex } };
});
afterAll(() => fake.close());

const base = '/api/kiremisu/v1';
let series: Series;
let path: string;

beforeEach(async () => {
  await app.db.raw('truncate library, provider_gate, provider_response, operation cascade');
  series = await aSeries(app.db, { name: 'Twin Moon' });
  await aBook(app.db, { series, name: 'Twin Moon v01' });
  path = `${base}/series/${publicId(series.id)}/match`;
});

const bodyOf = (response: { body: unknown }) => response.body;

const run = () =>
  enrich(
    contextOf({ db: app.db, url: app.url }),
    {},
    { mangadex: { mode: 'auto', apiUrl: fake.url, uploadsUrl: fake.url }, tuning: { interval: 1, backoff: 1 } },
  );

test('what waits for a decision is listed with candidates and reasons', async () => {
  await run();
  const body = bodyOf(await app.admin.get(`${base}/metadata/review`).expect(200));
  expect(body).toMatchObject({ total: 1, items: [{ name: 'Twin Moon', seriesId: publicId(series.id) }] });
  const [item] = (body as { items: { candidates: { reasons: { code: string }[] }[] }[] }).items;
  expect(item?.candidates).toHaveLength(2);
  expect(item?.candidates[0]?.reasons[0]?.code).toBe('title-same');
});

test('a person sees the difference, chooses, and takes it back', async () => {
  const preview = await app.admin.get(`${path}/preview/${first.id}`).expect(200);
  expect(preview.body).toMatchObject({
    changes: expect.arrayContaining([expect.objectContaining({ field: 'summary' })]) as unknown,
  });
  await app.admin.put(path).send({ externalId: first.id }).expect(204);
  const match = await app.admin.get(path).expect(200);
  expect(match.body).toMatchObject({ state: 'matched', decidedBy: 'person', externalId: first.id });
  const shown = await app.admin.get(`/api/v1/series/${publicId(series.id)}`).expect(200);
  expect(shown.body).toMatchObject({
    metadata: { links: [{ label: 'MangaDex', url: `https://mangadex.org/title/${first.id}` }] },
  });
  await app.admin.delete(path).expect(204);
  const after = await app.admin.get(path).expect(200);
  expect(after.body).toMatchObject({ state: 'none', decidedBy: 'person', externalId: null });
});

test('a rejected candidate is gone from the review', async () => {
  await run();
  await app.admin.post(`${path}/reject/${second.id}`).expect(204);
  const body = bodyOf(await app.admin.get(`${base}/metadata/review`).expect(200));
  expect(body).toMatchObject({ items: [{ candidates: [{ externalId: first.id }] }] });
});

test('a search of a person tells how well each title fits', async () => {
  const body = bodyOf(await app.admin.get(`${path}/search`).query({ query: 'twin' }).expect(200));
  expect(body).toHaveLength(2);
});

test('one match is undone by its number, a run by its own', async () => {
  await app.admin.put(path).send({ externalId: first.id }).expect(204);
  const body = bodyOf(await app.admin.get(path).expect(200));
  const [written] = (body as { enrichments: { id: string; runId: string }[] }).enrichments;
  await app.admin.post(`${base}/metadata/enrichments/${written?.id}/undo`).expect(204);
  await app.admin.post(`${base}/metadata/enrichments/${written?.id}/undo`).expect(404);
  await app.admin.put(path).send({ externalId: first.id }).expect(204);
  const runs = await app.admin.get(`${base}/metadata/runs`).expect(200);
  const [latest] = runs.body as { id: string }[];
  const undone = await app.admin.post(`${base}/metadata/runs/${latest?.id}/undo`).expect(202);
  await run();
  const operations = await app.admin.get(`${base}/operations`).expect(200);
  const { operationId } = undone.body as { operationId: string };
  expect(operations.body).toMatchObject([{ id: operationId, kind: 'undoRun', state: 'done', done: 1, total: 1 }]);
  await app.admin.post(`${base}/metadata/runs/${latest?.id}/undo`).expect(404);
});

test('a library is set to off, and nothing is sent for it', async () => {
  const library = `${base}/libraries/${publicId(series.libraryId)}/metadata`;
  await app.admin.patch(library).send({ mode: 'off' }).expect(204);
  await app.admin.get(library).expect(200, { mode: 'off', covers: true });
  await app.admin.post(`${library}/refresh`).expect(409);
  await app.admin.post(`${path}/refresh`).expect(409);
  await app.admin.get(`${path}/search`).query({ query: 'twin' }).expect(409);
  const sent = fake.requests.length;
  // no other library is on either
  await app.admin.get(`${base}/metadata/covers/${second.id}/other.jpg`).expect(409);
  expect(fake.requests).toHaveLength(sent);
});

test('a whole library is asked for as an operation', async () => {
  const library = `${base}/libraries/${publicId(series.libraryId)}/metadata`;
  const body = bodyOf(await app.admin.post(`${library}/refresh`).expect(202));
  await run();
  const operations = await app.admin.get(`${base}/operations`).expect(200);
  const { operationId } = body as { operationId: string };
  expect(operations.body).toMatchObject([{ id: operationId, kind: 'matchLibrary', state: 'done', done: 1, total: 1 }]);
});

test('the state of MangaDex is there to see, and an outage is a 503', async () => {
  fake.isDown = true;
  await app.admin.get(`${path}/search`).query({ query: 'x' }).expect(503);
  fake.isDown = false;
  const body = bodyOf(await app.admin.get(`${base}/metadata/provider`).expect(200));
  expect(body).toMatchObject({ mode: 'auto', breaker: 'closed', requests: 3, lastFailure: 'answer 503' });
});

test('covers go through the server', async () => {
  const { headers } = await app.admin.get(`${base}/metadata/covers/${first.id}/moon.jpg`).expect(200);
  expect(headers['content-type']).toBe('image/jpeg');
});

test('only administrators may', async () => {
  const reader = app.as(await app.user(`reader-${series.id}@example.org`));
  await reader.get(`${base}/metadata/review`).expect(403);
  await reader.put(path).send({ externalId: first.id }).expect(403);
  await app.anonymous.get(`${base}/metadata/provider`).expect(401);
});

test('unknown things are 404, unusable ids 400', async () => {
  await app.admin.get(`${base}/series/0NOSUCHSERIES/match`).expect(404);
  await app.admin.put(path).send({ externalId: '99999999-0000-4000-8000-000000000000' }).expect(404);
  await app.admin.put(path).send({ externalId: 'x' }).expect(400);
  await app.admin.get(`${base}/libraries/${publicId((await aLibrary(app.db)).id)}/metadata`).expect(200);
});
