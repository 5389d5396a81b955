import { setTimeout as pause } from 'node:timers/promises';
import { breakerState, type BreakerRecord } from '../../src/library/enrich/breaker';
import { createGate } from '../../src/library/enrich/gate';
import { openMangaDex, type Tuning } from '../../src/library/enrich/mangadex';
import { createResponseStore } from '../../src/library/enrich/response-store';
import type { ResponseStore } from '../../src/metadata/gate';
import { createClient } from '../../src/metadata/mangadex/client';
import { ProviderUnavailable } from '../../src/metadata/provider';
import { until } from '../jobs/support';
import { useDatabase } from '../support/database';
import { busiestSecond, startFakeMangaDex, type FakeMangaDex } from '../support/fake-mangadex';
import { makeCatalogue } from '../support/small-catalogue';

const database = useDatabase();
let fake: FakeMangaDex;

beforeAll(async () => {
  const catalogue = makeCatalogue();
  catalogue.add({ title: { en: 'Blue Lantern' } });
  fake = await startFakeMangaDex(catalogue);
});
afterAll(() => fake.close());
beforeEach(async () => {
  fake.requests.length = 0;
  fake.faults.length = 0;
  fake.violations.length = 0;
  fake.limit = limit;
  await database.db.raw('truncate provider_gate, provider_response');
});

/** Faster than MangaDex allows, on both sides: test/e2e/metadata has its own limit and three servers. */
const limit = 20;
const open = (tuning: Tuning = {}) =>
  openMangaDex(
    database.db,
    { apiUrl: fake.url, uploadsUrl: fake.url },
    { interval: 1_050 / limit, backoff: 5, ...tuning },
  );

const gate = async () => await database.db('providerGate').where({ name: 'mangadex' }).first<Record<string, unknown>>();
const failures = (count: number) => Array.from({ length: count }, () => ({ kind: 'status' as const, status: 502 }));

