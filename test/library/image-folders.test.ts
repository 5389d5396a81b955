import { renameSync } from 'node:fs';
import path from 'node:path';
import { BookMedia } from '../../src/model/book-media';
import { cbz, picture, put } from '../support/book-builders';
import { useShelves, type Shelf } from './support';

const { test: database, newShelf, drain } = useShelves();

async function putPictures(shelf: Shelf, ...names: string[]): Promise<void> {
  for (const [index, name] of names.entries()) put(shelf.root, name, await picture(index + 1));
}

/** [series, its books] by path. */
async function layout(shelf: Shelf): Promise<[string, string[]][]> {
  const books = await shelf.books();
  const live = (await shelf.series()).filter(({ deletedAt }) => deletedAt === null);
  return live.map(({ id, path: at }) => [at, books.filter((book) => book.seriesId === id).map((book) => book.path)]);
}

test('folders of pictures in a folder are the books of its series', async () => {
  const shelf = await newShelf();
  await putPictures(shelf, 'Fox/Chapter 2/1.jpg', 'Fox/Chapter 10/1.jpg', 'Fox/Chapter 1/2.jpg', 'Fox/Chapter 1/1.jpg');
  await putPictures(shelf, 'Fox/cover.jpg', 'Fox/Chapter 1/.hidden.jpg');
  await shelf.scanAll();
  expect(await layout(shelf)).toEqual([['Fox', ['Fox/Chapter 1', 'Fox/Chapter 10', 'Fox/Chapter 2']]]);
  const book = await shelf.book('Fox/Chapter 1');
  expect(book).toMatchObject({
    ...{ name: 'Chapter 1', number: 1, mediaStatus: 'READY', mediaType: 'application/zip', mediaProfile: 'DIVINA' },
    pageCount: 2,
  });
  const media = await BookMedia.query(database.db).findById(book.id).throwIfNotFound();
  expect(media.pages.map(({ name }) => name)).toEqual(['1.jpg', '2.jpg']);
});

test('a folder of pictures directly below the root is a series of one book', async () => {
  const shelf = await newShelf();
  await putPictures(shelf, 'Fox/1.jpg', 'Fox/2.jpg');
  await shelf.scan();
  expect(await layout(shelf)).toEqual([['Fox', ['Fox']]]);
  await drain();
});

test('pictures beside book files are no book', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'Fox/1.cbz', await cbz());
  await putPictures(shelf, 'Fox/a.jpg', 'Fox/b.jpg', 'Publisher/logo.jpg');
  put(shelf.root, 'Publisher/Fox/2.cbz', await cbz({ seed: 2 }));
  await shelf.scan();
  expect(await layout(shelf)).toEqual([
    ['Fox', ['Fox/1.cbz']],
    ['Publisher/Fox', ['Publisher/Fox/2.cbz']],
  ]);
  await drain();
});

test('book files and folders of pictures in one folder are one series', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'Fox/Volume 1.cbz', await cbz());
  await putPictures(shelf, 'Fox/Volume 2/1.jpg');
  await shelf.scan();
  expect(await layout(shelf)).toEqual([['Fox', ['Fox/Volume 1.cbz', 'Fox/Volume 2']]]);
  await drain();
});

test('a few loose pictures beside chapters do not make their folder a book, pages beside an extra folder do', async () => {
  const shelf = await newShelf();
  await putPictures(shelf, 'Fox/promo.jpg', 'Fox/Chapter 1/1.jpg', 'Fox/Chapter 2/1.jpg');
  await putPictures(shelf, 'Owl/Chapter 1/1.jpg', 'Owl/Chapter 1/2.jpg', 'Owl/Chapter 1/extras/1.jpg');
  await shelf.scanAll();
  expect(await layout(shelf)).toEqual([
    ['Fox', ['Fox/Chapter 1', 'Fox/Chapter 2']],
    ['Owl', ['Owl/Chapter 1']],
  ]);
  expect(await shelf.book('Owl/Chapter 1')).toMatchObject({ pageCount: 3 });
});

test('a page that is added is noticed; a renamed folder keeps its id', async () => {
  const shelf = await newShelf();
  await putPictures(shelf, 'Fox/One/1.jpg', 'Fox/Two/1.jpg', 'Fox/Two/2.jpg');
  await shelf.scanAll();
  const before = await shelf.book('Fox/One');
  await putPictures(shelf, 'Fox/One/2.jpg');
  await shelf.scanAll();
  expect(await shelf.book('Fox/One')).toMatchObject({ id: before.id, pageCount: 2 });
  renameSync(path.join(shelf.root, 'Fox/One'), path.join(shelf.root, 'Fox/Uno'));
  await shelf.scanAll();
  expect(await shelf.book('Fox/Uno')).toMatchObject({ id: before.id, deletedAt: null });
});

test('a library without them does not see them', async () => {
  const shelf = await newShelf({ scanImageFolders: false });
  await putPictures(shelf, 'Fox/1.jpg');
  await shelf.scan();
  expect(await layout(shelf)).toEqual([]);
});
