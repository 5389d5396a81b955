import path from 'node:path';
import { HistoryEvent } from '../../src/model/history-event';
import { Poster } from '../../src/model/poster';
import { ReadProgress } from '../../src/model/reading';
import { aReadList, aUser } from '../support/builders';
import { useKilledScanners } from './killed-scanner';
import { actionsWith } from './property-actions';
import { World } from './property-world';
import { useShelves } from './support';

jest.setTimeout(120_000);

const { test: database, newShelf, context } = useShelves();
const actions = actionsWith(useKilledScanners(database));
const steps = Number(process.env['PROPERTY_STEPS'] ?? 20);
const seeds = process.env['PROPERTY_SEED']
  ? process.env['PROPERTY_SEED'].split(',').map(Number)
  : [11, 23, 37, 41, 120];

/** A process takes a second or two to start: so many are killed for a seed, for the first two of them. */
const mostKills = Number(process.env['PROPERTY_KILLS'] ?? 4);

type Line = [path: string, id: string | null];
const byPath = ([a]: Line, [b]: Line) => (a < b ? -1 : 1);

async function check(world: World, listed: string[]): Promise<void> {
  const { shelves, model, people } = world;
  const { db } = database;
  const all = await Promise.all(shelves.map((shelf) => shelf.books()));
  const books = all.flat();
  const placed = all.flatMap((some, library) => some.map((book) => ({ book, at: `${library}/${book.path}` })));
  const live = placed.filter(({ book }) => book.deletedAt === null);
  const wanted = model.rows.filter(({ isLive }) => isLive);
  expect(live.map(({ at, book }): Line => [at, book.id]).sort(byPath)).toEqual(
    wanted.map((row): Line => [row.path, row.id]).sort(byPath),
  );
  expect(books.map(({ id }) => id).sort()).toEqual(model.rows.map(({ id }) => id).sort());
  const isWhole = ({ mediaStatus, pageCount }: (typeof books)[number]) => mediaStatus === 'READY' && pageCount === 3;
  expect(live.filter(({ book }) => !isWhole(book))).toEqual([]);
  // places, locks and covers of people stay with their books
  const progress = new Set((await ReadProgress.query(db).where({ userId: people.userId, page: 2 })).map((one) => one.bookId)); // prettier-ignore
  const covers = new Map((await Poster.query(db).where({ selected: true })).map((one) => [one.bookId, one.image]));
  for (const { id, title, locked } of books) {
    const mine = `Mine ${id}`;
    expect([id, title, locked, progress.has(id), covers.get(id)?.toString()]).toEqual([
      id,
      mine,
      ['title'],
      true,
      mine,
    ]);
  }
  await checkSeries(world, live);
  const members = await db<{ bookId: string }>('readListBook').select('bookId').orderBy('position');
  const there = new Set(books.map(({ id }) => id));
  expect(members.map(({ bookId }) => bookId)).toEqual(listed.filter((id) => there.has(id)));
  const history = await HistoryEvent.query(db).whereNotNull('bookId');
  expect(history.map(({ type, bookId }) => `${type} ${bookId}`).sort()).toEqual(world.history.toSorted());
}

/** A series has exactly the books of its folder, and each book lies in one. */
async function checkSeries({ shelves }: World, live: { at: string; book: { seriesId: string } }[]): Promise<void> {
  for (const [library, shelf] of shelves.entries()) {
    for (const series of await shelf.series()) {
      const at = `${library}/${series.path}`;
      const inFolder = live.filter((one) => path.posix.dirname(one.at) === at);
      expect([at, live.filter(({ book }) => book.seriesId === series.id).length]).toEqual([at, inFolder.length]);
      if (inFolder.length > 0) expect(series.deletedAt).toBeNull();
    }
  }
}

describe.each(seeds)('whatever happens on the disk (seed %i)', (seed) => {
  test('a scan reaches the state that the rules predict; what people did stays with the content', async () => {
    const { db } = database;
    for (const table of ['library', 'readList', 'historyEvent']) await db(table).delete();
    const options = { vanishLimit: null, repairExtensions: true, convertToCbz: true };
    const shelves = [await newShelf(options), await newShelf(options)];
    const { id: userId } = await aUser(db);
    const kills = seeds.indexOf(seed) < 2 ? mostKills : 0;
    const world = new World(database, shelves, context, { userId, kills }, seed);
    for (let count = 0; count < 7; count++) await actions['add']?.(world);
    await world.settle();
    const listed = (await Promise.all(shelves.map((shelf) => shelf.books()))).flat();
    await aReadList(db, listed, { name: 'All' });
    const ids = listed.map(({ id }) => id);
    for (let step = 0; step < steps; step++) {
      try {
        // several things happen between two scans
        for (let more = world.random.below(3); more >= 0; more--) {
          const name = world.random.pick(Object.keys(actions)) ?? 'add';
          world.log.push(`${step}: ${name}`);
          const what = await actions[name]?.(world);
          world.log.push(`${step}: ${name} ${what ?? ''}`);
        }
        await world.settle();
        await check(world, ids);
      } catch (error) {
        (error as Error).message = `${world.log.join('\n')}\n${(error as Error).message}`;
        throw error;
      }
    }
  });
});
