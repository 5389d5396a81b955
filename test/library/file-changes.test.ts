import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { convertBook } from '../../src/library/convert-book';
import { deleteBookFile } from '../../src/library/delete-files';
import { noteMove } from '../../src/library/file-move';
import { requestBookDeletion, requestSeriesDeletion } from '../../src/library/file-requests';
import { updateLibrary } from '../../src/library/libraries';
import { defaultLimits } from '../../src/media/limits';
import { BookMedia } from '../../src/model/book-media';
import { HistoryEvent } from '../../src/model/history-event';
import { Library } from '../../src/model/library';
import { Series } from '../../src/model/series';
import { cbz, longAgo, picture, put } from '../support/book-builders';
import { aProgress, aUser } from '../support/builders';
import { describeWithReference } from '../support/reference';
import { useShelves, type Shelf } from './support';

const { test: database, newShelf, drain, context } = useShelves();
const deps = { limits: defaultLimits };
const history = () => HistoryEvent.query(database.db).orderBy('happenedAt');
const namesIn = (shelf: Shelf, folder = '') => readdirSync(path.join(shelf.root, folder)).sort();

afterEach(async () => {
  await database.db('library').delete();
  await database.db('historyEvent').delete();
  await database.db.raw('delete from graphile_worker._private_jobs');
});

describe('an extension that says something else than the content', () => {
  test('is repaired after a scan; the book is the same one', async () => {
    const shelf = await newShelf({ repairExtensions: true, hashFiles: false });
    put(shelf.root, 'A/1.zip', await cbz());
    await shelf.scan();
    const before = await shelf.book('A/1.zip');
    await drain();
    expect(await shelf.book('A/1.cbz')).toMatchObject({ id: before.id, name: '1', mediaStatus: 'READY' });
    expect(namesIn(shelf, 'A')).toEqual(['1.cbz']);
    const [name, former] = ['A/1.cbz', 'A/1.zip'].map((file) => path.join(shelf.root, file));
    expect(await history()).toMatchObject([{ type: 'BookConverted', properties: { name, 'former file': former } }]);
    expect(await shelf.scan()).toMatchObject({ added: 0, changed: 0, moved: 0, removed: 0 });
  });

  test('stays when a file of the right name is there already', async () => {
    const shelf = await newShelf({ repairExtensions: true, hashFiles: false });
    put(shelf.root, 'A/1.zip', await cbz({ seed: 1 }));
    put(shelf.root, 'A/1.cbz', await cbz({ seed: 2 }));
    await shelf.scanAll();
    expect(namesIn(shelf, 'A')).toEqual(['1.cbz', '1.zip']);
    expect(await database.db('fileChangeFailure').select('kind', 'code')).toEqual([
      { kind: 'repair', code: 'ERR_1021' },
    ]);
  });

  test('of a one-shot is repaired for its series too', async () => {
    const shelf = await newShelf({ repairExtensions: true, hashFiles: false, oneshotsDirectory: '_one' });
    put(shelf.root, '_one/Solo.zip', await cbz());
    await shelf.scanAll();
    const [series] = await Series.query(database.db);
    expect(series).toMatchObject({ path: '_one/Solo.cbz', oneshot: true });
    expect(await shelf.scan()).toMatchObject({ added: 0, moved: 0, removed: 0 });
    expect((await Series.query(database.db)).map(({ id }) => id)).toEqual([series?.id]);
  });

  test('is left alone while the option is off', async () => {
    const shelf = await newShelf({ hashFiles: false });
    put(shelf.root, 'A/1.zip', await cbz());
    await shelf.scanAll();
    expect(namesIn(shelf, 'A')).toEqual(['1.zip']);
  });
});

