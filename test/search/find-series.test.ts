import { newId } from '../../src/base/public-id';
import type { Series } from '../../src/model/series';
import {
  alphabeticalGroups,
  findRecentSeries,
  findSeries,
  findSeriesOfCollection,
  getSeries,
} from '../../src/search/find-series';
import { everything, sliceOf } from '../../src/search/slice';
import {
  aBook,
  aCollection,
  aLibrary,
  aProgress,
  aSeries,
  aSeriesWithBooks,
  aUser,
  aViewer,
} from '../support/builders';
import { useDatabase } from '../support/database';
import { countStatements } from '../support/statements';

const database = useDatabase();
const titles = (slice: { rows: { title: string }[] }) => slice.rows.map((row) => row.title);
const inLibraryOf = (series: Series) => ({ libraryId: { operator: 'is', value: series.libraryId } }) as const;

describe('one series', () => {
  test('has its metadata, its library and the counts of the viewer', async () => {
    const { db } = database;
    const user = await aUser(db);
    const library = await aLibrary(db, { root: '/comics' });
    const { series, books } = await aSeriesWithBooks(db, 3, { library, title: 'Akira', genres: ['drama'] });
    const readAt = new Date('2024-05-01T10:00:00Z');
    await aProgress(db, books[0]!, { userId: user.id, completed: true });
    await aProgress(db, books[1]!, { userId: user.id, readAt });

    const view = await getSeries(db, aViewer({ userId: user.id }), series.id);

    expect(view).toMatchObject({
      ...{ id: series.id, title: 'Akira', genres: ['drama'], libraryRoot: '/comics', bookCount: 3, readCount: 1 },
      ...{ inProgressCount: 1, lastReadAt: readAt, createdAt: series.createdAt, links: [], booksReleaseDate: null },
    });
    expect(view).not.toHaveProperty('visible');
  });

  test('has no counts for a viewer who read nothing', async () => {
    const series = await aSeries(database.db);
    const view = await getSeries(database.db, aViewer(), series.id);
    expect(view).toMatchObject({ readCount: 0, inProgressCount: 0, lastReadAt: null });
  });

  test('is 404 when unknown and 403 when forbidden', async () => {
    const { db } = database;
    const series = await aSeries(db);
    await expect(getSeries(db, aViewer(), newId())).rejects.toMatchObject({ status: 404 });
    await expect(getSeries(db, aViewer({ libraryIds: [] }), series.id)).rejects.toMatchObject({ status: 403 });
  });
});

describe('the order', () => {
  // komga-rest.md §5.4, measured on a running Komga
  const measured = [
    ...['_underscore', '-dash', '!bang', '(paren)', '10 Things', '2 Things', 'a', 'Ångström', 'Another', 'Apple'],
    ...['apple pie', 'b', 'B', 'Batman', 'C', 'Ea', 'Éb', 'Ec', 'Łódź', 'nandu', 'ñandú', 'œuvre', 'Re Zero', 'Straße'],
    ...['The Apple', 'Über', 'x-men', 'Zebra', 'zebra2', 'Ωmega', 'あああ', 'アアア', 'がが', '一', '不'],
  ];
  let library: Awaited<ReturnType<typeof aLibrary>>;
  const list = (...sort: string[]) =>
    findSeries(database.db, aViewer(), {
      condition: { libraryId: { operator: 'is', value: library.id } },
      sort,
      slice: everything,
    });

  beforeAll(async () => {
    library = await aLibrary(database.db);
    for (const title of measured.toReversed()) await aSeries(database.db, { library, title });
  });

  test('by title and by name is that of ICU', async () => {
    expect(titles(await list('metadata.titleSort'))).toEqual(measured);
    expect(titles(await list('name,asc'))).toEqual(measured);
    expect(titles(await list('metadata.titleSort,desc'))).toEqual(measured.toReversed());
  });

  test('without a wish is by title, but not called sorted', async () => {
    const slice = await list();
    expect(titles(slice)).toEqual(measured);
    expect(slice.sorted).toBe(false);
  });

  test('at random finds everything once', async () => {
    const slice = await list('random');
    expect(slice.sorted).toBe(true);
    expect(titles(slice).sort()).toEqual(measured.toSorted());
  });
});

describe('sort keys', () => {
  const at = (day: number) => new Date(Date.UTC(2024, 0, day));
  let first: Series;
  let user: Awaited<ReturnType<typeof aUser>>;
  const list = async (sort: string) =>
    titles(
      await findSeries(database.db, aViewer({ userId: user.id }), {
        condition: inLibraryOf(first),
        sort: [sort],
        slice: everything,
      }),
    );

  beforeAll(async () => {
    const { db } = database;
    const library = await aLibrary(db);
    user = await aUser(db);
    first = await aSeries(db, { library, title: 'x', createdAt: at(2), modifiedAt: at(5) });
    const y = await aSeries(db, { library, title: 'y', createdAt: at(1), modifiedAt: at(6) });
    const z = await aSeries(db, { library, title: 'z', createdAt: at(3), modifiedAt: at(4) });
    const book = await aBook(db, { series: y, releaseDate: '2020-01-01' });
    await aBook(db, { series: z, releaseDate: '2019-01-01' });
    const last = await aBook(db, { series: z });
    await aProgress(db, book, { userId: user.id, readAt: at(8) });
    await aProgress(db, last, { userId: user.id, readAt: at(7) });
  });

  test.each([
    ['created', 'y x z'],
    ['createdDate,desc', 'z x y'],
    ['lastModified,asc', 'z x y'],
    ['lastModifiedDate,desc', 'y x z'],
    ['booksCount,desc', 'z y x'],
    // absent values are the smallest
    ['booksMetadata.releaseDate,asc', 'x z y'],
    ['booksMetadata.releaseDate,desc', 'y z x'],
    ['readDate,asc', 'x z y'],
    ['readDate,desc', 'y z x'],
    // without a collection, or words, to be relevant to
    ['collection.number', 'x y z'],
    ['relevance', 'x y z'],
  ])('%s', async (sort, expected) => {
    expect((await list(sort)).join(' ')).toBe(expected);
  });
});

