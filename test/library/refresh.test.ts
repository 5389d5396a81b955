import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { refreshBooks } from '../../src/library/refresh-book';
import { requestRefresh } from '../../src/library/requests';
import { defaultLimits } from '../../src/media/limits';
import { Library } from '../../src/model/library';
import { Poster } from '../../src/model/poster';
import { cbz, picture, put } from '../support/book-builders';
import { useShelves, type Shelf } from './support';

const { test: database, newShelf, drain, context } = useShelves();

const description = (name: string) =>
  JSON.stringify({
    metadata: {
      ...{ type: 'comicSeries', publisher: 'Press', name, comicid: 1, year: 2020, booktype: 'Print' },
      ...{ comic_image: 'x', total_issues: 12, publication_run: 'x', status: 'Ended' },
    },
  });

/** Other bytes, of which size and time say nothing: a scan passes over them. */
function overwrite(file: string, data: string): void {
  const { size, atime, mtime } = statSync(file);
  expect(Buffer.byteLength(data)).toBe(size);
  writeFileSync(file, data);
  utimesSync(file, atime, mtime);
}

const posters = (shelf: Shelf) =>
  Poster.query(database.db)
    .leftJoin('book', 'book.id', 'poster.bookId')
    .leftJoin('series', 'series.id', 'poster.seriesId')
    .whereRaw('coalesce(book.library_id, series.library_id) = ?', [shelf.library.id])
    .select('poster.*')
    .orderBy('poster.id');
const pathsOf = async (shelf: Shelf) => (await posters(shelf)).flatMap(({ path: at }) => at ?? []).sort();

test('a refresh reads a series.json again that looks the same', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'A/1.cbz', await cbz());
  const file = put(shelf.root, 'A/series.json', description('First'));
  await shelf.scanAll();
  overwrite(file, description('Other'));
  await shelf.scanAll();
  const [series] = await shelf.series();
  expect(series).toMatchObject({ title: 'First' });
  await requestRefresh(context(), { seriesId: series!.id });
  await drain();
  expect((await shelf.series())[0]).toMatchObject({ title: 'Other' });
});

test('a refresh of a book takes pictures that lie beside it, and forgets those that are gone', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'A/1.cbz', await cbz());
  put(shelf.root, 'A/cover.jpg', await picture());
  await shelf.scanAll();
  expect(await pathsOf(shelf)).toEqual(['A/cover.jpg']);
  put(shelf.root, 'A/1.jpg', await picture(2));
  rmSync(path.join(shelf.root, 'A/cover.jpg'));
  const [book] = await shelf.books();
  await requestRefresh(context(), { bookId: book!.id });
  await drain();
  expect(await pathsOf(shelf)).toEqual(['A/1.jpg']);
  const [selected] = await Poster.query(database.db).where({ bookId: book!.id, selected: true });
  expect(selected).toMatchObject({ type: 'SIDECAR', path: 'A/1.jpg' });
  // the next scan finds what the refresh has found
  const before = await posters(shelf);
  await shelf.scanAll();
  expect(await posters(shelf)).toEqual(before);
});

test('a refresh finds the same pictures as a scan, in folders of every kind', async () => {
  const shelf = await newShelf({ hashFiles: false, oneshotsDirectory: 'Singles', scanImageFolders: true });
  const files = ['1.cbz', 'A/1.cbz', 'A/1.CBR', 'Singles/Fox.cbz', 'Singles/Fox-2.cbz'];
  for (const [index, at] of files.entries()) put(shelf.root, at, await cbz({ seed: index + 1 }));
  const pictures = ['1.jpg', 'cover.jpg', 'A/1.jpg', 'A/1-2.jpg', 'A/folder.jpg', 'A/Pages.jpg', 'A/Pages/1.jpg'];
  pictures.push('Singles/Fox.jpg', 'Singles/Fox-2.jpg', 'Singles/Fox-3.jpg', 'Singles/cover.jpg');
  pictures.push('Alone/1.jpg', 'Alone/2.jpg', 'Alone/cover.jpg', 'A/notes.jpg');
  for (const [index, at] of pictures.entries()) put(shelf.root, at, await picture(index + 1));
  await shelf.scanAll();
  const before = await posters(shelf);
  expect(before.filter(({ path: at }) => at !== null).length).toBeGreaterThan(8);
  await requestRefresh(context(), { libraryId: shelf.library.id });
  await drain();
  expect(await posters(shelf)).toEqual(before);
});

test('what the files of many books say is read again by a task for fifty of them', async () => {
  const shelf = await newShelf({ hashFiles: false, importComicInfoBook: false });
  for (let number = 1; number <= 60; number++) {
    const at = `${number % 2 ? 'Odd' : 'Even'}/${number}.cbz`;
    put(shelf.root, at, await cbz({ pages: 1, seed: number, comicInfo: { Title: `Said ${number}` } }));
  }
  await shelf.scanAll();
  expect((await shelf.books()).filter(({ title }) => title.startsWith('Said'))).toEqual([]);
  await Library.query(database.db).findById(shelf.library.id).patch({ importComicInfoBook: true });
  await requestRefresh(context(), { libraryId: shelf.library.id });
  const { rows } = await database.db.raw<{ rows: unknown[] }>(
    'select task_identifier as task, count(*)::int from graphile_worker.jobs group by 1 order by 1',
  );
  expect(rows).toEqual([
    { task: 'refreshBooks', count: 2 },
    { task: 'refreshSidecars', count: 1 },
  ]);
  await drain();
  for (const { title, name } of await shelf.books()) expect(title).toBe(`Said ${name}`);
});

test('books of a refresh that failed are tried each on its own', async () => {
  const bookIds = ['0190a000-0000-7000-8000-000000000001', '0190a000-0000-7000-8000-000000000002'];
  await refreshBooks({ ...context(), attempt: 2 }, { bookIds, priority: 6 }, { limits: defaultLimits });
  const { rows } = await database.db.raw<{ rows: { key: string }[] }>(
    'select key from graphile_worker.jobs order by key',
  );
  expect(rows.map(({ key }) => key)).toEqual(bookIds.map((id) => `refreshBookMetadata:${id}`));
});
