import { silentLog } from '../../src/base/log';
import { editSeries } from '../../src/library/edit-metadata';
import { submitDueEnrichment } from '../../src/library/enrich/due';
import {
  chooseMatch,
  rejectCandidate,
  requestLibraryMatch,
  requestMatch,
  unmatch,
} from '../../src/library/enrich/requests';
import { allowCandidate, reopenMatch } from '../../src/library/enrich/reopen';
import { undoEnrichment } from '../../src/library/enrich/undo';
import { requestRunUndo, undoNext } from '../../src/library/enrich/undo-run';
import { refreshSeries } from '../../src/library/refresh-series';
import { Enrichment } from '../../src/model/match';
import { aLibrary } from '../support/builders';
import { useMangaDex } from './enrich-support';
import { contextOf } from './support';

const bench = useMangaDex();
const {
  test: database,
  titles: { harbor, twins, strip },
} = bench;
const { one, matchOf, volumes, snapshot } = bench.shelf;

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

  test('of another choice brings back what the first match wrote, covers too, without asking MangaDex', async () => {
    bench.fake.covers.set(harbor.id, [{ volume: '1', locale: 'ja', fileName: 'one.jpg' }]);
    bench.fake.covers.set(strip.id, [{ volume: '1', locale: 'ja', fileName: 'other.jpg' }]);
    const { id } = await volumes('Harbor Nights', 2);
    const untouched = await snapshot(id);
    await bench.run();
    const matched = await snapshot(id);
    const pictures = () => database.db('poster').select('id', 'image').orderBy('id');
    const before = await pictures();
    expect(before).toHaveLength(1);

    await chooseMatch(bench.deps(), id, strip.id, await bench.userId());
    await bench.run();
    expect(await snapshot(id)).not.toEqual(matched);
    expect(await pictures()).not.toEqual(before);

    bench.fake.isDown = true;
    const [first, second] = await Enrichment.query(database.db).orderBy('appliedAt');
    await undoEnrichment(bench.deps(), second?.id ?? '');
    await refreshSeries(contextOf(database), { seriesId: id });
    expect(await snapshot(id)).toEqual(matched);
    expect(await pictures()).toEqual(before);
    expect(await matchOf(id)).toMatchObject({ state: 'matched', externalId: harbor.id });

    await undoEnrichment(bench.deps(), first?.id ?? '');
    await refreshSeries(contextOf(database), { seriesId: id });
    expect(await snapshot(id)).toEqual(untouched);
  });

  test('of a refresh puts the cover back that it had replaced', async () => {
    bench.fake.covers.set(harbor.id, [{ volume: '1', locale: 'ja', fileName: 'one.jpg' }]);
    const { id } = await volumes('Harbor Nights', 1);
    await bench.run();
    const matched = await snapshot(id);
    const { attributes } = harbor;
    await database.db.raw(`update series_match set check_at = now(); update provider_response set fresh_until = now()`);
    harbor.attributes = { ...attributes, version: 2, status: 'hiatus' };
    bench.fake.covers.set(harbor.id, [{ volume: '1', locale: 'ja', fileName: 'newer.jpg' }]);
    await bench.run();
    harbor.attributes = attributes;
    expect((await snapshot(id)).posters).toMatchObject([{ origin: `${harbor.id}/newer.jpg` }]);

    const refresh = await Enrichment.query(database.db).findOne({ kind: 'refresh' });
    await undoEnrichment(bench.deps(), refresh?.id ?? '');
    expect(await snapshot(id)).toEqual(matched);
    expect(await database.db('replacedPoster')).toEqual([]);
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
    const operationId = await requestRunUndo(bench.deps(), runs[0]?.runId ?? '');
    await bench.run();
    expect(await database.db('operation').where({ id: operationId }).first<object>()).toMatchObject({
      ...{ kind: 'undoRun', state: 'done', done: 2, total: 2 },
    });
    expect(await Promise.all(ids.map(snapshot))).toEqual(before);
  });
});

describe('the undo of a run', () => {
  async function aRun(names: string[]): Promise<{ ids: string[]; runId: string }> {
    const library = await aLibrary(database.db);
    const ids: string[] = [];
    for (const name of names) ids.push((await volumes(name, 1, { library })).id);
    await bench.run();
    const [written] = await Enrichment.query(database.db);
    return { ids, runId: written?.runId ?? '' };
  }

  test('goes on where it was cut off, asks MangaDex nothing, and waits for no breaker', async () => {
    const { ids, runId } = await aRun(['Harbor Nights', 'Cloud Ladder', 'Harbor Nights']);
    const { db, queue } = bench.deps();
    const operationId = await requestRunUndo({ db, queue }, runId);
    await undoNext({ db, queue, log: silentLog() });
    const operation = () => db('operation').where({ id: operationId }).first<object>('state', 'done', 'total');
    expect(await operation()).toEqual({ state: 'running', done: 1, total: 3 });

    const sent = bench.fake.requests.length;
    await db.raw(`update provider_gate set open_until = now() + interval '1 hour'`);
    expect(await submitDueEnrichment(db, queue, bench.settings)).toBe(true);
    await bench.run();
    expect(await operation()).toEqual({ state: 'done', done: 3, total: 3 });
    expect(bench.fake.requests).toHaveLength(sent);
    expect((await Promise.all(ids.map(one))).flatMap(({ links }) => links)).toEqual([]);
  });

  test('is one operation however often it is asked for, and none when nothing is left', async () => {
    const { runId } = await aRun(['Harbor Nights']);
    const first = await requestRunUndo(bench.deps(), runId);
    expect(await requestRunUndo(bench.deps(), runId)).toBe(first);
    await bench.run();
    await expect(requestRunUndo(bench.deps(), runId)).rejects.toMatchObject({ status: 404 });
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

  test('takes a refusal back, and the title is asked about again', async () => {
    const { id } = await volumes('Twin Moon');
    await bench.run();
    await rejectCandidate(bench.deps(), id, twins[0]?.id ?? '');
    await rejectCandidate(bench.deps(), id, twins[1]?.id ?? '');
    expect(await matchOf(id)).toMatchObject({ state: 'none' });
    await allowCandidate(bench.deps(), id, twins[1]?.id ?? '');
    expect(await matchOf(id)).toMatchObject({ state: 'proposed' });
    await unmatch(bench.deps(), id, true);
    await reopenMatch(bench.deps(), id);
    expect(await matchOf(id)).toMatchObject({ state: 'proposed', decidedBy: 'machine' });
    await expect(allowCandidate(bench.deps(), id, twins[1]?.id ?? '')).rejects.toMatchObject({ status: 404 });
  });

  test('undoes a choice, and the question is there again and stays open', async () => {
    const { id } = await volumes('Twin Moon');
    await bench.run();
    await chooseMatch(bench.deps(), id, twins[0]?.id ?? '', await bench.userId());
    const [written] = await Enrichment.query(database.db);
    await undoEnrichment(bench.deps(), written?.id ?? '');
    await bench.run();
    expect(await matchOf(id)).toMatchObject({ state: 'proposed', externalId: null });
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
