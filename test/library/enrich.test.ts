import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { newId } from '../../src/base/public-id';
import { editSeries } from '../../src/library/edit-metadata';
import {
  chooseMatch,
  previewMatch,
  rejectCandidate,
  requestLibraryMatch,
  requestMatch,
  unmatch,
} from '../../src/library/enrich/requests';
import { undoEnrichment, undoRun } from '../../src/library/enrich/undo';
import { submitDueEnrichment } from '../../src/library/enrich/due';
import { refreshSeries } from '../../src/library/refresh-series';
import { Book } from '../../src/model/book';
import { Enrichment, SeriesCandidate, SeriesMatch } from '../../src/model/match';
import { Series } from '../../src/model/series';
import { until } from '../jobs/support';
import { aBook, aLibrary, aSeries } from '../support/builders';
import { tags } from '../support/small-catalogue';
import { useMangaDex } from './enrich-support';
import { contextOf } from './support';

const bench = useMangaDex();
const { test: database, catalogue } = bench;

const harbor = catalogue.add({
  title: { 'ja-ro': 'Minato no Yoru' },
  altTitles: [{ en: 'Harbor Nights' }, { ja: '港の夜' }, { de: 'Nächte am Hafen' }],
  description: { en: 'Ships &hearts; and *storms*.\n\n---\n**Links:** [x](https://example.org)' },
  links: { al: '777', raw: 'https://example.org/raw', bad: 'javascript:alert(1)' },
  tags: [tags.action.id, tags.pirates.id, tags.gore.id],
  publicationDemographic: 'seinen',
  status: 'completed',
  lastVolume: '3',
  author: 'Sato Umi',
  artist: 'Kaji Ren',
  cover: 'main.jpg',
});
const twins = [
  catalogue.add({ title: { en: 'Twin Moon' } }),
  catalogue.add({ title: { en: 'Twin Moon' }, author: 'B C' }),
];
const strip = catalogue.add({
  title: { 'ko-ro': 'Gureum' },
  altTitles: [{ en: 'Cloud Ladder' }],
  originalLanguage: 'ko',
  tags: [tags.longStrip.id],
  cover: 'cloud.jpg',
});

beforeEach(async () => {
  await database.db.raw('truncate library, provider_gate, provider_response, operation cascade');
  bench.fake.requests.length = 0;
  bench.fake.isDown = false;
  bench.fake.covers.clear();
  bench.fake.chapters.clear();
});

const one = (id: string) => Series.query(database.db).findById(id).throwIfNotFound();
const matchOf = (id: string) => SeriesMatch.query(database.db).findById(id);
const booksOf = (seriesId: string) => Book.query(database.db).where({ seriesId }).orderBy('numberSort');
const candidates = (seriesId: string) =>
  SeriesCandidate.query(database.db).where({ seriesId }).orderBy('score', 'desc');

async function volumes(name: string, count = 2, fields: Parameters<typeof aSeries>[1] = {}) {
  const series = await aSeries(database.db, { name, ...fields });
  for (let number = 1; number <= count; number++) await aBook(database.db, { series, name: `${name} v0${number}` });
  return one(series.id);
}

const without = (row: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));

/** Everything that metadata can be in, but for when it was written. */
async function snapshot(seriesId: string) {
  const series = without((await one(seriesId)).toJSON(), 'metadataModifiedAt', 'booksMetadataModifiedAt');
  const books = (await booksOf(seriesId)).map((book) => without(book.toJSON(), 'metadataModifiedAt'));
  const posters = await database.db('poster').select('type', 'selected', 'origin').orderBy('type');
  return { series, books, posters };
}

