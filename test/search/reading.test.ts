import { newId } from '../../src/base/public-id';
import type { Book } from '../../src/model/book';
import { findOnDeck } from '../../src/search/on-deck';
import { readListReadSummary, seriesReadSummary } from '../../src/search/reading-summary';
import { siblingInReadList, siblingInSeries } from '../../src/search/siblings';
import { sliceOf } from '../../src/search/slice';
import type { Viewer } from '../../src/search/viewer';
import { aBook, aProgress, aReadList, aSeries, aSeriesWithBooks, aUser, aViewer } from '../support/builders';
import { useDatabase } from '../support/database';
import { countStatements } from '../support/statements';

const database = useDatabase();
const at = (day: number) => new Date(Date.UTC(2024, 0, day));

async function aReader(): Promise<Viewer> {
  return aViewer({ userId: (await aUser(database.db)).id });
}
const complete = (viewer: Viewer, book: Book | undefined, readAt = at(1)) =>
  aProgress(database.db, book!, { userId: viewer.userId, completed: true, readAt });
const open = (viewer: Viewer, book: Book | undefined) => aProgress(database.db, book!, { userId: viewer.userId });

describe('on deck', () => {
  const onDeck = async (viewer: Viewer, libraryIds?: string[]) => {
    const { rows, total } = await findOnDeck(database.db, viewer, { libraryIds, slice: sliceOf() });
    expect(total).toBe(rows.length);
    return rows.map((row) => row.id);
  };

  test('is the first unread book of a series that was begun', async () => {
    const viewer = await aReader();
    const { books } = await aSeriesWithBooks(database.db, 3);
    await complete(viewer, books[0]);
    await expect(onDeck(viewer)).resolves.toEqual([books[1]!.id]);
  });

  test('is an earlier book when a later one was read first', async () => {
    const viewer = await aReader();
    const { books } = await aSeriesWithBooks(database.db, 3);
    await complete(viewer, books[2]);
    await expect(onDeck(viewer)).resolves.toEqual([books[0]!.id]);
  });

  test('has no series with an open book, none that is finished, none that is untouched, none of another reader', async () => {
    const [viewer, other] = [await aReader(), await aReader()];
    const [opened, finished, others] = [
      await aSeriesWithBooks(database.db, 3),
      await aSeriesWithBooks(database.db, 1),
      await aSeriesWithBooks(database.db, 2),
    ];
    await aSeriesWithBooks(database.db, 2);
    await complete(viewer, opened.books[0]);
    await open(viewer, opened.books[1]);
    await complete(viewer, finished.books[0]);
    await complete(other, others.books[0]);
    await expect(onDeck(viewer)).resolves.toEqual([]);
  });

  test('passes over books that have vanished', async () => {
    const viewer = await aReader();
    const { series, books } = await aSeriesWithBooks(database.db, 1);
    await aBook(database.db, { series, deletedAt: at(1) });
    await complete(viewer, books[0]);
    await expect(onDeck(viewer)).resolves.toEqual([]);
    const last = await aBook(database.db, { series });
    await expect(onDeck(viewer)).resolves.toEqual([last.id]);
  });

  test('begins with the series that was read last', async () => {
    const viewer = await aReader();
    const [a, b] = [await aSeriesWithBooks(database.db, 2), await aSeriesWithBooks(database.db, 2)];
    await complete(viewer, a.books[0], at(5));
    await complete(viewer, b.books[0], at(9));
    await expect(onDeck(viewer)).resolves.toEqual([b.books[1]!.id, a.books[1]!.id]);
    await expect(onDeck(viewer, [a.series.libraryId])).resolves.toEqual([a.books[1]!.id]);
  });

  test('keeps to what the viewer may see', async () => {
    const viewer = await aReader();
    const { books } = await aSeriesWithBooks(database.db, 2, { ageRating: 18 });
    await complete(viewer, books[0]);
    await expect(onDeck({ ...viewer, ageRestriction: { age: 16, mode: 'EXCLUDE' } })).resolves.toEqual([]);
    await expect(onDeck({ ...viewer, libraryIds: [] })).resolves.toEqual([]);
  });

  test('has progress null and costs two statements', async () => {
    const viewer = await aReader();
    const { books } = await aSeriesWithBooks(database.db, 2);
    await complete(viewer, books[0]);
    const { rows } = await findOnDeck(database.db, viewer, { slice: sliceOf() });
    expect(rows[0]?.progress).toBeNull();
    const work = () => findOnDeck(database.db, viewer, { slice: sliceOf() });
    await expect(countStatements(database.db, work)).resolves.toBe(2);
  });
});

