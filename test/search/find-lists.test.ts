import { newId } from '../../src/base/public-id';
import type { Series } from '../../src/model/series';
import {
  findCollections,
  findCollectionsOfSeries,
  findReadLists,
  findReadListsOfBook,
  getCollection,
  getReadList,
} from '../../src/search/find-lists';
import { everything, sliceOf } from '../../src/search/slice';
import { aBook, aCollection, aReadList, aSeries, aViewer } from '../support/builders';
import { useDatabase } from '../support/database';
import { countStatements } from '../support/statements';

const database = useDatabase();
const names = (slice: { rows: { name: string }[] }) => slice.rows.map((row) => row.name);
const at = (day: number) => new Date(Date.UTC(2024, 0, day));

let open: Series;
let adult: Series;
let hidden: Series;
/** Sees `open` and `adult`. */
let limited = aViewer();
/** Sees `open` and `hidden`. */
const restricted = aViewer({ labelsExclude: ['adult'] });

beforeAll(async () => {
  const { db } = database;
  open = await aSeries(db);
  adult = await aSeries(db, { sharingLabels: ['adult'] });
  hidden = await aSeries(db);
  limited = aViewer({ libraryIds: [open.libraryId, adult.libraryId] });
  await aCollection(db, [adult, open, hidden], { name: 'Éclair Mix', ordered: false });
  await aCollection(db, [adult], { name: 'Adult only' });
  await aCollection(db, [hidden], { name: 'Hidden only' });
  await aCollection(db, [], { name: 'empty' });
});

describe('collections', () => {
  const list = async (viewer = aViewer(), libraryIds?: string[]) =>
    names(await findCollections(database.db, viewer, { libraryIds, slice: everything }));

  test('come by name, also empty ones, to those who see everything', async () => {
    await expect(list()).resolves.toEqual(['Adult only', 'Éclair Mix', 'empty', 'Hidden only']);
  });

  test('of which nothing is left do not exist for others', async () => {
    await expect(list(limited)).resolves.toEqual(['Adult only', 'Éclair Mix']);
    await expect(list(restricted)).resolves.toEqual(['Éclair Mix', 'Hidden only']);
    await expect(list(aViewer({ libraryIds: [] }))).resolves.toEqual([]);
  });

  test('of a library hold a series of it; their members are not reduced', async () => {
    await expect(list(aViewer(), [hidden.libraryId])).resolves.toEqual(['Éclair Mix', 'Hidden only']);
    await expect(list(limited, [hidden.libraryId])).resolves.toEqual([]);
    const { rows } = await findCollections(database.db, aViewer(), { libraryIds: [open.libraryId], slice: sliceOf() });
    expect(rows[0]?.seriesIds).toHaveLength(3);
  });

  test('have the visible series in their order, and say whether some are hidden', async () => {
    const all = await findCollections(database.db, aViewer(), { search: 'mix', slice: sliceOf() });
    expect(all.rows[0]).toMatchObject({ seriesIds: [adult.id, open.id, hidden.id], filtered: false, ordered: false });
    const id = all.rows[0]!.id;
    await expect(getCollection(database.db, limited, id)).resolves.toMatchObject({
      seriesIds: [adult.id, open.id],
      filtered: true,
    });
    await expect(getCollection(database.db, restricted, id)).resolves.toMatchObject({
      seriesIds: [open.id, hidden.id],
      filtered: true,
    });
  });

  test('are found by words of the name', async () => {
    const search = async (text: string) =>
      names(await findCollections(database.db, aViewer(), { search: text, slice: sliceOf() }));
    await expect(search('eclair')).resolves.toEqual(['Éclair Mix']);
    await expect(search('only hidden')).resolves.toEqual(['Hidden only']);
    await expect(search('name:only')).resolves.toEqual(['Adult only', 'Hidden only']);
    await expect(search('ix')).resolves.toEqual([]);
    await expect(search('"')).resolves.toEqual([]);
    await expect(search(' ')).resolves.toHaveLength(4);
  });

  test('one of which nothing is visible is as unknown as one that does not exist', async () => {
    const [row] = (await findCollections(database.db, aViewer(), { search: 'adult', slice: sliceOf() })).rows;
    await expect(getCollection(database.db, restricted, row!.id)).rejects.toMatchObject({ status: 404 });
    await expect(getCollection(database.db, aViewer(), newId())).rejects.toMatchObject({ status: 404 });
  });

  test('of a series are those with it', async () => {
    const found = await findCollectionsOfSeries(database.db, restricted, hidden.id);
    expect(found.map(({ name, filtered }) => [name, filtered])).toEqual([
      ['Éclair Mix', true],
      ['Hidden only', false],
    ]);
  });

  test('cost three statements, whatever the size', async () => {
    const run = (size: number) =>
      countStatements(database.db, () =>
        findCollections(database.db, limited, { search: 'o', slice: sliceOf({ size }) }),
      );
    await expect(run(1)).resolves.toBe(3);
    await expect(run(100)).resolves.toBe(3);
  });

  test('come in slices with the total', async () => {
    const slice = await findCollections(database.db, aViewer(), { slice: sliceOf({ page: 1, size: 3 }) });
    expect([names(slice), slice.total, slice.sorted]).toEqual([['Hidden only'], 4, true]);
  });
});

describe('read lists', () => {
  beforeAll(async () => {
    const { db } = database;
    const [inOpen, inAdult] = [await aBook(db, { series: open }), await aBook(db, { series: adult })];
    await aReadList(db, [inAdult, inOpen], { name: 'b mixed', summary: 'text', createdAt: at(1), modifiedAt: at(9) });
    await aReadList(db, [inAdult], { name: 'a adult', createdAt: at(2), modifiedAt: at(3) });
  });

  const list = async (sort?: string[], viewer = aViewer()) =>
    names(await findReadLists(database.db, viewer, { sort, slice: sliceOf() }));

  test('are sorted as asked, by name unless asked', async () => {
    await expect(list()).resolves.toEqual(['a adult', 'b mixed']);
    await expect(list(['name,desc'])).resolves.toEqual(['b mixed', 'a adult']);
    await expect(list(['createdDate,desc'])).resolves.toEqual(['a adult', 'b mixed']);
    await expect(list(['lastModifiedDate,asc'])).resolves.toEqual(['a adult', 'b mixed']);
    await expect(list(['nonsense'])).resolves.toEqual(['a adult', 'b mixed']);
  });

  test('follow the restrictions of the series of their books', async () => {
    await expect(list(undefined, restricted)).resolves.toEqual(['b mixed']);
    const [mixed] = (await findReadLists(database.db, restricted, { slice: sliceOf() })).rows;
    expect(mixed).toMatchObject({ summary: 'text', filtered: true });
    expect(mixed?.bookIds).toHaveLength(1);
    await expect(getReadList(database.db, restricted, mixed!.id)).resolves.toEqual(mixed);
    const of = await findReadListsOfBook(database.db, restricted, mixed!.bookIds[0]!);
    expect(of).toEqual([mixed]);
  });
});