describe('a new series', () => {
  test('is matched and filled without a click', async () => {
    const { id } = await volumes('Harbor Nights (2015) (Digital)', 3);
    await bench.run();
    expect(await one(id)).toMatchObject({
      title: 'Harbor Nights (2015) (Digital)',
      status: 'ENDED',
      summary: 'Ships ♥ and storms.',
      genres: ['action', 'seinen'],
      tags: ['pirates', 'gore'],
      ageRating: 16,
      readingDirection: 'RIGHT_TO_LEFT',
      totalBookCount: 3,
      links: [
        { label: 'MangaDex', url: `https://mangadex.org/title/${harbor.id}` },
        { label: 'AniList', url: 'https://anilist.co/manga/777' },
        { label: 'Official Raw', url: 'https://example.org/raw' },
      ],
      alternateTitles: [
        { label: 'ja-ro', title: 'Minato no Yoru' },
        { label: 'en', title: 'Harbor Nights' },
        { label: 'ja', title: '港の夜' },
      ],
      booksAuthors: [
        { name: 'Sato Umi', role: 'writer' },
        { name: 'Kaji Ren', role: 'penciller' },
      ],
    });
    expect(await matchOf(id)).toMatchObject({ state: 'matched', decidedBy: 'machine', externalId: harbor.id });
  });

  test('is only proposed where the library wants to be asked', async () => {
    const library = await aLibrary(database.db, { mangadex: 'review' });
    const { id } = await volumes('Harbor Nights', 2, { library });
    await bench.run();
    expect(await matchOf(id)).toMatchObject({ state: 'proposed' });
    expect((await one(id)).links).toEqual([]);
    expect(await candidates(id)).toMatchObject([{ externalId: harbor.id, record: { title: 'Minato no Yoru' } }]);
  });

  test('is not looked for where the library is off: nothing is sent', async () => {
    const library = await aLibrary(database.db, { mangadex: 'off' });
    await volumes('Harbor Nights', 2, { library });
    await bench.run();
    await bench.run({ mode: 'off' });
    expect(bench.fake.requests).toEqual([]);
  });

  test('waits until its files were read', async () => {
    const series = await aSeries(database.db, { name: 'Harbor Nights' });
    await aBook(database.db, { series, mediaStatus: 'UNKNOWN' });
    await bench.run();
    expect(await matchOf(series.id)).toBeUndefined();
  });

  test('of two titles of one name is left to a person', async () => {
    const { id } = await volumes('Twin Moon');
    await bench.run();
    expect(await matchOf(id)).toMatchObject({ state: 'proposed' });
    expect(await candidates(id)).toHaveLength(2);
  });

  test('that nobody knows is not asked about again at once', async () => {
    const { id } = await volumes('Nobody Knows This Name');
    await bench.run();
    const asked = bench.fake.requests.length;
    await bench.run();
    expect(bench.fake.requests).toHaveLength(asked);
    expect((await matchOf(id))?.checkAt.getTime()).toBeGreaterThan(Date.now() + 7 * 86_400_000);
  });
});

describe('what is there already', () => {
  test('stays where a lock, a person or a file holds it', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const { id } = await volumes('Harbor Nights', 1, {
      summary: 'by a file',
      status: 'HIATUS',
      locked: ['status'],
      genres: ['mine'],
      provenance: { summary: { source: 'file', at }, genres: { source: 'person', at } },
    });
    await bench.run();
    expect(await one(id)).toMatchObject({ summary: 'by a file', status: 'HIATUS', genres: ['mine'], ageRating: 16 });
  });

  test('in links of a person is kept beside the page of MangaDex', async () => {
    const mine = { label: 'Wiki', url: 'https://example.org/wiki' };
    const { id } = await volumes('Harbor Nights', 1, {
      links: [mine],
      provenance: { links: { source: 'person', at: '2026-01-01T00:00:00.000Z' } },
    });
    await bench.run();
    expect((await one(id)).links).toEqual([
      { label: 'MangaDex', url: `https://mangadex.org/title/${harbor.id}` },
      mine,
    ]);
  });

  test('is shown as a difference before anything is written', async () => {
    const { id } = await volumes('Harbor Nights', 1, { locked: ['summary'] });
    const before = await snapshot(id);
    const plan = await previewMatch(bench.deps(), id, harbor.id);
    expect(plan.changes).toContainEqual(
      expect.objectContaining({ field: 'status', before: 'ONGOING', after: 'ENDED' }),
    );
    expect(plan.kept).toContainEqual(expect.objectContaining({ field: 'summary', because: 'locked' }));
    expect(await snapshot(id)).toEqual(before);
  });
});

