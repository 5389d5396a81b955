import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Book } from '../../src/model/book';
import { Series } from '../../src/model/series';
import { cbz, picture, put } from '../support/book-builders';
import { aCollection, aProgress, aReadList, aUser } from '../support/builders';
import { buildTar } from '../support/tar-builder';
import { useShelves, type Shelf } from './support';

const { test: database, newShelf } = useShelves();

const remove = (shelf: Shelf, at: string) => rmSync(path.join(shelf.root, at), { recursive: true });
const read = async (book: Book) => aProgress(database.db, book, { userId: (await aUser(database.db)).id, page: 2 });
const readers = (bookId: string) => database.db('readProgress').where({ bookId, page: 2 });

afterEach(() => database.db('library').delete());

test('a file that another program converts is one book, also when a scan sees both of its forms', async () => {
  const shelf = await newShelf();
  const pages = [1, 2].map(async (number) => ({ name: `${number}.jpg`, data: await picture(number) }));
  put(shelf.root, 'A/1.cbt', buildTar(await Promise.all(pages)));
  await shelf.scanAll();
  const { id } = await shelf.book('A/1.cbt');
  await read(await shelf.book('A/1.cbt'));
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scanAll();
  expect(await shelf.books()).toHaveLength(2);
  remove(shelf, 'A/1.cbt');
  await shelf.scanAll();
  const row = { id, path: 'A/1.cbz', mediaStatus: 'READY', mediaType: 'application/zip', number: 1, deletedAt: null };
  expect(await shelf.books()).toMatchObject([row]);
  expect(await readers(id)).toHaveLength(1);
  expect(await shelf.series()).toMatchObject([{ bookCount: 1 }]);
  expect(await shelf.scan()).toMatchObject({ added: 0, changed: 0, moved: 0, removed: 0 });
});

test('a series that is copied to another library and then removed keeps its id and all that was made of its books', async () => {
  const { db } = database;
  const [from, to] = [await newShelf({ vanishLimit: null }), await newShelf()];
  for (const number of [1, 2, 3]) put(from.root, `A/${number}.cbz`, await cbz({ seed: number }));
  put(from.root, 'B/1.cbz', await cbz({ seed: 9 }));
  await from.scanAll();
  const before = (await from.books()).filter(({ path: at }) => at.startsWith('A/'));
  const [series] = await from.series();
  for (const book of before) await read(book);
  await aReadList(db, before, { name: 'Mine' });
  await aCollection(db, [series!], { name: 'Ours' });
  mkdirSync(path.join(to.root, 'Moved'), { recursive: true });
  cpSync(path.join(from.root, 'A'), path.join(to.root, 'Moved/A'), { recursive: true });
  await to.scanAll();
  expect((await to.books()).map(({ id }) => id)).not.toEqual(before.map(({ id }) => id));
  remove(from, 'A');
  await from.scanAll();
  const after = await to.books();
  expect(after.map(({ id, path: at }) => [id, at])).toEqual(before.map((book) => [book.id, `Moved/${book.path}`]));
  expect(after.map(({ mediaStatus, mediaModifiedAt }) => [mediaStatus, mediaModifiedAt])).toEqual(
    before.map(({ mediaStatus, mediaModifiedAt }) => [mediaStatus, mediaModifiedAt]),
  );
  for (const { id } of before) expect(await readers(id)).toHaveLength(1);
  expect(await db('readListBook').pluck('book_id')).toEqual(before.map(({ id }) => id));
  expect(await to.series()).toMatchObject([{ id: series!.id, path: 'Moved/A', bookCount: 3, deletedAt: null }]);
  expect(await db('collectionSeries').pluck('series_id')).toEqual([series!.id]);
  expect((await from.books()).map(({ path: at }) => at)).toEqual(['B/1.cbz']);
  expect(await to.scan()).toMatchObject({ added: 0, changed: 0, moved: 0, removed: 0 });
});

test('a copy that somebody has begun to read stays a book of its own', async () => {
  const shelf = await newShelf();
  const data = await cbz();
  put(shelf.root, 'A/1.cbz', data);
  await shelf.scanAll();
  put(shelf.root, 'A/1 copy.cbz', data);
  await shelf.scanAll();
  const [copy, first] = await shelf.books();
  await read(copy!);
  remove(shelf, 'A/1.cbz');
  await shelf.scanAll();
  expect(await shelf.books()).toMatchObject([
    { id: copy!.id, deletedAt: null },
    { id: first!.id, deletedAt: expect.any(Date) as unknown },
  ]);
});

test('a book that has lain beside the other for long is another one', async () => {
  const { db } = database;
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz());
  put(shelf.root, 'A/1.cbt', buildTar([{ name: '1.jpg', data: await picture() }]));
  await shelf.scanAll();
  await Book.query(db)
    .findOne({ path: 'A/1.cbt' })
    .patch({ createdAt: new Date('2020-01-01') });
  await Book.query(db)
    .findOne({ path: 'A/1.cbz' })
    .patch({ createdAt: new Date('2020-01-02') });
  await Series.query(db).patch({ createdAt: new Date('2020-01-01') });
  const { id } = await shelf.book('A/1.cbz');
  remove(shelf, 'A/1.cbt');
  await shelf.scanAll();
  expect((await shelf.books()).filter(({ deletedAt }) => deletedAt === null)).toMatchObject([{ id }]);
});
