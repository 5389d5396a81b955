import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createIdentity } from '../../src/library/identity';
import { loadKnown } from '../../src/library/known';
import { scanLibrary } from '../../src/library/scan';
import { hashFile } from '../../src/media/hash';
import { Book } from '../../src/model/book';
import { Library } from '../../src/model/library';
import { ReadListBook, ReadProgress, SeriesProgress } from '../../src/model/reading';
import { aProgress, aReadList, aUser } from '../support/builders';
import { cbz, put } from '../support/book-builders';
import { useShelves, type Shelf } from './support';

const { test: database, newShelf, newFolder, drain, context } = useShelves();
const paths = (rows: { path: string }[]) => rows.map((row) => row.path);

test('a renamed book keeps its id, progress and lists, and is not analysed again', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/old.cbz', await cbz({ seed: 3 }));
  put(shelf.root, 'A/other.cbz', await cbz({ seed: 4 }));
  await shelf.scanAll();
  const before = await shelf.book('A/old.cbz');
  const user = await aUser(database.db);
  await aProgress(database.db, before, { userId: user.id, page: 2 });
  const list = await aReadList(database.db, [before]);
  renameSync(path.join(shelf.root, 'A/old.cbz'), path.join(shelf.root, 'A/zzz.cbz'));
  expect(await shelf.scan()).toMatchObject({ moved: 1, added: 0, removed: 0 });
  const after = await shelf.book('A/zzz.cbz');
  expect(after).toMatchObject({
    id: before.id,
    name: 'zzz',
    title: 'zzz',
    number: 2,
    mediaStatus: 'READY',
    deletedAt: null,
  });
  expect(after.mediaModifiedAt).toEqual(before.mediaModifiedAt);
  expect(await ReadProgress.query(database.db).findById([user.id, before.id])).toMatchObject({ page: 2 });
  expect(await ReadListBook.query(database.db).findById([list.id, before.id])).toBeDefined();
  await drain();
});

test('a renamed series folder keeps the id of the series and of its books', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'Old/1.cbz', await cbz({ seed: 5 }));
  put(shelf.root, 'Old/2.cbz', await cbz({ seed: 6 }));
  await shelf.scanAll();
  const [series] = await shelf.series();
  const books = await shelf.books();
  renameSync(path.join(shelf.root, 'Old'), path.join(shelf.root, 'New'));
  await shelf.scanAll();
  const [after, ...others] = await shelf.series();
  expect(others).toEqual([]);
  expect(after).toMatchObject({
    id: series!.id,
    path: 'New',
    name: 'New',
    title: 'New',
    titleKey: 'new',
    deletedAt: null,
  });
  expect((await shelf.books()).map(({ id }) => id)).toEqual(books.map(({ id }) => id));
});

test('a title that a person locked survives the rename of the folder', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'Old/1.cbz', await cbz({ seed: 7 }));
  await shelf.scanAll();
  const [series] = await shelf.series();
  await series!.$query(database.db).patch({ title: 'Mine', locked: ['title'] });
  renameSync(path.join(shelf.root, 'Old'), path.join(shelf.root, 'New'));
  await shelf.scanAll();
  expect((await shelf.series())[0]).toMatchObject({ id: series!.id, title: 'Mine', titleSort: 'New' });
});

test('a book that moves to another series takes its progress along', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 8 }));
  put(shelf.root, 'A/2.cbz', await cbz({ seed: 9 }));
  put(shelf.root, 'B/3.cbz', await cbz({ seed: 10 }));
  await shelf.scanAll();
  const [a, b] = await shelf.series();
  const before = await shelf.book('A/1.cbz');
  const user = await aUser(database.db);
  await aProgress(database.db, before, { userId: user.id, completed: true });
  renameSync(path.join(shelf.root, 'A/1.cbz'), path.join(shelf.root, 'B/1.cbz'));
  await shelf.scanAll();
  expect(await shelf.book('B/1.cbz')).toMatchObject({ id: before.id, seriesId: b!.id, number: 1 });
  expect(await shelf.book('A/2.cbz')).toMatchObject({ number: 1 });
  const [afterA, afterB] = await shelf.series();
  expect([afterA!.bookCount, afterB!.bookCount]).toEqual([1, 2]);
  const progress = await SeriesProgress.query(database.db).where({ userId: user.id });
  expect(progress).toMatchObject([{ seriesId: b!.id, readCount: 1 }]);
  expect(a!.id).toBe(afterA!.id);
});