describe('chapters', () => {
  test('get their titles, in the language of the series, and the series the main cover', async () => {
    bench.fake.chapters.set(strip.id, [
      { volume: null, chapter: '1', title: 'Der Anfang', language: 'de' },
      { volume: null, chapter: '1', title: 'The Beginning' },
      { volume: null, chapter: '2', title: '' },
      { volume: null, chapter: '2', title: 'Upwards' },
    ]);
    const series = await aSeries(database.db, { name: 'Cloud Ladder' });
    for (const number of [1, 2, 3])
      await aBook(database.db, { series, name: `Cloud Ladder c00${number}`, pageCount: 30 });
    await bench.run();
    expect((await booksOf(series.id)).map(({ title }) => title)).toEqual([
      'The Beginning',
      'Upwards',
      'Cloud Ladder c003',
    ]);
    expect((await one(series.id)).readingDirection).toBe('WEBTOON');
    expect(await database.db('poster').where({ seriesId: series.id }).select('type', 'selected')).toEqual([
      { type: 'PROVIDER', selected: true },
    ]);
  });
});

describe('covers', () => {
  const covers = [
    { volume: '1', locale: 'en', fileName: 'one-en.jpg' },
    { volume: '1', locale: 'ja', fileName: 'one.jpg' },
    { volume: '1', locale: 'ja', fileName: 'one-b.jpg', description: 'alternate cover' },
    { volume: '2.5', locale: 'ja', fileName: 'half.jpg' },
  ];

  test('of volumes become posters, in place of generated ones only', async () => {
    bench.fake.covers.set(harbor.id, [...covers, { volume: '2', locale: 'ja', fileName: 'two.jpg' }]);
    const { id } = await volumes('Harbor Nights', 2);
    const [first, second] = await booksOf(id);
    const poster = {
      mediaType: 'image/jpeg',
      fileSize: 1,
      width: 1,
      height: 1,
      image: Buffer.from('x'),
      selected: true,
    };
    const createdAt = new Date();
    await database.db('poster').insert([
      { ...poster, id: newId(), bookId: first?.id, type: 'GENERATED', createdAt },
      { ...poster, id: newId(), bookId: second?.id, type: 'USER_UPLOADED', createdAt },
    ]);
    await bench.run();
    const rows = await database.db('poster').select('bookId', 'type', 'selected', 'origin').orderBy(['bookId', 'type']);
    expect(rows).toEqual([
      { bookId: first?.id, type: 'GENERATED', selected: false, origin: null },
      { bookId: first?.id, type: 'PROVIDER', selected: true, origin: `${harbor.id}/one.jpg` },
      { bookId: second?.id, type: 'PROVIDER', selected: false, origin: `${harbor.id}/two.jpg` },
      { bookId: second?.id, type: 'USER_UPLOADED', selected: true, origin: null },
    ]);
  });

  test('are fetched once, and not at all where the library does not want them', async () => {
    bench.fake.covers.set(harbor.id, covers);
    const { id } = await volumes('Harbor Nights', 1);
    await volumes('Harbor Nights', 1, { library: await aLibrary(database.db, { mangadexCovers: false }) });
    await bench.run();
    await SeriesMatch.query(database.db).findById(id).patch({ coversDue: true });
    await bench.run();
    expect(bench.fake.requests.filter(({ path }) => path.startsWith('/covers/'))).toHaveLength(1);
  });
});