describe('the neighbour in a series', () => {
  test('is the next or previous number; there is none at the ends', async () => {
    const { db } = database;
    const series = await aSeries(db);
    const [second, first] = [await aBook(db, { series, numberSort: 2 }), await aBook(db, { series, numberSort: 1 })];
    const gone = await aBook(db, { series, numberSort: 2.5, deletedAt: at(1) });
    const find = async (book: Book, direction: 'next' | 'previous') =>
      (await siblingInSeries(db, aViewer(), book.id, direction))?.id ?? null;
    await expect(find(first, 'next')).resolves.toBe(second.id);
    await expect(find(second, 'next')).resolves.toBe(gone.id);
    await expect(find(second, 'previous')).resolves.toBe(first.id);
    await expect(find(first, 'previous')).resolves.toBeNull();
    await expect(find(gone, 'next')).resolves.toBeNull();
  });

  test('of books with the same number reaches each of them', async () => {
    const { db } = database;
    const series = await aSeries(db);
    const books = [0, 0, 0].map(() => aBook(db, { series, numberSort: 1, number: 1 }));
    const ids = (await Promise.all(books)).map((book) => book.id).sort();
    const seen = [ids[0]!];
    for (;;) {
      const next = await siblingInSeries(db, aViewer(), seen.at(-1)!, 'next');
      if (!next) break;
      seen.push(next.id);
    }
    expect(seen).toEqual(ids);
  });

  test('brings the progress of the viewer, and nothing to those who may not see it', async () => {
    const viewer = await aReader();
    const { books } = await aSeriesWithBooks(database.db, 2);
    await open(viewer, books[1]);
    const next = await siblingInSeries(database.db, viewer, books[0]!.id, 'next');
    expect(next?.progress?.page).toBe(1);
    const limited = { ...viewer, libraryIds: [] };
    await expect(siblingInSeries(database.db, limited, books[0]!.id, 'next')).resolves.toBeNull();
    await expect(siblingInSeries(database.db, viewer, newId(), 'next')).resolves.toBeNull();
  });
});

describe('the neighbour in a read list', () => {
  const walk = async (viewer: Viewer, list: { id: string; ordered: boolean }, from: Book) => {
    const [next, previous] = [
      await siblingInReadList(database.db, viewer, list, from.id, 'next'),
      await siblingInReadList(database.db, viewer, list, from.id, 'previous'),
    ];
    return [previous?.title ?? null, next?.title ?? null];
  };

  test('is by position, or by release in a list without order', async () => {
    const { db } = database;
    const [a, b, c] = [
      await aBook(db, { title: 'a', releaseDate: '2003-01-01' }),
      await aBook(db, { title: 'b' }),
      await aBook(db, { title: 'c', releaseDate: '2001-01-01' }),
    ];
    const ordered = await aReadList(db, [a, b, c]);
    const loose = await aReadList(db, [a, b, c], { ordered: false });
    await expect(walk(aViewer(), ordered, b)).resolves.toEqual(['a', 'c']);
    await expect(walk(aViewer(), ordered, a)).resolves.toEqual([null, 'b']);
    await expect(walk(aViewer(), loose, c)).resolves.toEqual(['b', 'a']);
    await expect(walk(aViewer(), loose, b)).resolves.toEqual([null, 'c']);
  });

  test('passes over what the viewer may not see, and is none for a book that is not in the list', async () => {
    const { db } = database;
    const hidden = await aSeries(db, { sharingLabels: ['adult'] });
    const [a, b, c] = [
      await aBook(db, { title: 'a' }),
      await aBook(db, { series: hidden }),
      await aBook(db, { title: 'c' }),
    ];
    const list = await aReadList(db, [a, b, c]);
    await expect(walk(aViewer({ labelsExclude: ['adult'] }), list, a)).resolves.toEqual([null, 'c']);
    await expect(walk(aViewer(), list, await aBook(db))).resolves.toEqual([null, null]);
  });
});

describe('how far the viewer is', () => {
  test('in a series: counts, and the completed books at the beginning', async () => {
    const { db } = database;
    const viewer = await aReader();
    const series = await aSeries(db);
    const books: Book[] = [];
    for (const numberSort of [1, 2, 10.1, 11, 12]) books.push(await aBook(db, { series, numberSort }));
    for (const index of [0, 1, 3]) await complete(viewer, books[index]);
    await open(viewer, books[4]);
    await expect(seriesReadSummary(db, viewer, series.id)).resolves.toEqual({
      ...{ bookCount: 5, readCount: 3, inProgressCount: 1, unreadCount: 1, lastReadNumberSort: 2, maxNumberSort: 12 },
    });
    await complete(viewer, books[2]);
    await expect(seriesReadSummary(db, viewer, series.id)).resolves.toMatchObject({ lastReadNumberSort: 11 });
  });

  test('in a series of which the first book is unread, or without books, is 0', async () => {
    const { db } = database;
    const viewer = await aReader();
    const { series, books } = await aSeriesWithBooks(db, 2);
    await complete(viewer, books[1]);
    await expect(seriesReadSummary(db, viewer, series.id)).resolves.toMatchObject({
      lastReadNumberSort: 0,
      maxNumberSort: 2,
    });
    const empty = await seriesReadSummary(db, viewer, (await aSeries(db)).id);
    expect(empty).toEqual({
      ...{ bookCount: 0, readCount: 0, inProgressCount: 0, unreadCount: 0, lastReadNumberSort: 0, maxNumberSort: 0 },
    });
  });

  test('in a read list: by position among what they may see', async () => {
    const { db } = database;
    const viewer = { ...(await aReader()), labelsExclude: ['adult'] };
    const hidden = await aSeries(db, { sharingLabels: ['adult'] });
    const [a, b, c] = [await aBook(db), await aBook(db), await aBook(db)];
    const list = await aReadList(db, [c, await aBook(db, { series: hidden }), a, b]);
    await complete(viewer, c);
    await complete(viewer, a);
    await expect(readListReadSummary(db, viewer, list.id)).resolves.toEqual({
      ...{ bookCount: 3, readCount: 2, inProgressCount: 0, unreadCount: 1, lastReadIndex: 2 },
    });
  });
});
