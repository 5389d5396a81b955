import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Model } from 'objection';
import { silentLog } from '../../src/base/log';
import { providerState } from '../../src/library/enrich/review';
import { newId } from '../../src/base/public-id';
import { Book } from '../../src/model/book';
import { Series } from '../../src/model/series';
import { migrateQueue } from '../../src/queue/queue';
import { until } from '../jobs/support';
import { aBook, aLibrary, aSeries } from '../support/builders';
import { useDatabase } from '../support/database';
import { busiestSecond, startFakeMangaDex, type FakeMangaDex } from '../support/fake-mangadex';
import { makeCatalogue } from '../support/small-catalogue';
import type { EnricherOptions } from './programs/enricher';

/** As many as a collector has; MangaDex' own limit would make them eight minutes, so both sides count faster here. */
const howMany = 1_000;
const interval = 10;
/** What the interval promises, and two for the clocks of three processes. */
const limit = 1_000 / interval + 2;

const database = useDatabase();
const catalogue = makeCatalogue();
const syllables = ['ba', 'ke', 'mi', 'to', 'ru', 'sa', 'no', 'hi', 'ga', 'pe'];
const nameOf = (number: number) =>
  `${[...String(number).padStart(4, '0')].map((digit) => syllables[Number(digit)]).join('')} chronicle`;
let fake: FakeMangaDex;

beforeAll(async () => {
  await migrateQueue(database.url, silentLog());
  for (let number = 0; number < howMany; number++)
    catalogue.add({ title: { en: nameOf(number) }, description: { en: `The story of ${nameOf(number)}.` } });
  fake = await startFakeMangaDex(catalogue, { limit });
});
afterAll(() => fake.close());

/** Without the columns that the database makes itself. */
const written = (row: Model) =>
  Object.fromEntries(Object.entries(row.toJSON()).filter(([column]) => column !== 'words' && column !== 'initial'));

/** One series with a book by the builders, the others as copies of it. */
async function fillLibrary(): Promise<string> {
  const { db } = database;
  const { id: libraryId } = await aLibrary(db, { mangadexCovers: false });
  const series = await aSeries(db, { libraryId, name: nameOf(0) });
  const book = await aBook(db, { series, name: `${nameOf(0)} v01` });
  const seriesRow = written(await Series.query(db).findById(series.id).throwIfNotFound());
  const bookRow = written(book);
  for (let number = 1; number < howMany; number++) {
    const [seriesId, name] = [newId(), nameOf(number)];
    await Series.query(db).insert({ ...seriesRow, id: seriesId, name, title: name, titleSort: name, path: name });
    await Book.query(db).insert({ ...bookRow, id: newId(), seriesId, name: `${name} v01`, path: `${name}/1.cbz` });
  }
  return libraryId;
}

const running: (() => void)[] = [];
afterEach(() => running.splice(0).forEach((stop) => stop()));