test('a book that moves to another library is the same book, whichever is scanned first', async () => {
  const from = await newShelf();
  const to = await newShelf();
  put(from.root, 'A/1.cbz', await cbz({ seed: 11 }));
  put(from.root, 'A/2.cbz', await cbz({ seed: 12 }));
  await from.scanAll();
  const before = await from.book('A/1.cbz');
  mkdirSync(path.join(to.root, 'B'));
  renameSync(path.join(from.root, 'A/1.cbz'), path.join(to.root, 'B/1.cbz'));
  await to.scanAll();
  await from.scanAll();
  expect(await to.books()).toMatchObject([{ id: before.id, path: 'B/1.cbz', mediaStatus: 'READY', deletedAt: null }]);
  expect(paths(await from.books())).toEqual(['A/2.cbz']);
});

test('a copy is another book', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 13 }));
  await shelf.scanAll();
  put(shelf.root, 'A/copy.cbz', await cbz({ seed: 13 }));
  expect(await shelf.scan()).toMatchObject({ added: 1, moved: 0, removed: 0 });
  const [one, two] = await shelf.books();
  expect(one!.id).not.toBe(two!.id);
  await drain();
});

test('files that swap their names swap their rows', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 14, pages: 1 }));
  put(shelf.root, 'A/2.cbz', await cbz({ seed: 15, pages: 2 }));
  await shelf.scanAll();
  const [one, two] = await shelf.books();
  const file = (name: string) => path.join(shelf.root, 'A', name);
  renameSync(file('1.cbz'), file('x'));
  renameSync(file('2.cbz'), file('1.cbz'));
  renameSync(file('x'), file('2.cbz'));
  expect(await shelf.scan()).toMatchObject({ moved: 2, changed: 0, added: 0, removed: 0 });
  expect((await shelf.books()).map(({ id }) => id)).toEqual([two!.id, one!.id]);
  await drain();
});

test('a book that vanishes goes to the trash and comes back with its id', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 16 }));
  const file = put(shelf.root, 'A/2.cbz', await cbz({ seed: 17 }));
  await shelf.scanAll();
  const before = await shelf.book('A/2.cbz');
  renameSync(file, path.join(shelf.root, 'away'));
  expect(await shelf.scan()).toMatchObject({ removed: 1 });
  expect((await shelf.book('A/2.cbz')).deletedAt).toBeInstanceOf(Date);
  expect((await shelf.series())[0]).toMatchObject({ deletedAt: null, bookCount: 2 });
  renameSync(path.join(shelf.root, 'away'), file);
  expect(await shelf.scan()).toMatchObject({ restored: 1, added: 0 });
  expect(await shelf.book('A/2.cbz')).toMatchObject({ id: before.id, deletedAt: null, mediaStatus: 'READY' });
  await drain();
});

test('a series whose last book vanishes goes to the trash and comes back with its id', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 18 }));
  put(shelf.root, 'B/1.cbz', await cbz({ seed: 19 }));
  await shelf.scanAll();
  const [series] = await shelf.series();
  const away = path.join(newFolder(), 'A');
  renameSync(path.join(shelf.root, 'A'), away);
  await shelf.scanAll();
  expect((await shelf.series())[0]!.deletedAt).toBeInstanceOf(Date);
  renameSync(away, path.join(shelf.root, 'A'));
  await shelf.scanAll();
  expect((await shelf.series())[0]).toMatchObject({ id: series!.id, deletedAt: null });
});