describe('undo', () => {
  test('of a match restores every field exactly, and it does not come back', async () => {
    bench.fake.covers.set(harbor.id, [{ volume: '1', locale: 'ja', fileName: 'one.jpg' }]);
    const { id } = await volumes('Harbor Nights', 3, { summary: 'mine', language: 'de', tags: ['kept'] });
    const before = await snapshot(id);
    await bench.run();
    expect(await snapshot(id)).not.toEqual(before);
    const [enrichment] = await Enrichment.query(database.db);
    await undoEnrichment(bench.deps(), enrichment?.id ?? '');
    await refreshSeries(contextOf(database), { seriesId: id });
    expect(await snapshot(id)).toEqual(before);
    await bench.run();
    expect(await snapshot(id)).toEqual(before);
    expect(await matchOf(id)).toMatchObject({ state: 'none', decidedBy: 'person' });
  });

  test('leaves what somebody changed afterwards', async () => {
    const { id } = await volumes('Harbor Nights', 1);
    await bench.run();
    await editSeries(database.db, id, { values: { summary: 'a better one' }, locks: {} });
    const [enrichment] = await Enrichment.query(database.db);
    await undoEnrichment(bench.deps(), enrichment?.id ?? '');
    expect(await one(id)).toMatchObject({ summary: 'a better one', status: 'ONGOING', links: [] });
  });

  test('of a whole run restores every series, also where a refresh came between', async () => {
    const library = await aLibrary(database.db);
    const ids = [
      (await volumes('Harbor Nights', 2, { library })).id,
      (await volumes('Cloud Ladder', 2, { library })).id,
    ];
    const before = await Promise.all(ids.map(snapshot));
    await bench.run();
    const { attributes } = harbor;
    await database.db.raw(`update series_match set check_at = now(); update provider_response set fresh_until = now()`);
    harbor.attributes = { ...attributes, year: 2011, version: 2, status: 'hiatus' };
    await bench.run();
    harbor.attributes = attributes;
    expect((await one(ids[0] ?? '')).status).toBe('HIATUS');
    const runs = await Enrichment.query(database.db).where({ kind: 'match' }).distinct('runId');
    expect(runs).toHaveLength(1);
    expect(await undoRun(bench.deps(), runs[0]?.runId ?? '')).toBe(2);
    expect(await Promise.all(ids.map(snapshot))).toEqual(before);
  });
});

describe('a person', () => {
  test('chooses, and the choice outlives every refresh and request', async () => {
    const { id } = await volumes('Harbor Nights', 1);
    await bench.run();
    const userId = await bench.userId();
    await chooseMatch(bench.deps(), id, strip.id, userId);
    expect(await one(id)).toMatchObject({ readingDirection: 'WEBTOON', status: 'ONGOING' });
    expect((await one(id)).links.map(({ label }) => label)).toEqual(['MangaDex']);
    await requestMatch(bench.deps(), id, userId);
    await bench.run();
    expect(await matchOf(id)).toMatchObject({ externalId: strip.id, decidedBy: 'person' });
  });

  test('refuses a candidate, and it never returns', async () => {
    const { id } = await volumes('Twin Moon');
    await bench.run();
    await rejectCandidate(bench.deps(), id, strip.id);
    await rejectCandidate(bench.deps(), id, twins[0]?.id ?? '');
    await requestMatch(bench.deps(), id, await bench.userId());
    await bench.run();
    // with the other one alone there is no doubt left
    expect(await matchOf(id)).toMatchObject({ state: 'matched', externalId: twins[1]?.id });
    await rejectCandidate(bench.deps(), id, twins[1]?.id ?? '');
    await requestMatch(bench.deps(), id, await bench.userId());
    await bench.run();
    expect(await matchOf(id)).toMatchObject({ state: 'none' });
    expect((await one(id)).links).toEqual([]);
  });

  test('takes a match back, and wants none any more', async () => {
    const { id } = await volumes('Harbor Nights', 2);
    const before = await snapshot(id);
    await bench.run();
    await unmatch(bench.deps(), id, true);
    expect(await snapshot(id)).toEqual(before);
    await requestMatch(bench.deps(), id, await bench.userId());
    await bench.run();
    expect(await matchOf(id)).toMatchObject({ state: 'never' });
    expect(await snapshot(id)).toEqual(before);
  });

  test('has a whole library looked through, and sees how far it is', async () => {
    const library = await aLibrary(database.db);
    for (const name of ['Harbor Nights', 'Cloud Ladder', 'Nobody']) await volumes(name, 1, { library });
    const operationId = await requestLibraryMatch(bench.deps(), library.id, await bench.userId());
    await bench.run();
    const operation: unknown = await database.db('operation').where({ id: operationId }).first();
    expect(operation).toMatchObject({ kind: 'matchLibrary', state: 'done', done: 3, total: 3 });
    expect(await Enrichment.query(database.db).where({ runId: operationId })).toHaveLength(2);
  });
});

