import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { acceptVanished, declineVanished } from '../../src/library/vanish-guard';
import { scanLibrary } from '../../src/library/scan';
import type { Library } from '../../src/model/library';
import { Operation } from '../../src/model/operation';
import { cbz, put } from '../support/book-builders';
import { useShelves, type Shelf } from './support';

const { test: database, newShelf, drain, context } = useShelves();

afterEach(async () => {
  await database.db('library').delete();
  await database.db('operation').delete();
  await database.db.raw('delete from graphile_worker._private_jobs');
});

const question = () => Operation.query(database.db).findOne({ state: 'waiting' });
const inTrash = async (shelf: Shelf) => (await shelf.books()).filter(({ deletedAt }) => deletedAt !== null).length;

/** Twenty books in two series; then one of the two is gone. */
async function halfGone(options: Partial<Library> = {}): Promise<Shelf> {
  const shelf = await newShelf({ hashFiles: false, vanishLimit: 40, ...options });
  for (const series of ['A', 'B'])
    for (let number = 1; number <= 10; number++) put(shelf.root, `${series}/${number}.cbz`, await cbz({ pages: 1 }));
  await shelf.scan();
  rmSync(path.join(shelf.root, 'B'), { recursive: true });
  return shelf;
}

test('when too many books are gone nothing is trashed, and an operation asks', async () => {
  const shelf = await halfGone();
  expect(await shelf.scan()).toMatchObject({ removed: 0, questioned: 10 });
  expect(await inTrash(shelf)).toBe(0);
  expect(await question()).toMatchObject({ message: 'ERR_2013', done: 10, total: 20, finishedAt: null });
  expect((await question())!.problems[0]).toEqual({ name: 'B/1.cbz', code: 'ERR_1018' });
});

test('yes puts them into the trash', async () => {
  const shelf = await halfGone();
  await shelf.scan();
  await acceptVanished(context(), (await question())!.id);
  await drain();
  expect(await inTrash(shelf)).toBe(10);
  expect(await question()).toBeUndefined();
});

test('no leaves them, and nobody is asked again before more of them vanish', async () => {
  const shelf = await halfGone();
  await shelf.scan();
  await declineVanished(context(), (await question())!.id);
  expect(await shelf.scan()).toMatchObject({ removed: 0, questioned: 0 });
  expect(await question()).toBeUndefined();
  rmSync(path.join(shelf.root, 'A/1.cbz'));
  expect(await shelf.scan()).toMatchObject({ removed: 0, questioned: 11 });
  expect(await inTrash(shelf)).toBe(0);
});

test('what comes back answers the question', async () => {
  const shelf = await newShelf({ hashFiles: false, vanishLimit: 40 });
  for (let number = 1; number <= 12; number++) put(shelf.root, `A/${number}.cbz`, await cbz({ pages: 1 }));
  put(shelf.root, 'B/1.cbz', await cbz());
  await shelf.scan();
  renameSync(path.join(shelf.root, 'A'), `${shelf.root}-away`);
  await shelf.scan();
  expect(await question()).toBeDefined();
  renameSync(`${shelf.root}-away`, path.join(shelf.root, 'A'));
  expect(await shelf.scan()).toMatchObject({ removed: 0, questioned: 0 });
  expect(await question()).toBeUndefined();
  expect(await Operation.query(database.db).where({ message: 'SUPERSEDED' })).toHaveLength(1);
});

test('a question is answered once', async () => {
  const shelf = await halfGone();
  await shelf.scan();
  const { id } = (await question())!;
  await declineVanished(context(), id);
  await expect(acceptVanished(context(), id)).rejects.toMatchObject({ status: 400 });
});

test('without a limit, or for a few books, nobody is asked', async () => {
  const shelf = await halfGone({ vanishLimit: null });
  expect(await shelf.scan()).toMatchObject({ removed: 10, questioned: 0 });
  const small = await newShelf({ hashFiles: false, vanishLimit: 0 });
  for (let number = 1; number <= 9; number++) put(small.root, `A/${number}.cbz`, await cbz({ pages: 1 }));
  put(small.root, 'B/1.cbz', await cbz());
  await small.scan();
  rmSync(path.join(small.root, 'A'), { recursive: true });
  expect(await small.scan()).toMatchObject({ removed: 9, questioned: 0 });
});

