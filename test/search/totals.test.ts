import { recountProgress } from '../../src/library/series-progress';
import { Book } from '../../src/model/book';
import type { Library } from '../../src/model/library';
import type { Series } from '../../src/model/series';
import type { BookCondition } from '../../src/search/condition';
import { findBooks, findDuplicates } from '../../src/search/find-books';
import { findSeries } from '../../src/search/find-series';
import { findOnDeck } from '../../src/search/on-deck';
import { everything, sliceOf } from '../../src/search/slice';
import type { Viewer } from '../../src/search/viewer';
import { aBook, aLibrary, aProgress, aSeries, aUser, aViewer } from '../support/builders';
import { useDatabase } from '../support/database';

const database = useDatabase();
const one = sliceOf({ size: 1 });
let libraries: Library[];
let viewers: Viewer[];

/** Books in and out of the trash, readable and not, read, open and unread, in series for children and adults. */
beforeAll(async () => {
  const { db } = database;
  libraries = [await aLibrary(db), await aLibrary(db)];
  const user = await aUser(db);
  const all: Series[] = [];
  for (let number = 0; number < 12; number++) {
    const series = await aSeries(db, {
      ...{ library: libraries[number % 2] as Library, ageRating: number % 3 === 0 ? 18 : null },
      sharingLabels: number % 4 === 0 ? ['adult'] : [],
    });
    all.push(series);
    for (let book = 0; book < 1 + (number % 4); book++) {
      const state = (number + book * 5) % 7;
      const made = await aBook(db, {
        ...{ series, fileHash: state === 1 ? '' : `h${(number * book) % 5}`, fileSize: 1000 + (state % 2) },
        ...{ deletedAt: state === 2 ? new Date() : null, mediaStatus: state === 3 ? 'ERROR' : 'READY' },
      });
      const isBegun = (number + book) % 3 === 0;
      if (isBegun) await aProgress(db, made, { userId: user.id, completed: number % 2 === 0 });
    }
  }
  await db.transaction((trx) =>
    recountProgress(
      trx,
      all.map(({ id }) => id),
    ),
  );
  const userId = user.id;
  viewers = [
    aViewer({ userId }),
    aViewer({ userId, libraryIds: [libraries[0]?.id ?? ''] }),
    aViewer({ userId, ageRestriction: { age: 16, mode: 'EXCLUDE' } }),
    aViewer({ userId, labelsExclude: ['adult'] }),
  ];
});

const is = <V>(value: V) => ({ operator: 'is' as const, value });

test('the total of books is the number of books in the list, whatever it is made of', async () => {
  const { db } = database;
  const shelf = { libraryId: is(libraries[1]?.id ?? '') };
  const present = { deleted: { operator: 'isFalse' as const } };
  const ready = { mediaStatus: is('READY' as const) };
  const parts: BookCondition[] = [shelf, present, ready, { anyOf: [shelf, { libraryId: is(libraries[0]?.id ?? '') }] }];
  const statuses = (['UNREAD', 'READ', 'IN_PROGRESS'] as const).map((status) => ({ readStatus: is(status) }));
  const conditions: BookCondition[] = [
    ...[{ allOf: [] }, { allOf: [present, ready] }, { allOf: [shelf, present, ready] }, { anyOf: [] }],
    ...[...parts, ...statuses, ...statuses.map((status) => ({ allOf: [status, shelf, present] }))],
    ...statuses.map((status) => ({ allOf: [status, ready, present] })),
    ...[
      { anyOf: [shelf, present] },
      { allOf: [...statuses.slice(0, 2)] },
      { deleted: { operator: 'isTrue' as const } },
    ],
    { libraryId: { operator: 'isNot', value: libraries[1]?.id ?? '' } },
  ];
  for (const viewer of viewers) {
    for (const condition of conditions) {
      const { rows } = await findBooks(db, viewer, { condition, slice: everything });
      const { total } = await findBooks(db, viewer, { condition, slice: one });
      expect({ condition, total }).toEqual({ condition, total: rows.length });
    }
  }
});

test('the total on deck is the number of books on deck', async () => {
  const { db } = database;
  for (const viewer of viewers) {
    for (const readable of [true, false]) {
      const { rows } = await findOnDeck(db, viewer, { readable, slice: everything });
      await expect(findOnDeck(db, viewer, { readable, slice: one })).resolves.toMatchObject({ total: rows.length });
    }
  }
});