describe('slices', () => {
  test('of series that are equal in the order neither repeat nor lose any', async () => {
    const library = await aLibrary(database.db);
    for (let n = 0; n < 25; n++) await aSeries(database.db, { library, title: 'Same' });
    const condition = { libraryId: { operator: 'is', value: library.id } } as const;
    const seen: string[] = [];
    for (const page of [0, 1, 2, 3]) {
      const slice = await findSeries(database.db, aViewer(), {
        condition,
        sort: ['booksCount,desc'],
        slice: sliceOf({ page, size: 7 }),
      });
      expect(slice).toMatchObject({ total: 25, page, size: 7, sorted: true });
      seen.push(...slice.rows.map((row) => row.id));
    }
    expect(new Set(seen).size).toBe(25);
  });

  test('beyond the end are empty but know the total', async () => {
    const series = await aSeries(database.db);
    const slice = await findSeries(database.db, aViewer(), {
      condition: inLibraryOf(series),
      slice: sliceOf({ page: 2_147_483_647, size: 2000 }),
    });
    expect(slice).toMatchObject({ rows: [], total: 1, page: 2_147_483_647 });
  });

  test('cost two statements, the whole list one', async () => {
    const { db } = database;
    const run = (slice: Parameters<typeof findSeries>[2]['slice'], fullText?: string) =>
      countStatements(db, () => findSeries(db, aViewer(), { slice, fullText, sort: ['readDate,desc'] }));
    await expect(run(sliceOf({ size: 1 }))).resolves.toBe(2);
    await expect(run(sliceOf({ size: 500 }), 'same')).resolves.toBe(2);
    await expect(run(everything)).resolves.toBe(1);
  });
});

describe('a regular expression', () => {
  const find = async (pattern: string, field: 'title' | 'titleSort' = 'title') =>
    titles(await findSeries(database.db, aViewer(), { regex: { pattern, field }, slice: everything }));

  beforeAll(() => aSeries(database.db, { title: 'The Órbita', titleSort: 'Órbita, The' }));

  test('is found anywhere, in any case', async () => {
    await expect(find('^the ór')).resolves.toEqual(['The Órbita']);
    await expect(find('THE$', 'titleSort')).resolves.toEqual(['The Órbita']);
    await expect(find('^[ó]', 'titleSort')).resolves.toEqual(['The Órbita']);
  });

  test.each(['(', '[a', String.raw`(a)\1`, 'a{1,200}', 'x'.repeat(201), '(?=a)', '***=a'])(
    'that is wrong or could run for long is 400: %j',
    async (pattern) => {
      await expect(find(pattern)).rejects.toMatchObject({ status: 400 });
    },
  );
});

test('letters are counted without accents and case', async () => {
  const { db } = database;
  const library = await aLibrary(db);
  for (const title of ['Eins', 'éa', 'Zwei', '1 Ding', 'ガ', '#']) await aSeries(db, { library, title });
  const condition = { libraryId: { operator: 'is', value: library.id } } as const;
  const groups = await alphabeticalGroups(db, aViewer(), { condition });
  expect(Object.fromEntries(groups.map(({ group, count }) => [group, count]))).toEqual({
    ...{ '#': 1, '1': 1, e: 2, z: 1, か: 1 },
  });
  const some = await alphabeticalGroups(db, aViewer(), { condition, fullText: 'ein' });
  expect(some).toEqual([{ group: 'e', count: 1 }]);
});

test('new, latest and updated series differ in order, and in that a new one is not updated', async () => {
  const { db } = database;
  const at = (day: number) => new Date(Date.UTC(2024, 0, day));
  const library = await aLibrary(db);
  const old = await aSeries(db, { library, title: 'old', createdAt: at(1), modifiedAt: at(9) });
  await aSeries(db, { library, title: 'fresh', createdAt: at(5) });
  await aSeries(db, { library, title: 'gone', createdAt: at(2), modifiedAt: at(3), deletedAt: at(3) });
  const list = async (kind: 'new' | 'latest' | 'updated') =>
    titles(await findRecentSeries(db, aViewer(), kind, { condition: inLibraryOf(old), slice: sliceOf() }));
  await expect(list('new')).resolves.toEqual(['fresh', 'gone', 'old']);
  await expect(list('latest')).resolves.toEqual(['old', 'fresh', 'gone']);
  await expect(list('updated')).resolves.toEqual(['old', 'gone']);
});

test('the series of a collection come in its order, or by title when it has none', async () => {
  const { db } = database;
  const [b, a, c] = [
    await aSeries(db, { title: 'b' }),
    await aSeries(db, { title: 'a' }),
    await aSeries(db, { title: 'c' }),
  ];
  const ordered = await aCollection(db, [b, c, a]);
  const loose = await aCollection(db, [b, c, a], { ordered: false });
  const of = async (collection: typeof ordered, condition?: ReturnType<typeof inLibraryOf>) =>
    titles(await findSeriesOfCollection(db, aViewer(), collection, { condition, slice: sliceOf() }));
  await expect(of(ordered)).resolves.toEqual(['b', 'c', 'a']);
  await expect(of(loose)).resolves.toEqual(['a', 'b', 'c']);
  await expect(of(ordered, inLibraryOf(c))).resolves.toEqual(['c']);
});