test('a title is found and told in our words', async () => {
  const [title] = await open().search('blue lan');
  expect(title).toMatchObject({
    url: expect.stringMatching(/^https:\/\/mangadex\.org\/title\//) as string,
    status: 'ONGOING',
  });
});

test('every request says who we are, wants the best first, and all ratings', async () => {
  await open().search('blue');
  const [request] = fake.requests;
  expect(request?.headers['user-agent']).toMatch(/^KireMisu\/\d+\.\d+/);
  expect(request?.headers).not.toHaveProperty('authorization');
  const query = new URLSearchParams(request?.url.split('?')[1]);
  expect(query.get('order[relevance]')).toBe('desc');
  expect(query.getAll('contentRating[]')).toHaveLength(4);
});

test('whoever runs the server can be reached, if they say how', async () => {
  const place = { apiUrl: fake.url, uploadsUrl: fake.url, contact: 'https://comics.example.org/about' };
  await openMangaDex(database.db, place, { interval: 1 }).search('blue');
  expect(fake.requests[0]?.headers['user-agent']).toMatch(/^KireMisu\/\S+ \(https:\/\/comics\.example\.org\/about; /);
});

test('the same question is not asked twice while its answer is fresh', async () => {
  await Promise.all([open().search('blue'), open().search('blue'), open().search('blue')]);
  await open().search('blue');
  expect(fake.requests).toHaveLength(1);
});

test('an answer is kept before the next one may ask', async () => {
  const store = createResponseStore(database.db);
  // a database that takes its time: many slots of the gate
  const keep: ResponseStore['keep'] = async (...answer) => {
    await pause(200);
    await store.keep(...answer);
  };
  const client = createClient({
    ...{ provider: 'mangadex', baseUrl: fake.url, userAgent: 'KireMisu/1.0', store: { ...store, keep } },
    gate: createGate(database.db, 'mangadex', { interval: 1 }),
  });
  const ask = () => client.json('/manga', { title: 'blue' }, { freshMs: 60_000, parse: (body) => body }, {});
  await Promise.all([ask(), ask()]);
  expect(fake.requests).toHaveLength(1);
});

test('an old answer is asked for with its ETag, and a 304 makes it fresh again', async () => {
  const first = await open().search('blue');
  await database.db.raw(`update provider_response set fresh_until = now() - interval '1 second'`);
  expect(await open().search('blue')).toEqual(first);
  await open().search('blue');
  expect(fake.requests.map(({ status }) => status)).toEqual([200, 304]);
});

test.each([
  { name: 'a 502', fault: { kind: 'status', status: 502 } as const },
  { name: 'a reset connection', fault: { kind: 'reset' } as const },
  { name: 'half an answer', fault: { kind: 'truncated' } as const },
  { name: 'an HTML page', fault: { kind: 'html' } as const },
  { name: 'JSON of another shape', fault: { kind: 'drift' } as const },
])('after $name it is tried again', async ({ fault }) => {
  fake.faults.push(fault);
  expect(await open().search('blue')).toHaveLength(1);
  expect(fake.requests).toHaveLength(2);
});

test('an answer that does not come in time is tried again', async () => {
  fake.faults.push({ kind: 'slow', milliseconds: 400 });
  expect(await open({ timeouts: { headers: 100, whole: 200 } }).search('blue')).toHaveLength(1);
});

test('a refused question is not asked again', async () => {
  fake.faults.push({ kind: 'status', status: 400 });
  await expect(open().search('blue')).rejects.toThrow('refused');
  expect(fake.requests).toHaveLength(1);
});

test('nothing is sent during a pause, by anybody', async () => {
  fake.faults.push({ kind: 'status', status: 429, headers: { 'retry-after': '1' } });
  await Promise.all(['blue', 'lantern', 'green'].map((query) => open().search(query)));
  expect(fake.violations).toEqual([]);
  expect(fake.requests).toHaveLength(4);
});

test('a long pause is no failure: who asks is told to come again', async () => {
  fake.faults.push({
    kind: 'status',
    status: 429,
    headers: { 'x-ratelimit-retry-after': String(Date.now() / 1000 + 120) },
  });
  await expect(open().search('blue')).rejects.toThrow(ProviderUnavailable);
  await expect(open().search('green')).rejects.toThrow('too many requests');
  expect(fake.requests).toHaveLength(1);
});

test('a ban stops everything for a quarter of an hour', async () => {
  fake.faults.push({ kind: 'status', status: 403 });
  await expect(open().search('blue')).rejects.toThrow(ProviderUnavailable);
  const { pausedUntil } = await gate();
  expect((pausedUntil as Date).getTime() - Date.now()).toBeGreaterThan(14 * 60_000);
});

test('after five failures in a row nothing is sent until the breaker lets one through', async () => {
  const tuning = { interval: 1, patience: 50, breakerPauses: [400, 60_000] };
  fake.limit = 100;
  fake.faults.push(...failures(6));
  await expect(open(tuning).search('blue')).rejects.toThrow(ProviderUnavailable);
  await expect(open(tuning).search('blue')).rejects.toThrow(ProviderUnavailable);
  expect(fake.requests).toHaveLength(5);
  await expect(open(tuning).search('blue')).rejects.toThrow('again and again');
  expect(fake.requests).toHaveLength(5);
  const row = await gate();
  expect(breakerState(row['breaker'] as BreakerRecord, row['openUntil'] as Date, new Date())).toBe('open');

  // one request goes through, fails, and the next pause is the longer one
  await database.db.raw(`update provider_gate set open_until = now()`);
  await expect(open(tuning).search('blue')).rejects.toThrow(ProviderUnavailable);
  expect(fake.requests).toHaveLength(6);
  expect(((await gate())['openUntil'] as Date).getTime()).toBeGreaterThan(Date.now() + 50_000);

  await database.db.raw(`update provider_gate set open_until = now()`);
  expect(await open(tuning).search('blue')).toHaveLength(1);
  const closed = await gate();
  expect(breakerState(closed['breaker'] as BreakerRecord, closed['openUntil'] as Date | null, new Date())).toBe(
    'closed',
  );
});

test('senders that know nothing of each other stay below the limit', async () => {
  await Promise.all(Array.from({ length: 15 }, (_, index) => open().search(`question ${index}`)));
  expect(fake.requests).toHaveLength(15);
  expect(busiestSecond(fake.requests)).toBeLessThanOrEqual(fake.limit);
  expect(fake.violations).toEqual([]);
});

test('a person who waits goes before background work', async () => {
  const background = ['a', 'b', 'c', 'd'].map((query) => open().search(query));
  await until('the first is sent', () => fake.requests.length > 0);
  await open().search('urgent', { urgent: true });
  const order = fake.requests.map(({ url }) => new URLSearchParams(url.split('?')[1]).get('title'));
  expect(order.indexOf('urgent')).toBeLessThanOrEqual(2);
  await Promise.all(background);
});