/** Files that occur twice, as the books themselves tell. */
async function twins(): Promise<string[]> {
  const books = await Book.query(database.db).whereNot({ fileHash: '' });
  const file = ({ fileHash, fileSize }: Book) => `${fileHash} ${fileSize}`;
  return books
    .filter((book) => books.some((other) => other.id !== book.id && file(other) === file(book)))
    .map(({ id }) => id)
    .sort();
}

async function duplicates() {
  const { db } = database;
  const viewer = aViewer();
  const { rows } = await findDuplicates(db, viewer, { slice: everything });
  const paged = [];
  for (let page = 0; page * 3 < rows.length; page++) {
    const slice = await findDuplicates(db, viewer, { slice: sliceOf({ page, size: 3 }) });
    expect(slice.total).toBe(rows.length);
    paged.push(...slice.rows);
  }
  expect(paged.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  return rows.map(({ id }) => id).sort();
}

test('files that are there twice are known after any change, before and after changes are counted', async () => {
  const { db } = database;
  const settle = () => db.raw('select settle_duplicates()');
  const changes = [
    () => Book.query(db).patch({ fileHash: 'new' }).whereIn('fileHash', ['h1', 'h2']),
    () => Book.query(db).patch({ fileHash: '' }).where({ fileHash: 'h0', fileSize: 1000 }),
    () => Book.query(db).patch({ fileSize: 7 }).where({ fileHash: 'h3' }),
    () => Book.query(db).delete().where({ fileHash: 'new', fileSize: 1001 }),
    settle,
    () => aBook(db, { fileHash: 'only', fileSize: 7 }),
    () => aBook(db, { fileHash: 'only', fileSize: 7 }),
    settle,
    () =>
      Book.query(db)
        .delete()
        .whereIn('id', Book.query(db).select('id').where({ fileHash: 'only' }).limit(1)),
    settle,
  ];
  await expect(duplicates()).resolves.toEqual(await twins());
  for (const change of changes) {
    await change();
    await expect(duplicates()).resolves.toEqual(await twins());
  }
  await expect(db('duplicate_change').count({ count: '*' })).resolves.toEqual([{ count: 0 }]);
});

test('pages that are looked up from the end of the list are the pages of the list', async () => {
  const { db } = database;
  await db.raw(
    `insert into series (id, library_id, path, name, file_modified_at, created_at, modified_at, title, title_sort,
       metadata_created_at, metadata_modified_at, books_metadata_created_at, books_metadata_modified_at, title_key,
       title_sort_key, search_key, books_release_date)
     select gen_random_uuid(), ?, n::text, 'x', now(), now(), now(), 'x', (n % 100)::text, now(), now(), now(), now(),
       'x', 'x', 'x', case when n % 3 > 0 then date '2000-01-01' + n % 7 end from generate_series(1, 2500) n`,
    [libraries[0]?.id ?? ''],
  );
  for (const sort of ['metadata.titleSort', 'booksMetadata.releaseDate,desc', 'booksMetadata.releaseDate']) {
    const { rows } = await findSeries(db, aViewer(), { sort: [sort], slice: everything });
    for (const page of [3, 5, 7, 8]) {
      const slice = await findSeries(db, aViewer(), { sort: [sort], slice: sliceOf({ page, size: 300 }) });
      expect(slice.rows.map(({ id }) => id)).toEqual(rows.slice(page * 300, (page + 1) * 300).map(({ id }) => id));
      expect(slice.total).toBe(rows.length);
    }
    await expect(
      findSeries(db, aViewer(), { sort: [sort], slice: sliceOf({ page: 900, size: 300 }) }),
    ).resolves.toMatchObject({ rows: [], total: rows.length });
  }
});

test('a search tells its total on every page, also behind the last one', async () => {
  const { db } = database;
  for (let number = 0; number < 5; number++) await aSeries(db, { title: `Wanted ${number} 進撃の巨人` });
  for (const fullText of ['wanted', '進', '進撃', '進撃の巨']) {
    for (const page of [0, 2, 9]) {
      const slice = sliceOf({ page, size: 2 });
      await expect(findSeries(db, aViewer(), { fullText, slice })).resolves.toMatchObject({ total: 5 });
    }
  }
  await expect(findSeries(db, aViewer(), { fullText: '撃進', slice: one })).resolves.toMatchObject({ total: 0 });
});