describe('the scan of one folder', () => {
  test('of which too much is gone has the whole library ask', async () => {
    const shelf = await halfGone();
    const result = await scanLibrary(context(), { libraryId: shelf.library.id, deep: false, folder: 'B' });
    expect(result).toMatchObject({ removed: 0, questioned: 10 });
    expect(await question()).toBeUndefined();
    await drain();
    expect(await question()).toMatchObject({ done: 10, total: 20 });
    expect(await inTrash(shelf)).toBe(0);
  });

  test('finds what is new and gone there, and leaves all else alone', async () => {
    const shelf = await newShelf({ hashFiles: false });
    for (const at of ['A/1.cbz', 'A/2.cbz', 'B/1.cbz', 'AB/1.cbz']) put(shelf.root, at, await cbz({ seed: at.length }));
    await shelf.scan();
    rmSync(path.join(shelf.root, 'A/2.cbz'));
    rmSync(path.join(shelf.root, 'B'), { recursive: true });
    put(shelf.root, 'A/3.cbz', await cbz({ seed: 9 }));
    const result = await scanLibrary(context(), { libraryId: shelf.library.id, deep: false, folder: 'A' });
    expect(result).toMatchObject({ added: 1, removed: 1 });
    expect((await shelf.books()).map(({ path: at, deletedAt }) => [at, deletedAt === null])).toEqual([
      ['A/1.cbz', true],
      ['A/2.cbz', false],
      ['A/3.cbz', true],
      ['AB/1.cbz', true],
      ['B/1.cbz', true],
    ]);
    expect(await Operation.query(database.db)).toHaveLength(1);
  });

  test('of a folder that is gone trashes what was in it; of one that never was does nothing', async () => {
    const shelf = await newShelf({ hashFiles: false });
    for (const at of ['A/1.cbz', 'B/1.cbz']) put(shelf.root, at, await cbz({ seed: at.charCodeAt(0) }));
    await shelf.scan();
    rmSync(path.join(shelf.root, 'A'), { recursive: true });
    const folder = (name: string) => scanLibrary(context(), { libraryId: shelf.library.id, deep: false, folder: name });
    expect(await folder('A')).toMatchObject({ removed: 1 });
    expect(await folder('nowhere')).toMatchObject({ removed: 0, added: 0 });
    expect((await shelf.series()).map(({ path: at, deletedAt }) => [at, deletedAt === null])).toEqual([
      ['A', false],
      ['B', true],
    ]);
  });

  test('of pictures is that of their series', async () => {
    const shelf = await newShelf({ hashFiles: false });
    const page = await cbz();
    for (const chapter of [1, 2]) put(shelf.root, `Fox/Chapter ${chapter}/1.jpg`, page);
    await shelf.scan();
    put(shelf.root, 'Fox/Chapter 3/1.jpg', page);
    await scanLibrary(context(), { libraryId: shelf.library.id, deep: false, folder: 'Fox/Chapter 3' });
    expect((await shelf.books()).map(({ path: at }) => at)).toEqual([
      'Fox/Chapter 1',
      'Fox/Chapter 2',
      'Fox/Chapter 3',
    ]);
    expect(await shelf.series()).toMatchObject([{ path: 'Fox', bookCount: 3 }]);
  });

  test('never leads out of the library, nor into what is hidden or excluded', async () => {
    const shelf = await newShelf({ hashFiles: false, scanDirectoryExclusions: ['@eaDir'] });
    put(shelf.root, 'A/1.cbz', await cbz());
    await shelf.scan();
    mkdirSync(path.join(shelf.root, '.hidden'));
    put(shelf.root, '.hidden/1.cbz', await cbz());
    put(shelf.root, '@eaDir/1.cbz', await cbz());
    for (const folder of ['..', '../..', '.hidden', '@eaDir']) {
      const result = await scanLibrary(context(), { libraryId: shelf.library.id, deep: false, folder });
      expect(result).toMatchObject({ added: 0, removed: 0 });
    }
  });
});

describe('names', () => {
  test('give numbers, years and titles where the files say nothing, once that is switched on', async () => {
    const shelf = await newShelf({ hashFiles: false, parseNames: true });
    put(shelf.root, 'Fox Tales (2019) (Digital)/Fox Tales c010.5 (2020) [Group].cbz', await cbz({ seed: 1 }));
    put(
      shelf.root,
      'Fox Tales (2019) (Digital)/Fox Tales c009 [Group].cbz',
      await cbz({ seed: 2, comicInfo: { Number: '9.9', Title: 'Said' } }),
    );
    await shelf.scanAll();
    const books = await shelf.books();
    expect(books.map(({ metadataNumber, numberSort, title }) => [metadataNumber, numberSort, title])).toEqual([
      ['9.9', 9.9, 'Said'],
      ['10.5', 10.5, 'Fox Tales c010.5 (2020) [Group]'],
    ]);
    expect(books[1]).toMatchObject({ releaseDate: '2020-01-01', number: 2 });
    expect(await shelf.series()).toMatchObject([{ title: 'Fox Tales', titleSort: 'Fox Tales' }]);
  });

  test('give nothing by default', async () => {
    const shelf = await newShelf({ hashFiles: false });
    put(shelf.root, 'Fox Tales (2019)/Fox Tales c010.5.cbz', await cbz());
    await shelf.scanAll();
    expect(await shelf.books()).toMatchObject([{ metadataNumber: '1', numberSort: 1, releaseDate: null }]);
    expect(await shelf.series()).toMatchObject([{ title: 'Fox Tales (2019)' }]);
  });
});