test('a file replaced in place is analysed again; progress stays inside its pages', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 20, pages: 5 }));
  await shelf.scanAll();
  const before = await shelf.book('A/1.cbz');
  const [reader, finisher] = [await aUser(database.db), await aUser(database.db)];
  await aProgress(database.db, before, { userId: reader.id, page: 4 });
  await aProgress(database.db, before, { userId: finisher.id, completed: true });
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 21, pages: 3 }));
  expect(await shelf.scan()).toMatchObject({ changed: 1, added: 0 });
  expect(await shelf.book('A/1.cbz')).toMatchObject({ id: before.id, mediaStatus: 'OUTDATED', fileHash: '' });
  await drain();
  const after = await shelf.book('A/1.cbz');
  expect(after).toMatchObject({ id: before.id, mediaStatus: 'READY', pageCount: 3 });
  expect(after.fileHash).not.toBe(before.fileHash);
  expect(await ReadProgress.query(database.db).findById([reader.id, before.id])).toMatchObject({ page: 2 });
  expect(await ReadProgress.query(database.db).findById([finisher.id, before.id])).toMatchObject({
    page: 3,
    completed: true,
  });
});

test('switching the one-shots folder on regroups the books and keeps their ids', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'shots/a.cbz', await cbz({ seed: 28 }));
  put(shelf.root, 'shots/b.cbz', await cbz({ seed: 29 }));
  await shelf.scanAll();
  const before = (await shelf.books()).map(({ id }) => id);
  await Library.query(database.db).findById(shelf.library.id).patch({ oneshotsDirectory: 'shots' });
  await shelf.scanAll();
  expect((await shelf.books()).map(({ id }) => id)).toEqual(before);
  const live = (await shelf.series()).filter(({ deletedAt }) => deletedAt === null);
  expect(paths(live)).toEqual(['shots/a.cbz', 'shots/b.cbz']);
  expect(live.map(({ bookCount }) => bookCount)).toEqual([1, 1]);
});

test('a chapter that is put in front shifts the names of the others, and every id stays with its content', async () => {
  const shelf = await newShelf();
  for (const number of [1, 2, 3]) put(shelf.root, `A/${number}.cbz`, await cbz({ seed: 40 + number, pages: number }));
  await shelf.scanAll();
  const before = (await shelf.books()).map(({ id }) => id);
  const file = (number: number) => path.join(shelf.root, `A/${number}.cbz`);
  for (const number of [3, 2, 1]) renameSync(file(number), file(number + 1));
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 50, pages: 1 }));
  await shelf.scanAll();
  const after = (await shelf.books()).map(({ id }) => id);
  expect(after.slice(1)).toEqual(before);
  expect(before).not.toContain(after[0]);
});

test('a book that was not hashed is recognised by size and time after a rename', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 60 }));
  await shelf.scanAll();
  const before = await shelf.book('A/1.cbz');
  renameSync(path.join(shelf.root, 'A/1.cbz'), path.join(shelf.root, 'A/one.cbz'));
  await shelf.scanAll();
  expect(await shelf.books()).toMatchObject([{ id: before.id, path: 'A/one.cbz', deletedAt: null }]);
});

test('a scan of one folder finds the books that moved there from elsewhere in the library', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 63 }));
  put(shelf.root, 'A/2.cbz', await cbz({ seed: 64 }));
  put(shelf.root, 'A 2/1.cbz', await cbz({ seed: 65 }));
  await shelf.scanAll();
  const before = await shelf.book('A/1.cbz');
  const known = await loadKnown(database.db, shelf.library.id, 'A');
  expect([...known.books.keys()].sort()).toEqual(['A/1.cbz', 'A/2.cbz']);
  mkdirSync(path.join(shelf.root, 'B'));
  renameSync(path.join(shelf.root, 'A/1.cbz'), path.join(shelf.root, 'B/one.cbz'));
  await scanLibrary(context(), { libraryId: shelf.library.id, deep: false, folder: 'B' });
  expect(await shelf.book('B/one.cbz')).toMatchObject({ id: before.id, deletedAt: null, mediaStatus: 'READY' });
  expect((await shelf.books()).map(({ deletedAt }) => deletedAt)).toEqual([null, null, null]);
});

