import { newId } from '../../src/base/public-id';
import type { Role } from '../../src/model/user-account';
import { findBooks } from '../../src/search/find-books';
import { alphabeticalGroups, findSeries } from '../../src/search/find-series';
import { everything, sliceOf } from '../../src/search/slice';
import type { Viewer } from '../../src/search/viewer';
import { canSeeBook, canSeeSeries } from '../../src/search/viewer-where';
import { aBook, aLibrary, aSeries, aViewer } from '../support/builders';
import { useDatabase } from '../support/database';

const database = useDatabase();
type Restrictions = Partial<Viewer>;

const allowOnly = (age: number): Restrictions => ({ ageRestriction: { age, mode: 'ALLOW_ONLY' } });
const exclude = (age: number): Restrictions => ({ ageRestriction: { age, mode: 'EXCLUDE' } });
const labels = (allow: string[], deny: string[] = []): Restrictions => ({ labelsAllow: allow, labelsExclude: deny });

// komga-rest.md §4.2
test.each<[string, Restrictions, number | null, string[], boolean]>([
  ['nothing', {}, null, [], true],
  ['allow only 10', allowOnly(10), 5, [], true],
  ['allow only 10', allowOnly(10), 10, [], true],
  ['allow only 10', allowOnly(10), 15, [], false],
  ['allow only 10', allowOnly(10), null, [], false],
  ['exclude 16', exclude(16), 10, [], true],
  ['exclude 16', exclude(16), null, [], true],
  ['exclude 16', exclude(16), 16, [], false],
  ['exclude 16', exclude(16), 18, [], false],
  ['allow labels', labels(['kids', 'cute']), null, ['kids'], true],
  ['allow labels', labels(['kids', 'cute']), null, ['cute', 'other'], true],
  ['allow labels', labels(['kids', 'cute']), null, ['adult'], false],
  ['allow labels', labels(['kids', 'cute']), null, [], false],
  ['exclude labels', labels([], ['kids', 'cute']), null, ['kids'], false],
  ['exclude labels', labels([], ['kids', 'cute']), null, ['cute', 'other'], false],
  ['exclude labels', labels([], ['kids', 'cute']), null, ['adult'], true],
  ['exclude labels', labels([], ['kids', 'cute']), null, [], true],
  ['allow and exclude labels', labels(['allow'], ['exclude', 'both']), null, ['allow'], true],
  ['allow and exclude labels', labels(['allow'], ['exclude', 'both']), null, ['both'], false],
  ['allow and exclude labels', labels(['allow'], ['exclude', 'both']), null, ['allow', 'both'], false],
  ['allow and exclude labels', labels(['allow'], ['exclude', 'both']), null, [], false],
  ['allow by age or label', { ...allowOnly(10), ...labels(['allow']) }, 5, [], true],
  ['allow by age or label', { ...allowOnly(10), ...labels(['allow']) }, null, ['allow'], true],
  ['allow by age or label', { ...allowOnly(10), ...labels(['allow']) }, 15, ['allow'], true],
  ['allow by age or label', { ...allowOnly(10), ...labels(['allow']) }, 15, ['other'], false],
  ['allow by age or label', { ...allowOnly(10), ...labels(['allow']) }, null, [], false],
  ['allow by age, exclude labels', { ...allowOnly(10), ...labels([], ['exclude']) }, 5, [], true],
  ['allow by age, exclude labels', { ...allowOnly(10), ...labels([], ['exclude']) }, 5, ['exclude'], false],
  ['allow by age, exclude labels', { ...allowOnly(10), ...labels([], ['exclude']) }, null, [], false],
  ['allow by age, exclude labels', { ...allowOnly(10), ...labels([], ['exclude']) }, 15, ['other'], false],
  ['exclude by age, allow labels', { ...exclude(16), ...labels(['teen']) }, 16, ['teen'], false],
])('%s (%j): age %j and labels %j are visible: %j', async (_, restrictions, ageRating, sharingLabels, visible) => {
  const { db } = database;
  const series = await aSeries(db, { ageRating, sharingLabels });
  const book = await aBook(db, { series });
  for (const roles of [new Set<Role>(), new Set<Role>(['ADMIN'])]) {
    const viewer = aViewer({ ...restrictions, roles });
    const condition = { libraryId: { operator: 'is', value: series.libraryId } } as const;
    const found = await findSeries(db, viewer, { condition, slice: everything });
    const books = await findBooks(db, viewer, { condition, slice: sliceOf({ size: 1 }) });
    expect(found.rows.length).toBe(visible ? 1 : 0);
    expect([books.rows.length, books.total]).toEqual(visible ? [1, 1] : [0, 0]);
    await expect(canSeeSeries(db, viewer, series.id)).resolves.toBe(visible ? 'visible' : 'forbidden');
    await expect(canSeeBook(db, viewer, book.id)).resolves.toBe(visible ? 'visible' : 'forbidden');
  }
});

describe('libraries', () => {
  test('limit what is seen', async () => {
    const { db } = database;
    const [mine, other] = [await aLibrary(db), await aLibrary(db)];
    const [inMine, inOther] = [
      await aBook(db, { seriesId: (await aSeries(db, { library: mine })).id }),
      await aBook(db, { seriesId: (await aSeries(db, { library: other })).id }),
    ];
    const viewer = aViewer({ libraryIds: [mine.id] });

    const series = await findSeries(db, viewer, { slice: everything });
    expect(series.rows.map((row) => row.id)).toEqual([inMine.seriesId]);
    const books = await findBooks(db, viewer, { slice: everything });
    expect(books.rows.map((row) => row.id)).toEqual([inMine.id]);
    await expect(canSeeBook(db, viewer, inOther.id)).resolves.toBe('forbidden');
  });

  test('asked for and shared are intersected', async () => {
    const { db } = database;
    const [mine, other] = [await aSeries(db), await aSeries(db)];
    const viewer = aViewer({ libraryIds: [mine.libraryId] });
    const condition = { libraryId: { operator: 'is', value: other.libraryId } } as const;
    await expect(findSeries(db, viewer, { condition, slice: everything })).resolves.toMatchObject({ total: 0 });
  });

  test('of a viewer without any show nothing', async () => {
    await aBook(database.db);
    const viewer = aViewer({ libraryIds: [] });
    await expect(findSeries(database.db, viewer, { slice: everything })).resolves.toMatchObject({ rows: [] });
    await expect(findBooks(database.db, viewer, { slice: everything })).resolves.toMatchObject({ rows: [] });
    await expect(alphabeticalGroups(database.db, viewer, {})).resolves.toEqual([]);
  });

  test('do not limit an administrator', async () => {
    const series = await aSeries(database.db);
    const admin = aViewer({ libraryIds: [], roles: new Set<Role>(['ADMIN']) });
    await expect(canSeeSeries(database.db, admin, series.id)).resolves.toBe('visible');
  });
});

test('what does not exist is unknown, not forbidden', async () => {
  const viewer = aViewer({ libraryIds: [] });
  await expect(canSeeSeries(database.db, viewer, newId())).resolves.toBe('unknown');
  await expect(canSeeBook(database.db, viewer, newId())).resolves.toBe('unknown');
});
