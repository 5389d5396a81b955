import { newId } from '../../src/base/public-id';
import type { Book } from '../../src/model/book';
import type { Series } from '../../src/model/series';
import {
  bookListQuery,
  findBooks,
  findBooksOfReadList,
  findBooksOfSeries,
  findDuplicates,
  findKeepReading,
  findLatestBooks,
  getBook,
  readBooks,
} from '../../src/search/find-books';
import { everything, sliceOf } from '../../src/search/slice';
import { sql } from '../../src/search/sql';
import { aBook, aLibrary, aProgress, aReadList, aSeries, aSeriesWithBooks, aUser, aViewer } from '../support/builders';
import { useDatabase } from '../support/database';
import { countStatements } from '../support/statements';

const database = useDatabase();
const titles = (slice: { rows: { title: string }[] }) => slice.rows.map((row) => row.title).join(' ');
const at = (day: number) => new Date(Date.UTC(2024, 0, day));

describe('one book', () => {
  test('has its metadata, what it needs of its series, and the progress of the viewer', async () => {
    const { db } = database;
    const user = await aUser(db);
    const library = await aLibrary(db, { root: '/comics' });
    const series = await aSeries(db, {
      ...{ library, title: 'Akira', language: 'ja', publisher: 'Kodansha', readingDirection: 'RIGHT_TO_LEFT' },
      ...{ ageRating: 16, genres: ['drama'] },
    });
    const book = await aBook(db, { series, releaseDate: '1984-09-21', numberSort: 1.5, fileSize: 3_000_000_000 });
    await aProgress(db, book, { userId: user.id, page: 2, readAt: at(3), deviceId: 'd', deviceName: 'Phone' });

    const view = await getBook(db, aViewer({ userId: user.id }), book.id);

    expect(view).toMatchObject({
      ...{ id: book.id, seriesId: series.id, releaseDate: '1984-09-21', numberSort: 1.5, fileSize: 3_000_000_000 },
      ...{ libraryRoot: '/comics', seriesTitle: 'Akira', seriesLanguage: 'ja', seriesPublisher: 'Kodansha' },
      ...{ seriesReadingDirection: 'RIGHT_TO_LEFT', seriesAgeRating: 16, seriesGenres: ['drama'] },
    });
    expect(view.progress).toEqual({
      ...{ page: 2, completed: false, readAt: at(3), createdAt: at(3), modifiedAt: at(3) },
      ...{ deviceId: 'd', deviceName: 'Phone' },
    });
    expect(Object.keys(view).filter((key) => key.includes(':') || key === 'visible')).toEqual([]);
  });

  test('is unread for another viewer', async () => {
    const { db } = database;
    const book = await aBook(db);
    await aProgress(db, book, { userId: (await aUser(db)).id });
    await expect(getBook(db, aViewer(), book.id)).resolves.toMatchObject({ progress: null });
  });

  test('is 404 when unknown and 403 when forbidden', async () => {
    const book = await aBook(database.db);
    await expect(getBook(database.db, aViewer(), newId())).rejects.toMatchObject({ status: 404 });
    const limited = aViewer({ libraryIds: [] });
    await expect(getBook(database.db, limited, book.id)).rejects.toMatchObject({ status: 403 });
  });
});

