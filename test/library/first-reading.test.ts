import { rmSync } from 'node:fs';
import path from 'node:path';
import { eachBook } from '../../src/library/each-book';
import { loadOutline, outlineOf } from '../../src/library/outline';
import type { FoundSeries } from '../../src/library/found';
import { walk } from '../../src/library/walk';
import { BookMedia } from '../../src/model/book-media';
import { cbz, picture, put, zipOf } from '../support/book-builders';
import { handlersOf } from '../jobs/support';
import { useShelves, type Shelf } from './support';

const { test: database, newShelf, drain, context } = useShelves();

const tasks = async (): Promise<string[]> => {
  const { rows } = await database.db.raw<{ rows: { task: string }[] }>(
    'select task_identifier as task from graphile_worker.jobs order by 1',
  );
  return rows.map(({ task }) => task);
};

afterEach(() => database.db.raw('delete from graphile_worker._private_jobs'));

/** Books of all kinds that a scan may meet. */
async function fill(root: string): Promise<void> {
  const comicInfo = {
    Series: 'The Fox & More',
    Number: '3.5',
    Title: 'Título',
    Writer: 'Ana, Ana, Béla',
    Genre: 'Drama',
  };
  put(root, 'Fox/Fox 2.cbz', await cbz({ comicInfo, pages: 12 }));
  put(root, 'Fox/Fox 10.cbz', await cbz({ comicInfo: { ...comicInfo, Number: 'x', Volume: 2, Year: 2020 }, seed: 2 }));
  put(root, 'Fox/Fox 1.cbz', await cbz({ seed: 3 }));
  put(root, 'Fox/series.json', JSON.stringify({ metadata: { name: 'Fox of Mylar', publisher: 'P', year: 2001 } }));
  put(root, 'Fox/cover.jpg', await picture(7));
  put(root, 'Sets/1.cbz', await cbz({ seed: 4, comicInfo: { SeriesGroup: 'Group, Other', StoryArc: 'Arc' } }));
  put(root, 'Sets/1.jpg', await picture(8));
  put(root, 'Mixed/good.cbz', await cbz({ seed: 5 }));
  put(root, 'Mixed/cut.cbz', (await cbz({ seed: 6 })).subarray(0, 300));
  put(root, 'Mixed/empty.cbz', '');
  put(root, 'Bad ComicInfo/1.cbz', zipOf([{ name: 'ComicInfo.xml', data: Buffer.from('<ComicInfo>') }]));
  put(root, 'alone/One.cbz', await cbz({ seed: 9, comicInfo: { Title: 'Only', Summary: 'S\u0000 \ud800 half' } }));
  put(root, 'Pictures/1/1.jpg', await picture(10));
  put(root, 'Pictures/2/1.jpg', await picture(11));
}

const options = { oneshotsDirectory: 'alone', convertToCbz: false };

/** All that is stored of a library, without ids and the time at which it was found. */
async function contentOf({ books, series, library }: Shelf): Promise<unknown> {
  const ids = (await books()).map(({ id }) => id);
  const media = await BookMedia.query(database.db).findByIds(ids);
  const paths = new Map((await books()).map(({ id, path: at }) => [id, at]));
  const sets = await database.db.raw<{ rows: unknown[] }>(
    `select c.name, s.path from collection_series m join collection c on c.id = m.collection_id
       join series s on s.id = m.series_id where s.library_id = :id
     union all select l.name, b.path from read_list_book m join read_list l on l.id = m.read_list_id
       join book b on b.id = m.book_id where b.library_id = :id order by 1, 2`,
    { id: library.id },
  );
  const posters = await database.db.raw<{ rows: unknown[] }>(
    `select coalesce(b.path, s.path) as of, p.type, p.selected, p.width, p.path from poster p
       left join book b on b.id = p.book_id left join series s on s.id = p.series_id
     where coalesce(b.library_id, s.library_id) = :id order by 1, 2, 5`,
    { id: library.id },
  );
  const text = JSON.stringify({
    books: await books(),
    series: await series(),
    media: media
      .map((row) => ({ ...row, bookId: paths.get(row.bookId) }))
      .sort((a, b) => ((a.bookId ?? '') < (b.bookId ?? '') ? -1 : 1)),
    sets: sets.rows,
    posters: posters.rows,
  });
  return JSON.parse(
    text
      .replaceAll(/"(?:id|libraryId|seriesId)":"[^"]*"/g, '"id":""')
      .replaceAll(/"modifiedAt":\d+/g, '"modifiedAt":0')
      .replaceAll(/"20(?!24-05-01T12)\d\d-\d\d-\d\dT[^"]*"/g, '"now"'),
  ) as unknown;
}

