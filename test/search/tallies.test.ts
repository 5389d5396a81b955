import { newId } from '../../src/base/public-id';
import { authorKeys } from '../../src/model/keys';
import type { Library } from '../../src/model/library';
import { Series } from '../../src/model/series';
import { countReadableBooks } from '../../src/search/count-books';
import type { SeriesCondition } from '../../src/search/condition';
import { findAuthors, findGenres, findPublishers, findReleaseYears, findTags } from '../../src/search/find-facets';
import { alphabeticalGroups, findSeries } from '../../src/search/find-series';
import { everything, sliceOf } from '../../src/search/slice';
import type { Viewer } from '../../src/search/viewer';
import { aBook, aLibrary, aSeries, aViewer } from '../support/builders';
import { useDatabase } from '../support/database';

const database = useDatabase();

/** The same numbers every time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const words = ['drama', 'Épic', 'horror', 'Ä', 'b', '進撃', 'of book'];
const names = ['Zoë', 'Ann', 'ann', 'Дон', '手塚'];

/** A write such as scans, edits and clean-ups do, one statement on one or several series. */
async function change(draw: (below: number) => number, libraries: Library[]): Promise<void> {
  const { db } = database;
  const some = <T>(from: readonly T[]) => from.filter(() => draw(3) === 0);
  const one = <T>(from: readonly T[]) => from[draw(from.length)] as T;
  const ids = (await Series.query(db).select('id').orderBy('id')).map(({ id }) => id);
  const picked = some(ids);
  const booksAuthors = some(names).map((name) => ({ name, role: one(['writer', 'cover']) }));
  const fields: Partial<Series>[] = [
    { genres: some(words), tags: some(words) },
    { booksTags: some(words), booksReleaseDate: one([null, '2001-05-05', '1999-12-31']), bookCount: draw(5) },
    { booksAuthors, authorKeys: authorKeys(booksAuthors) },
    { publisher: one(['', 'Norma', 'norma', 'Éditions']), language: one(['', 'ja', 'fr']) },
    { ageRating: one([null, 6, 16, 18]), sharingLabels: some(['kids', 'adult']) },
    { deletedAt: one([null, new Date()]), oneshot: one([true, false]) },
    { libraryId: one(libraries).id },
    { titleSortKey: one(['a', 'b', '進']) },
    { summary: 'nothing that counts' },
  ];
  const kind = draw(fields.length + 3);
  const patch = fields[kind];
  if (patch) await Series.query(db).patch(patch).whereIn('id', picked);
  if (kind === fields.length)
    await Series.query(db)
      .delete()
      .whereIn('id', ids.slice(draw(ids.length)).slice(0, 2));
  if (kind > fields.length)
    await aBook(db, { series: await aSeries(db, { library: one(libraries), genres: some(words) }) });
}

const viewers: Viewer[] = [];
const conditions: (SeriesCondition | null)[] = [
  null,
  { deleted: { operator: 'isFalse' } },
  { anyOf: [{ oneShot: { operator: 'isTrue' } }, { ageRating: { operator: 'lessThan', value: 12 } }] },
];

/** Every answer that comes from tallies; `scoped`: the same question in a form that has to be looked for in the series. */
async function answers(viewer: Viewer, scoped: boolean) {
  const { db } = database;
  const seriesIds = scoped ? (await Series.query(db).select('id')).map(({ id }) => id) : undefined;
  const query = { slice: everything, seriesIds };
  const asked = (condition: SeriesCondition | null): SeriesCondition | null =>
    scoped ? { allOf: [...(condition ? [condition] : []), { title: { operator: 'isNot', value: '!' } }] } : condition;
  const page = sliceOf({ size: 1 });
  return {
    genres: (await findGenres(db, viewer, query)).rows,
    tags: (await findTags(db, viewer, query)).rows,
    ofBooks: (await findTags(db, viewer, { ...query, include: 'BOOK' })).rows,
    publishers: (await findPublishers(db, viewer, query)).rows,
    years: (await findReleaseYears(db, viewer, query)).rows,
    authors: (await findAuthors(db, viewer, query)).rows,
    named: (await findAuthors(db, viewer, { ...query, search: 'an', role: 'writer' })).rows,
    totals: await Promise.all(
      conditions.map(
        async (condition) => (await findSeries(db, viewer, { condition: asked(condition), slice: page })).total,
      ),
    ),
    letters: await Promise.all(
      conditions.map((condition) => alphabeticalGroups(db, viewer, { condition: asked(condition) })),
    ),
  };
}

test('what is tallied is what there is, after any changes and for everybody', async () => {
  const { db } = database;
  const libraries = [await aLibrary(db), await aLibrary(db), await aLibrary(db)];
  const ids = libraries.map(({ id }) => id);
  viewers.push(
    aViewer(),
    aViewer({ libraryIds: ids.slice(1) }),
    aViewer({ ageRestriction: { age: 16, mode: 'EXCLUDE' } }),
    aViewer({ libraryIds: ids.slice(0, 2), ageRestriction: { age: 10, mode: 'ALLOW_ONLY' }, labelsAllow: ['kids'] }),
    aViewer({ labelsExclude: ['adult'] }),
  );
  const draw = random(20_261_125);
  for (let round = 0; round < 8; round++) {
    for (let step = 0; step < 12; step++) await change(draw, libraries);
    if (round % 4 === 3) await db.raw('select settle_tallies()');
    for (const viewer of viewers) expect(await answers(viewer, false)).toEqual(await answers(viewer, true));
  }
  await db('library').delete().where({ id: ids[0] });
  for (const viewer of viewers) expect(await answers(viewer, false)).toEqual(await answers(viewer, true));
});

test('nothing is left of what is gone, once changes are added up', async () => {
  const { db } = database;
  await db('library').delete();
  await db.raw('select settle_tallies()');
  const [left] = await db('tally').count().as('count');
  expect(left).toEqual({ count: 0 });
});

test('changes are added up by whoever writes, and a transaction that fails leaves the counts as they were', async () => {
  const { db } = database;
  const library = await aLibrary(db);
  for (let made = 0; made < 100; made++) await aSeries(db, { library });
  const [waiting] = await db('tally_change').count({ count: '*' });
  expect(Number(waiting?.['count'])).toBeLessThan(100 * 10);
  const failing = db.transaction(async (trx) => {
    await aSeries(trx as never, { library, id: newId() });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await expect(findSeries(db, aViewer(), { slice: sliceOf({ size: 1 }) })).resolves.toMatchObject({ total: 100 });
});

test('readable books are counted by library without looking at them', async () => {
  const { db } = database;
  await db('library').delete();
  const series = await aSeries(db);
  await aBook(db, { series });
  await aBook(db, { series, mediaStatus: 'ERROR' });
  await aBook(db, { series, deletedAt: new Date() });
  await expect(countReadableBooks(db, aViewer())).resolves.toEqual([
    { libraryId: series.libraryId, UNREAD: 1, IN_PROGRESS: 0, READ: 0 },
  ]);
});