describe('a file that is deleted on request', () => {
  test('goes with the pictures beside it; the book lies in the trash', async () => {
    const shelf = await newShelf();
    put(shelf.root, 'A/1.cbz', await cbz({ seed: 1 }));
    put(shelf.root, 'A/1.jpg', await picture());
    put(shelf.root, 'A/2.cbz', await cbz({ seed: 2 }));
    await shelf.scanAll();
    const book = await shelf.book('A/1.cbz');
    await requestBookDeletion(context(), book.id);
    await drain();
    expect(namesIn(shelf, 'A')).toEqual(['2.cbz']);
    expect((await shelf.book('A/1.cbz')).deletedAt).not.toBeNull();
    expect(await history()).toMatchObject([
      { type: 'BookFileDeleted', bookId: book.id, properties: { reason: 'File was deleted by user request' } },
    ]);
  });

  test('takes its folder along when that is empty then, never the root', async () => {
    const shelf = await newShelf();
    put(shelf.root, 'A/1.cbz', await cbz({ seed: 1 }));
    put(shelf.root, 'top.cbz', await cbz({ seed: 2 }));
    await shelf.scanAll();
    for (const at of ['A/1.cbz', 'top.cbz']) await requestBookDeletion(context(), (await shelf.book(at)).id);
    await drain();
    expect(existsSync(shelf.root)).toBe(true);
    expect(namesIn(shelf)).toEqual([]);
    expect((await history()).map(({ type }) => type).sort()).toEqual([
      'BookFileDeleted',
      'BookFileDeleted',
      'SeriesFolderDeleted',
    ]);
  });

  test('stays when it is not the file that the database knows', async () => {
    const shelf = await newShelf();
    const file = put(shelf.root, 'A/1.cbz', await cbz({ seed: 1 }));
    await shelf.scanAll();
    const book = await shelf.book('A/1.cbz');
    writeFileSync(file, await cbz({ seed: 2, pages: 3 }));
    await deleteBookFile(context(), { libraryId: shelf.library.id, bookId: book.id });
    expect(existsSync(file)).toBe(true);
    expect((await shelf.book('A/1.cbz')).deletedAt).toBeNull();
    expect(await history()).toEqual([]);
  });

  test('of a folder of pictures is what analysis found in it', async () => {
    const shelf = await newShelf();
    for (const page of [1, 2]) put(shelf.root, `A/Chapter 1/${page}.jpg`, await picture(page));
    put(shelf.root, 'A/Chapter 1/notes.txt', 'mine');
    put(shelf.root, 'A/2.cbz', await cbz());
    await shelf.scanAll();
    await requestBookDeletion(context(), (await shelf.book('A/Chapter 1')).id);
    await drain();
    expect(namesIn(shelf, 'A/Chapter 1')).toEqual(['notes.txt']);
    expect((await shelf.book('A/Chapter 1')).deletedAt).not.toBeNull();
  });

  test('of a whole series leaves what is no book, and trashes the series', async () => {
    const shelf = await newShelf();
    for (const number of [1, 2]) put(shelf.root, `A/${number}.cbz`, await cbz({ seed: number }));
    put(shelf.root, 'A/notes.txt', 'mine');
    put(shelf.root, 'A/cover.jpg', await picture());
    await shelf.scanAll();
    const [series] = await shelf.series();
    await requestSeriesDeletion(context(), series!.id);
    await drain();
    expect(namesIn(shelf, 'A')).toEqual(['notes.txt']);
    expect((await shelf.series())[0]!.deletedAt).not.toBeNull();
    expect((await shelf.books()).every(({ deletedAt }) => deletedAt !== null)).toBe(true);
  });
});