test('of many files of one size each stays the book it was', async () => {
  const shelf = await newShelf({ hashFiles: true });
  const content = await cbz({ seed: 66 });
  const marked = (mark: number) => Buffer.concat([content.subarray(0, -2), Buffer.from([1, 0]), Buffer.from([mark])]);
  const names = Array.from({ length: 20 }, (_, index) => String(index + 1).padStart(2, '0'));
  for (const [index, name] of names.entries()) put(shelf.root, `A/${name}.cbz`, marked(index));
  await shelf.scanAll();
  const before = new Map((await shelf.books()).map(({ id, path: at }) => [path.basename(at), id]));
  expect(new Set((await shelf.books()).map(({ fileSize }) => fileSize)).size).toBe(1);
  mkdirSync(path.join(shelf.root, 'B'));
  const moved = names.slice(0, 18);
  for (const name of moved) renameSync(path.join(shelf.root, `A/${name}.cbz`), path.join(shelf.root, `B/x${name}.cbz`));
  put(shelf.root, 'B/new.cbz', marked(99));
  expect(await shelf.scanAll()).toMatchObject({ moved: 18, added: 1, removed: 0 });
  for (const name of moved) expect((await shelf.book(`B/x${name}.cbz`)).id).toBe(before.get(`${name}.cbz`));
  expect([...before.values()]).not.toContain((await shelf.book('B/new.cbz')).id);
});

test('a file of the same size with other content is another book', async () => {
  const shelf = await newShelf();
  const content = await cbz({ seed: 61 });
  const other = Buffer.from(content);
  other[content.length - 1] = 1;
  put(shelf.root, 'A/1.cbz', content);
  put(shelf.root, 'A/keep.cbz', await cbz({ seed: 62 }));
  await shelf.scanAll();
  const before = await shelf.book('A/1.cbz');
  rmSync(path.join(shelf.root, 'A/1.cbz'));
  put(shelf.root, 'A/2.cbz', other);
  await shelf.scanAll();
  expect((await shelf.book('A/2.cbz')).id).not.toBe(before.id);
  expect((await shelf.book('A/1.cbz')).deletedAt).toBeInstanceOf(Date);
});

test('a scan that is stopped while it hashes writes nothing about the file', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 70 }));
  put(shelf.root, 'A/2.cbz', await cbz({ seed: 71 }));
  await shelf.scanAll();
  const before = await shelf.books();
  renameSync(path.join(shelf.root, 'A/1.cbz'), path.join(shelf.root, 'A/3.cbz'));
  const stop = new AbortController();
  const claim = createIdentity({
    ...{ db: database.db, libraryId: shelf.library.id, root: shelf.root, found: new Set<string>(), within: '' },
    books: [...(await loadKnown(database.db, shelf.library.id)).books.values()],
    hash: (file) => {
      stop.abort();
      return hashFile(file, stop.signal);
    },
  });
  const { fileSize: size, fileModifiedAt } = before[0]!;
  const file = { path: 'A/3.cbz', name: '3', size, modifiedAt: fileModifiedAt.getTime(), artwork: [] };
  await expect(claim([{ file, here: null }])).rejects.toThrow(/abort/i);
});

test('on a share that opens a file by both spellings of its name, the book keeps its id when the spelling changes', async () => {
  const shelf = await newShelf();
  const [composed, apart] = ['Caf\u00e9/One.cbz', 'Cafe\u0301/one.cbz'];
  put(shelf.root, composed, await cbz({ seed: 72 }));
  await shelf.scanAll();
  const [before] = await shelf.books();
  // this disk tells the two apart, so that both lie there, as a stat on such a share would see them
  put(shelf.root, apart, await cbz({ seed: 72 }));
  const claim = createIdentity({
    ...{ db: database.db, libraryId: shelf.library.id, root: shelf.root, found: new Set<string>(), within: '' },
    books: [...(await loadKnown(database.db, shelf.library.id)).books.values()],
    hash: (file) => hashFile(file),
  });
  const { fileSize: size, fileModifiedAt } = before!;
  const file = { path: apart, name: 'one', size, modifiedAt: fileModifiedAt.getTime(), artwork: [] };
  expect((await claim([{ file, here: null }])).get(file)).toMatchObject({ book: { id: before!.id } });
});