/** Three server processes on one database that can be killed and started again. */
function startServers() {
  const program = path.join(__dirname, 'programs/enricher.ts');
  const kills: number[] = [];
  const start = (number: number): ChildProcess => {
    const options: EnricherOptions = {
      ...{ database: database.url, mangadex: fake.url, interval, breakerPauses: [400, 60_000] },
      // in all three the same: one question is sent once
      queries: Array.from({ length: 20 }, (_, index) => nameOf((index * 13 + kills.length * 97) % howMany)),
    };
    const argument = JSON.stringify(options);
    const child = spawn(process.execPath, ['--require', 'tsx/cjs', program, argument], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.on('exit', (code) => code !== null && code !== 0 && failures.push(`process ${number} ended with ${code}`));
    return child;
  };
  const failures: string[] = [];
  const children = [0, 1, 2].map(start);
  running.push(() => children.forEach((child) => child.kill('SIGKILL')));
  const kill = async (number: number, { again }: { again: boolean }): Promise<void> => {
    const child = children[number];
    if (!child) return;
    kills.push(Date.now());
    child.kill('SIGKILL');
    await once(child, 'exit');
    if (again) children[number] = start(number);
  };
  return { kill, kills, failures };
}

/** Requests whose answer was there and that were sent again all the same. */
function repeated({ requests }: FakeMangaDex): number[] {
  const answered = new Map<string, number>();
  return requests.flatMap(({ url, status, fault, at }) => {
    const before = answered.get(url);
    if (status === 200 && (fault === null || fault === 'slow')) answered.set(url, at);
    return before === undefined ? [] : [before];
  });
}

const applied = async () => {
  const { rows } = await database.db.raw<{ rows: [{ count: number }] }>(
    'select count(*)::int as count from enrichment',
  );
  return rows[0].count;
};
/** All of them take a minute or two where nothing else runs; a busy machine takes many. */
const patience = 600_000;

/** Until that part of them is applied. */
async function untilApplied(share: number): Promise<void> {
  const deadline = Date.now() + patience;
  while ((await applied()) < share * howMany) {
    if (Date.now() > deadline) throw new Error(`${share} of all are not applied`);
    await pause(50);
  }
}

const breaker = async () => (await providerState(database.db, { mode: 'auto' })).breaker;

test('a thousand series come through kills, storms and outages, each applied once, with three processes and one limit', async () => {
  const libraryId = await fillLibrary();
  const { kill, kills, failures } = startServers();
  const retryLater = { kind: 'status', status: 429, headers: { 'retry-after': '1' } } as const;

  await untilApplied(0.1);
  await kill(0, { again: true });
  await untilApplied(0.2);
  fake.faults.push(retryLater, { kind: 'reset' }, { kind: 'truncated' }, { kind: 'html' }, { kind: 'drift' });
  await untilApplied(0.35);
  // all at once, in the middle of whatever they do
  await Promise.all([0, 1, 2].map((number) => kill(number, { again: true })));
  await untilApplied(0.45);
  fake.faults.push({ kind: 'slow', milliseconds: 300 }, retryLater, retryLater);
  await untilApplied(0.55);
  fake.isDown = true;
  await until('the breaker opens', async () => (await breaker()) === 'open');
  const sent = fake.requests.length;
  await kill(1, { again: true });
  // an open breaker lets one through to look, and the pause after that is a minute
  await until('the breaker opens for longer', async () => {
    const { openUntil } = await providerState(database.db, { mode: 'auto' });
    return openUntil !== null && openUntil.getTime() > Date.now() + 30_000;
  });
  expect(fake.requests.length - sent).toBeLessThanOrEqual(1);
  expect(await applied()).toBeLessThan(0.7 * howMany);
  fake.isDown = false;
  await database.db.raw('update provider_gate set open_until = now()');
  await untilApplied(0.7);
  expect(await breaker()).toBe('closed');
  await kill(2, { again: true });
  await untilApplied(1);
  await Promise.all([0, 1, 2].map((number) => kill(number, { again: false })));

  expect(failures).toEqual([]);
  expect(fake.violations).toEqual([]);
  expect(busiestSecond(fake.requests)).toBeLessThanOrEqual(limit);
  // an answer that had come and was not kept yet died with its process
  const lost = repeated(fake);
  expect(lost.length).toBeLessThanOrEqual(kills.length);
  expect(lost.filter((at) => !kills.some((killed) => killed >= at && killed < at + 3_000))).toEqual([]);

  const { rows } = await database.db.raw<{ rows: unknown[] }>(
    `select series_id from enrichment group by series_id having count(*) <> 1`,
  );
  expect(rows).toEqual([]);
  expect(await applied()).toBe(howMany);
  const all = await Series.query(database.db).where({ libraryId });
  expect(all).toHaveLength(howMany);
  const wrong = all.filter(
    ({ name, summary, links, provenance }) =>
      summary !== `The story of ${name}.` || links.length !== 1 || provenance['summary']?.source !== 'mangadex',
  );
  expect(wrong).toEqual([]);
}, 900_000);