describe('an outage', () => {
  test('leaves the work waiting, and every series is applied once when it is over', async () => {
    const library = await aLibrary(database.db);
    for (let number = 0; number < 6; number++) await volumes('Harbor Nights', 1, { library });
    bench.fake.isDown = true;
    await bench.run();
    expect(await Enrichment.query(database.db)).toHaveLength(0);
    bench.fake.isDown = false;
    await database.db.raw('update provider_gate set open_until = now()');
    await bench.run();
    await bench.run();
    const counts = await database.db('enrichment').select('seriesId').count().groupBy('seriesId');
    expect(counts.map(({ count }) => count)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('is not asked into: the clock submits nothing while the breaker is open', async () => {
    await volumes('Harbor Nights', 1);
    const { db, queue } = bench.deps();
    expect(await submitDueEnrichment(db, queue, bench.settings)).toBe(true);
    await db.raw(`insert into provider_gate (name, open_until) values ('mangadex', now() + interval '1 minute')`);
    expect(await submitDueEnrichment(db, queue, bench.settings)).toBe(false);
  });

  test('a stop in the middle loses nothing and repeats nothing', async () => {
    const library = await aLibrary(database.db);
    for (let number = 0; number < 4; number++) await volumes('Harbor Nights', 1, { library });
    const stopping = new AbortController();
    bench.fake.faults.push({ kind: 'slow', milliseconds: 150 });
    setTimeout(() => stopping.abort(), 50);
    await expect(bench.run({ signal: stopping.signal })).rejects.toThrow();
    await bench.run();
    expect(await Enrichment.query(database.db)).toHaveLength(4);
  });

  test('killed processes leave every series applied once', async () => {
    const library = await aLibrary(database.db);
    for (let number = 0; number < 30; number++)
      await aBook(database.db, { series: await aSeries(database.db, { library, name: 'Harbor Nights' }) });
    const count = async () => Number((await database.db('enrichment').count<{ count: string }[]>())[0]?.count);
    const program = path.join(__dirname, 'programs/enricher.ts');
    for (const enough of [3, 8]) {
      const child = spawn(process.execPath, ['--require', 'tsx/cjs', program, database.url, bench.fake.url]);
      await until('some are matched', async () => (await count()) >= enough);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect(await count()).toBeLessThan(30);
    // what the dead one had on its way is not waited for longer than its lease
    await until('all are matched', async () => {
      await bench.run();
      return (await count()) === 30;
    });
    const { rows } = await database.db.raw<{ rows: unknown[] }>(
      'select 1 from enrichment group by series_id having count(*) > 1',
    );
    expect(rows).toEqual([]);
  });

  test('a title that MangaDex has no more keeps its metadata and is marked', async () => {
    const { id } = await volumes('Harbor Nights', 1);
    await bench.run();
    const before = await snapshot(id);
    await database.db.raw(
      `update series_match set check_at = now(), external_id = '00000099-0000-4000-8000-000000000000'`,
    );
    await bench.run();
    expect(await matchOf(id)).toMatchObject({ state: 'matched', stale: true });
    expect(await snapshot(id)).toEqual(before);
  });
});