describe('a file that takes the place of another', () => {
  /** A book that somebody has read, named and listed. */
  async function read(shelf: Shelf, at: string) {
    const { db } = database;
    const book = await shelf.book(at);
    const { id: userId } = await aUser(db);
    await aProgress(db, book, { userId, page: 2 });
    await aReadList(db, [book], { name: `List ${book.id}` });
    await Book.query(db)
      .findById(book.id)
      .patch({ title: 'Mine', locked: ['title'] });
    return book;
  }

  async function expectSame(shelf: Shelf, before: Book, at: string): Promise<void> {
    const { db } = database;
    expect(await shelf.books()).toMatchObject([
      { id: before.id, path: at, title: 'Mine', mediaStatus: 'READY', pageCount: 4, deletedAt: null },
    ]);
    expect(await db('readProgress').where({ bookId: before.id })).toMatchObject([{ page: 2 }]);
    expect(await db('readListBook').where({ bookId: before.id })).toHaveLength(1);
  }

  test('with another extension it is the converted book: same id, progress, lists and locks', async () => {
    const shelf = await newShelf();
    put(shelf.root, 'Fox/Fox 1.zip', await cbz({ pages: 3, seed: 80 }));
    await shelf.scanAll();
    const before = await read(shelf, 'Fox/Fox 1.zip');
    rmSync(path.join(shelf.root, 'Fox/Fox 1.zip'));
    put(shelf.root, 'Fox/Fox 1.cbz', await cbz({ pages: 4, seed: 80 }));
    await shelf.scanAll();
    await expectSame(shelf, before, 'Fox/Fox 1.cbz');
  });

  test('also when the old file was in the trash meanwhile', async () => {
    const shelf = await newShelf();
    put(shelf.root, 'Fox/Fox 1.zip', await cbz({ pages: 3, seed: 81 }));
    put(shelf.root, 'Owl/Owl 1.cbz', await cbz({ seed: 82 }));
    await shelf.scanAll();
    const before = await read(shelf, 'Fox/Fox 1.zip');
    rmSync(path.join(shelf.root, 'Fox/Fox 1.zip'));
    await shelf.scanAll();
    rmSync(path.join(shelf.root, 'Owl'), { recursive: true });
    put(shelf.root, 'Fox/Fox 1.cbz', await cbz({ pages: 4, seed: 81 }));
    await shelf.scanAll();
    expect((await shelf.book('Fox/Fox 1.cbz')).id).toBe(before.id);
  });

  test('with the number of the chapter it is the better release', async () => {
    const shelf = await newShelf();
    put(shelf.root, 'Fox/Fox c010 [A].cbz', await cbz({ pages: 3, seed: 83 }));
    await shelf.scanAll();
    const before = await read(shelf, 'Fox/Fox c010 [A].cbz');
    rmSync(path.join(shelf.root, 'Fox/Fox c010 [A].cbz'));
    put(shelf.root, 'Fox/Fox c010v2 [B].cbz', await cbz({ pages: 4, seed: 84 }));
    await shelf.scanAll();
    await expectSame(shelf, before, 'Fox/Fox c010v2 [B].cbz');
  });

  test('content goes before place: a book that was moved away leaves its place to a new one', async () => {
    const shelf = await newShelf();
    put(shelf.root, 'Fox/Fox 1.zip', await cbz({ seed: 85 }));
    await shelf.scanAll();
    const before = await shelf.book('Fox/Fox 1.zip');
    mkdirSync(path.join(shelf.root, 'Other'));
    renameSync(path.join(shelf.root, 'Fox/Fox 1.zip'), path.join(shelf.root, 'Other/Elsewhere.zip'));
    put(shelf.root, 'Fox/Fox 1.cbz', await cbz({ pages: 4, seed: 86 }));
    await shelf.scanAll();
    expect((await shelf.book('Other/Elsewhere.zip')).id).toBe(before.id);
    expect((await shelf.book('Fox/Fox 1.cbz')).id).not.toBe(before.id);
  });
});