describeWithReference('conversion to CBZ', (directory) => {
  const rar = path.join(directory, 'corpus/open/archives/rar');
  const comic = 'comicbox--Captain Science #001-cbi.cbr';

  function putRar(shelf: Shelf, at: string, from = comic): void {
    const file = path.join(shelf.root, at);
    mkdirSync(path.dirname(file), { recursive: true });
    copyFileSync(path.join(rar, from), file);
    utimesSync(file, longAgo, longAgo);
  }

  test('keeps id, progress and pages, and removes the old file', async () => {
    const shelf = await newShelf({ hashFiles: false });
    putRar(shelf, 'A/1.cbr');
    await shelf.scanAll();
    const before = await shelf.book('A/1.cbr');
    expect(before).toMatchObject({ mediaStatus: 'READY' });
    const pages = (await BookMedia.query(database.db).findById(before.id))!.pages;
    const user = await aUser(database.db);
    await aProgress(database.db, before, { userId: user.id, page: 2 });
    await updateLibrary(context(), shelf.library.id, { convertToCbz: true });
    await drain();
    const after = await shelf.book('A/1.cbz');
    expect(after).toMatchObject({ id: before.id, mediaStatus: 'READY', mediaType: 'application/zip', number: 1 });
    expect(namesIn(shelf, 'A')).toEqual(['1.cbz']);
    const converted = (await BookMedia.query(database.db).findById(before.id))!.pages;
    expect(converted.map(({ name, size }) => [name, size])).toEqual(pages.map(({ name, size }) => [name, size]));
    expect(await database.db('readProgress').where({ bookId: before.id }).first('page')).toEqual({ page: 2 });
    expect((await history()).map(({ type }) => type).sort()).toEqual(['BookConverted', 'BookFileDeleted']);
    expect(await shelf.scan()).toMatchObject({ added: 0, changed: 0, moved: 0, removed: 0 });
  });

  test('does not overwrite a file that is there, and is not tried again', async () => {
    const shelf = await newShelf({ hashFiles: false });
    putRar(shelf, 'A/1.cbr');
    put(shelf.root, 'A/1.cbz', await cbz());
    const { size } = statSync(path.join(shelf.root, 'A/1.cbz'));
    await shelf.scanAll();
    await updateLibrary(context(), shelf.library.id, { convertToCbz: true });
    await drain();
    expect(namesIn(shelf, 'A')).toEqual(['1.cbr', '1.cbz']);
    expect(statSync(path.join(shelf.root, 'A/1.cbz')).size).toBe(size);
    expect(await database.db('fileChangeFailure').select('kind', 'code')).toEqual([
      { kind: 'convert', code: 'ERR_1021' },
    ]);
  });

  test('leaves a file alone that is not the analysed one', async () => {
    const shelf = await newShelf({ hashFiles: false });
    putRar(shelf, 'A/1.cbr');
    await shelf.scanAll();
    const book = await shelf.book('A/1.cbr');
    await Library.query(database.db).findById(shelf.library.id).patch({ convertToCbz: true });
    utimesSync(path.join(shelf.root, 'A/1.cbr'), new Date('2030-01-01'), new Date('2030-01-01'));
    await convertBook(context(), { libraryId: shelf.library.id, bookId: book.id }, deps);
    expect(namesIn(shelf, 'A')).toEqual(['1.cbr']);
  });

  test('that was killed after the new file was placed is finished by the next scan: one book, the same id', async () => {
    const shelf = await newShelf({ hashFiles: false });
    putRar(shelf, 'A/1.cbr');
    await shelf.scanAll();
    const book = await shelf.book('A/1.cbr');
    const target = put(shelf.root, 'A/1.cbz', await cbz());
    const stats = statSync(target);
    const version = { size: stats.size, modifiedAt: Math.trunc(Math.max(stats.mtimeMs, stats.birthtimeMs)) };
    await noteMove(context(), { book }, { kind: 'convert', toPath: 'A/1.cbz', version });
    await shelf.scanAll();
    const books = await shelf.books();
    expect(books).toMatchObject([{ id: book.id, path: 'A/1.cbz', mediaStatus: 'READY', deletedAt: null }]);
    expect(namesIn(shelf, 'A')).toEqual(['1.cbz']);
    expect((await history()).map(({ type }) => type).sort()).toEqual(['BookConverted', 'BookFileDeleted']);
    expect(await database.db('fileChange')).toEqual([]);
  });

  test('that was killed before is forgotten, and the old file stays', async () => {
    const shelf = await newShelf({ hashFiles: false });
    putRar(shelf, 'A/1.cbr');
    await shelf.scanAll();
    const book = await shelf.book('A/1.cbr');
    await noteMove(context(), { book }, { kind: 'convert', toPath: 'A/1.cbz', version: { size: 1, modifiedAt: 1 } });
    await shelf.scanAll();
    expect(await shelf.books()).toMatchObject([{ id: book.id, path: 'A/1.cbr', deletedAt: null }]);
    expect(await database.db('fileChange')).toEqual([]);
  });
});

test('leftovers of killed changes are hidden from scans and removed later', async () => {
  const shelf = await newShelf({ repairExtensions: true, hashFiles: false });
  put(shelf.root, 'A/.kiremisu-old.tmp', 'half a book');
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scanAll();
  expect(await shelf.books()).toHaveLength(1);
  rmSync(path.join(shelf.root, 'A/.kiremisu-old.tmp'));
  renameSync(path.join(shelf.root, 'A/1.cbz'), path.join(shelf.root, 'A/2.cbz'));
  expect(await shelf.scan()).toMatchObject({ moved: 1, added: 0 });
});