describe('sort keys', () => {
  let books: Book[];
  let viewer = aViewer();
  const list = (sort: string[], readListId?: string) => {
    const inLibrary = { libraryId: { operator: 'is', value: books[0]!.libraryId } } as const;
    const inReadList = { readListId: { operator: 'is', value: readListId ?? '' } } as const;
    return findBooks(database.db, viewer, {
      condition: readListId === undefined ? inLibrary : { allOf: [inLibrary, { anyOf: [inReadList] }] },
      sort,
      slice: everything,
    });
  };

  beforeAll(async () => {
    const { db } = database;
    const user = await aUser(db);
    viewer = aViewer({ userId: user.id });
    const library = await aLibrary(db);
    const [beta, alpha] = [
      await aSeries(db, { library, title: 'beta' }),
      await aSeries(db, { library, title: 'Álpha' }),
    ];
    books = [
      await aBook(db, {
        ...{ series: beta, title: 'x', name: 'n2', numberSort: 1, createdAt: at(2), modifiedAt: at(5), fileSize: 30 },
        ...{ fileHash: 'b', path: 'B/1', mediaStatus: 'ERROR', mediaComment: 'ERR_1', mediaType: 'b', pageCount: 7 },
        ...{ releaseDate: '2020-01-01' },
      }),
      await aBook(db, {
        ...{ series: beta, title: 'y', name: 'n1', numberSort: 10, createdAt: at(1), modifiedAt: at(6), fileSize: 10 },
        ...{ fileHash: 'a', path: 'a/1', mediaStatus: 'UNKNOWN', mediaComment: 'err_0', mediaType: '', pageCount: 8 },
        ...{ mediaProfile: '' },
      }),
      await aBook(db, {
        ...{ series: alpha, title: 'z', name: 'n3', numberSort: 2, createdAt: at(3), modifiedAt: at(4), fileSize: 20 },
        ...{ fileHash: 'c', path: 'c/1', mediaComment: '', mediaType: 'A', pageCount: 6, releaseDate: '2019-12-31' },
      }),
    ];
    await aProgress(db, books[0]!, { userId: user.id, readAt: at(9), modifiedAt: at(7) });
    await aProgress(db, books[2]!, { userId: user.id, readAt: at(8), modifiedAt: at(8) });
  });

  test.each([
    ['name', 'y x z'],
    ['series', 'z x y'],
    ['series,metadata.numberSort,desc', 'y x z'],
    ['series,metadata.numberSort,asc', 'z x y'],
    ['created,desc', 'z x y'],
    ['createdDate', 'y x z'],
    ['lastModified', 'z x y'],
    ['lastModifiedDate,desc', 'y x z'],
    ['fileSize', 'y z x'],
    ['size,desc', 'x z y'],
    ['fileHash', 'y x z'],
    ['url', 'y x z'],
    ['media.status', 'x z y'],
    ['media.comment', 'z y x'],
    ['media.mediaType,desc', 'x z y'],
    ['media.pagesCount', 'z x y'],
    ['metadata.title,desc', 'z y x'],
    ['metadata.numberSort', 'x z y'],
    // absent values are the smallest
    ['metadata.releaseDate', 'y z x'],
    ['metadata.releaseDate,desc', 'x z y'],
    ['readProgress.readDate', 'y z x'],
    ['readProgress.readDate,desc', 'x z y'],
    ['readProgress.lastModified,desc', 'z x y'],
  ])('%s', async (sort, expected) => {
    const slice = await list([sort]);
    expect([titles(slice), slice.sorted]).toEqual([expected, true]);
  });

  test.each(['metadata.number', 'number', 'seriesTitle', 'random', 'readList.number', 'relevance', 'readDate'])(
    '%s is none: the books come as they came',
    async (sort) => {
      const slice = await list([sort]);
      expect([titles(slice), slice.sorted]).toEqual(['x y z', false]);
    },
  );

  test('readList.number is one where a read list is asked for', async () => {
    const readList = await aReadList(database.db, [books[1]!, books[2]!, books[0]!]);
    expect(titles(await list(['readList.number'], readList.id))).toBe('y z x');
    expect(titles(await list(['readList.number,desc'], readList.id))).toBe('x z y');
  });
});

describe('slices', () => {
  test('never repeat nor lose a book', async () => {
    const { db } = database;
    const { series } = await aSeriesWithBooks(db, 11);
    const condition = { seriesId: { operator: 'is', value: series.id } } as const;
    const seen: string[] = [];
    for (const page of [0, 1, 2]) {
      const slice = await findBooks(db, aViewer(), {
        condition,
        sort: ['fileSize'],
        slice: sliceOf({ page, size: 4 }),
      });
      expect(slice.total).toBe(11);
      seen.push(...slice.rows.map((row) => row.id));
    }
    expect(new Set(seen).size).toBe(11);
  });

  test('know the total of what the viewer sees, with and without a condition', async () => {
    const { db } = database;
    const { series } = await aSeriesWithBooks(db, 3);
    const viewer = aViewer({ libraryIds: [series.libraryId] });
    const slice = sliceOf({ size: 1 });
    await expect(findBooks(db, viewer, { slice })).resolves.toMatchObject({ total: 3 });
    const condition = { mediaStatus: { operator: 'is', value: 'READY' } } as const;
    await expect(findBooks(db, viewer, { condition, slice })).resolves.toMatchObject({ total: 3 });
  });

  test('cost two statements, the whole list one', async () => {
    const { db } = database;
    const run = (size: number, unpaged = false) =>
      countStatements(db, () => findBooks(db, aViewer(), { slice: sliceOf({ size, unpaged }), sort: ['series'] }));
    await expect(run(1)).resolves.toBe(2);
    await expect(run(500)).resolves.toBe(2);
    await expect(run(20, true)).resolves.toBe(1);
  });
});