test('a scan that reads books as it finds them leaves the same as tasks that read them later', async () => {
  const read = await newShelf(options);
  await fill(read.root);
  await read.scan();
  await drain();
  const content = await contentOf(read);
  await database.db.raw('delete from collection; delete from read_list; delete from library');
  const left = await newShelf(options);
  await fill(left.root);
  await left.scan({ readsBooks: false });
  await drain();
  expect(content).toEqual(await contentOf(left));
});

test('books that are plain archives can be read when the scan ends, and only their posters are left to be made', async () => {
  const shelf = await newShelf({ hashFiles: true });
  for (const number of [1, 2, 3])
    put(shelf.root, `A/${number}.cbz`, await cbz({ seed: number, comicInfo: { Series: 'S' } }));
  await shelf.scan();
  const books = await shelf.books();
  expect(books.map(({ mediaStatus, pageCount }) => [mediaStatus, pageCount])).toEqual(Array(3).fill(['READY', 2]));
  expect(new Set(books.map(({ fileHash }) => fileHash.length))).toEqual(new Set([32]));
  expect((await shelf.series())[0]).toMatchObject({ title: 'S', bookCount: 3 });
  expect(await tasks()).toEqual(['generatePosters']);
});

test('a file that is damaged is left to a task of its own and keeps none of the others waiting', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 1 }));
  put(shelf.root, 'A/2.cbz', (await cbz({ seed: 2 })).subarray(0, 300));
  put(shelf.root, 'A/3.cbz', await cbz({ seed: 3 }));
  await shelf.scan();
  expect((await shelf.books()).map((book) => book.mediaStatus)).toEqual(['READY', 'UNKNOWN', 'READY']);
  await drain();
  expect((await shelf.books()).map((book) => book.mediaStatus)).toEqual(['READY', 'ERROR', 'READY']);
});

test('posters of books that a killed scan had read are asked for by the next one', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 1 }));
  await shelf.scan();
  // as after a kill: the rows are there, the end of the scan is not
  await database.db.raw('delete from graphile_worker._private_jobs');
  await database.db('library').update({ lastScanAt: null });
  await shelf.scan();
  expect(await tasks()).toEqual(['generatePosters']);
});

test('an unchanged folder has the same outline in the database and on the disk', async () => {
  const shelf = await newShelf(options);
  await fill(shelf.root);
  put(shelf.root, 'Gone/1.cbz', await cbz({ seed: 20 }));
  put(shelf.root, 'Fox/Fox 11.cbz', await cbz({ seed: 21 }));
  await shelf.scanAll();
  rmSync(path.join(shelf.root, 'Gone'), { recursive: true });
  rmSync(path.join(shelf.root, 'Fox/Fox 11.cbz'));
  await shelf.scanAll();
  const outline = await loadOutline(database.db, shelf.library);
  const found = new Map<string, string | null>();
  const sink = {
    series: (series: FoundSeries) => void found.set(series.path, outlineOf(series, shelf.library)),
    problem: () => undefined,
  };
  await walk(shelf.root, shelf.library, sink, new AbortController().signal);
  expect(new Map([...outline.series].sort())).toEqual(new Map([...found].sort()));
  expect(found.size).toBeGreaterThan(5);
});

test('of tasks that are done together the one that fails becomes a task of its own', async () => {
  const done: string[] = [];
  const handlers = handlersOf({
    hashBook: (_, { bookId }) => {
      if (bookId === 'b') throw new Error('no');
      done.push(bookId);
    },
  });
  const ids = ['a', 'b', 'c'];
  await eachBook(context(), { task: 'hashBook', bookIds: ids }, handlers);
  expect(done).toEqual(['a', 'c']);
  const { rows } = await database.db.raw<{ rows: unknown[] }>('select key from graphile_worker.jobs');
  expect(rows).toEqual([{ key: 'hashBook:b' }]);
});

test('a task of many books makes room for others after a while, and loses none of its books', async () => {
  const done: string[] = [];
  const ids = Array.from({ length: 40 }, (_, index) => `book ${index}`);
  const busy = (_: unknown, { bookId }: { bookId: string }) => {
    for (const begin = performance.now(); performance.now() - begin < 50;);
    done.push(bookId);
  };
  await eachBook(context(), { task: 'hashBook', bookIds: ids }, handlersOf({ hashBook: busy }));
  const { rows } = await database.db.raw<{ rows: { ids: string[] }[] }>(
    `select payload->'payload'->'bookIds' as ids from graphile_worker._private_jobs`,
  );
  expect(done.length).toBeLessThan(40);
  expect([...done, ...rows.flatMap((row) => row.ids)]).toEqual(ids);
});

test('when the first try ended without a word each book becomes a task of its own', async () => {
  const handlers = handlersOf({});
  await eachBook({ ...context(), attempt: 2 }, { task: 'findBarcode', bookIds: ['a', 'b'] }, handlers);
  expect(await tasks()).toEqual(['findBarcode', 'findBarcode']);
});