describe('the books of a series', () => {
  let series: Series;
  beforeAll(async () => {
    ({ series } = await aSeriesWithBooks(database.db, 11));
  });

  test('come by number unless asked otherwise', async () => {
    const list = (sort?: string[]) => findBooksOfSeries(database.db, aViewer(), series.id, { sort, slice: everything });
    expect((await list()).rows.map((row) => row.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect((await list(['metadata.numberSort,desc'])).rows[0]?.number).toBe(11);
  });

  test('are those of this series and of a condition', async () => {
    const condition = { numberSort: { operator: 'greaterThan', value: 10 } } as const;
    const { rows } = await findBooksOfSeries(database.db, aViewer(), series.id, { condition, slice: everything });
    expect(rows.map((row) => row.number)).toEqual([10, 11]);
  });
});

test('the books of a read list come in its order, or by release without one, those without a date first', async () => {
  const { db } = database;
  const series = await aSeries(db);
  const [old, none, recent] = [
    await aBook(db, { series, title: 'old', releaseDate: '1990-01-01' }),
    await aBook(db, { series, title: 'none' }),
    await aBook(db, { series, title: 'recent', releaseDate: '2020-01-01' }),
  ];
  const ordered = await aReadList(db, [recent, old, none]);
  const loose = await aReadList(db, [recent, old, none], { ordered: false });
  const of = async (list: typeof ordered) =>
    titles(await findBooksOfReadList(db, aViewer(), list, { slice: everything }));
  await expect(of(ordered)).resolves.toBe('recent old none');
  await expect(of(loose)).resolves.toBe('none old recent');
});

test('the latest books are those whose row changed last', async () => {
  const { db } = database;
  const series = await aSeries(db);
  await aBook(db, { series, title: 'a', modifiedAt: at(2) });
  await aBook(db, { series, title: 'b', modifiedAt: at(3) });
  const viewer = aViewer({ libraryIds: [series.libraryId] });
  expect(titles(await findLatestBooks(db, viewer, { slice: sliceOf() }))).toBe('b a');
});

test('keep reading lists what is open, last read first', async () => {
  const { db } = database;
  const user = await aUser(db);
  const { books } = await aSeriesWithBooks(db, 4);
  await aProgress(db, books[0]!, { userId: user.id, readAt: at(1) });
  await aProgress(db, books[1]!, { userId: user.id, readAt: at(3), completed: true });
  await aProgress(db, books[2]!, { userId: user.id, readAt: at(2) });
  const slice = await findKeepReading(db, aViewer({ userId: user.id }), { slice: sliceOf() });
  expect(slice.rows.map((row) => row.number)).toEqual([3, 1]);
  expect(slice.total).toBe(2);
});

test('duplicates share hash and size, are listed together, and are hidden from no administrator', async () => {
  const { db } = database;
  const book = (title: string, fileHash: string, fileSize: number) => aBook(db, { title, fileHash, fileSize });
  await book('b1', 'hash-b', 5);
  await book('a1', 'hash-a', 5);
  await book('b2', 'hash-b', 5);
  await book('a2', 'hash-a', 5);
  await book('other size', 'hash-a', 6);
  await book('no hash', '', 5);
  await book('no hash', '', 5);
  const strict = aViewer({ libraryIds: [], ageRestriction: { age: 1, mode: 'ALLOW_ONLY' } });
  const slice = await findDuplicates(db, strict, { slice: sliceOf() });
  expect(titles(slice)).toBe('a1 a2 b1 b2');
  expect(slice.total).toBe(4);
});

test('a list with a further condition counts with it', async () => {
  const { db } = database;
  const { series } = await aSeriesWithBooks(db, 3);
  const viewer = aViewer({ libraryIds: [series.libraryId] });
  const list = bookListQuery(viewer, { slice: sliceOf({ size: 1 }) });
  const slice = await readBooks(db, { ...list, conditions: [...list.conditions, sql`b.number > 1`] });
  expect(slice.total).toBe(2);
});

test('by url, letters beyond ASCII come before others, as in the URLs that Komga sorts by', async () => {
  const { db } = database;
  const series = await aSeries(db);
  for (const path of ['b.cbz', 'ñ.cbz', 'A.cbz', 'a b.cbz', 'סי.cbz', '1.cbz']) {
    await aBook(db, { series, path, title: path });
  }
  const slice = await findBooksOfSeries(db, aViewer(), series.id, { sort: ['url'], slice: everything });
  expect(slice.rows.map((row) => row.title)).toEqual(['ñ.cbz', 'סי.cbz', '1.cbz', 'a b.cbz', 'A.cbz', 'b.cbz']);
});
