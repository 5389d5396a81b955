import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { analyzeBook } from '../../src/library/analyze';
import { defaultLimits } from '../../src/media/limits';
import { Book } from '../../src/model/book';
import { BookMedia } from '../../src/model/book-media';
import { Library } from '../../src/model/library';
import { Operation } from '../../src/model/operation';
import { Poster } from '../../src/model/poster';
import { cbz, picture, put } from '../support/book-builders';
import { whileRunning } from '../jobs/support';
import { handlers, useShelves } from './support';

const { test: database, newShelf, newFolder, drain, context } = useShelves();
const paths = (rows: { path: string }[]) => rows.map((row) => row.path);

test('a folder with books is a series, its books are in natural order', async () => {
  const shelf = await newShelf();
  for (const name of ['Fox 10.cbz', 'Fox 2.cbz', 'Fox 1.CBZ']) put(shelf.root, `Fox/${name}`, await cbz());
  put(shelf.root, 'Fox/notes.txt', 'x');
  await shelf.scan();
  const [series] = await shelf.series();
  expect(series).toMatchObject({ path: 'Fox', name: 'Fox', title: 'Fox', bookCount: 3, deletedAt: null });
  const books = (await shelf.books()).sort((a, b) => a.number - b.number);
  expect(books.map((book) => [book.name, book.number, book.metadataNumber, book.numberSort])).toEqual([
    ['Fox 1', 1, '1', 1],
    ['Fox 2', 2, '2', 2],
    ['Fox 10', 3, '3', 3],
  ]);
});

test('a new series was created and modified in one instant', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scanAll();
  const [series] = await shelf.series();
  expect(series!.createdAt).toEqual(series!.modifiedAt);
});

test('analysis finds pages, places, type and a poster', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ pages: 3 }));
  await shelf.scanAll();
  const book = await shelf.book('A/1.cbz');
  expect(book).toMatchObject({
    ...{ mediaStatus: 'READY', mediaType: 'application/zip', mediaProfile: 'DIVINA', mediaComment: '', pageCount: 3 },
  });
  expect(book.fileHash).toMatch(/^[0-9a-f]{32}$/);
  const media = await BookMedia.query(database.db).findById(book.id).throwIfNotFound();
  expect(media.pages.map((page) => [page.name, page.width, page.height, page.location.kind])).toEqual([
    ['001.jpg', 40, 60, 'zip'],
    ['002.jpg', 40, 60, 'zip'],
    ['003.jpg', 40, 60, 'zip'],
  ]);
  const poster = await Poster.query(database.db).findOne({ bookId: book.id }).throwIfNotFound();
  expect(poster).toMatchObject({ type: 'GENERATED', selected: true, mediaType: 'image/jpeg', width: 40, height: 60 });
});

test('a second scan changes nothing and submits nothing', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz());
  put(shelf.root, 'A/cover.jpg', await picture());
  put(shelf.root, 'B/2.cbz', await cbz({ seed: 2 }));
  await shelf.scanAll();
  const before = [await shelf.books(), await shelf.series(), await Poster.query(database.db).orderBy('id')];
  const result = await shelf.scan();
  expect(result).toMatchObject({ books: 2, added: 0, changed: 0, moved: 0, restored: 0, removed: 0 });
  const { rows } = await database.db.raw<{ rows: unknown[] }>('select 1 from graphile_worker.jobs');
  expect(rows).toEqual([]);
  expect([await shelf.books(), await shelf.series(), await Poster.query(database.db).orderBy('id')]).toEqual(before);
});

test('a root that is missing or suddenly empty changes nothing, and the library comes back by itself', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 22 }));
  await shelf.scanAll();
  const before = [await shelf.books(), await shelf.series()];
  const away = `${shelf.root}-away`;
  renameSync(shelf.root, away);
  expect(await shelf.scan()).toBeNull();
  const find = () => Library.query(database.db).findById(shelf.library.id).throwIfNotFound();
  expect(await find()).toMatchObject({ unavailableReason: 'ERR_1016' });
  mkdirSync(shelf.root);
  expect(await shelf.scan()).toBeNull();
  expect(await find()).toMatchObject({ unavailableReason: 'ERR_2010' });
  expect([await shelf.books(), await shelf.series()]).toEqual(before);
  rmSync(shelf.root, { recursive: true });
  renameSync(away, shelf.root);
  expect(await shelf.scan()).toMatchObject({ books: 1 });
  expect(await find()).toMatchObject({ unavailableAt: null, unavailableReason: null });
  const last = await Operation.query(database.db)
    .where({ subjectId: shelf.library.id })
    .orderBy('createdAt', 'desc')
    .first();
  expect(last).toMatchObject({ kind: 'scanLibrary', state: 'done', done: 1, total: 1 });
});

test('a damaged file is a book with a code; the others go on', async () => {
  const shelf = await newShelf();
  const whole = await cbz({ seed: 23, pages: 3 });
  put(shelf.root, 'A/1 cut.cbz', whole.subarray(0, whole.length / 2));
  put(shelf.root, 'A/2 empty.cbz', '');
  put(shelf.root, 'A/3 no pictures.cbz', await cbz({ pages: 0, comicInfo: { Title: 'x' } }));
  put(shelf.root, 'A/4 seven.cbz', Buffer.from('7z\xbc\xaf\x27\x1cxxxxxxxx', 'latin1'));
  put(shelf.root, 'A/5 good.cbz', whole);
  await shelf.scanAll();
  const [cut, ...others] = await shelf.books();
  // its pages may be saved or not: either way it says that something is wrong
  expect(cut).toMatchObject({ name: '1 cut', mediaComment: expect.stringMatching(/^ERR_/) as string });
  // by which they are found again when they are moved
  expect([cut, ...others].map((book) => book?.fileHash === '')).not.toContain(true);
  const outcome = others.map((book) => [book.name, book.mediaStatus, book.mediaComment]);
  expect(outcome).toEqual([
    ['2 empty', 'UNSUPPORTED', 'ERR_1001'],
    ['3 no pictures', 'ERROR', 'ERR_1006'],
    ['4 seven', 'ERROR', 'ERR_2002'],
    ['5 good', 'READY', ''],
  ]);
});

test('a scan that is stopped in the middle is finished by the next, without duplicates', async () => {
  const shelf = await newShelf();
  // four batches: the second is on its way when the first is seen
  for (let number = 1; number <= 1800; number++) {
    put(shelf.root, `S${number}/1.cbz`, zipLike(number));
  }
  const stop = new AbortController();
  const watch = setInterval(() => {
    void Book.query(database.db)
      .where({ libraryId: shelf.library.id })
      .resultSize()
      .then((count) => count > 0 && stop.abort());
  }, 1);
  await expect(shelf.scan({ signal: stop.signal })).rejects.toThrow();
  clearInterval(watch);
  const some = await shelf.books();
  expect(some.length).toBeGreaterThan(0);
  expect(some.length).toBeLessThan(1800);
  expect(await shelf.scan()).toMatchObject({ books: 1800, added: 1800 - some.length, removed: 0 });
  expect(await shelf.books()).toHaveLength(1800);
  const { rows } = await database.db.raw<{ rows: { id: string }[] }>(
    `select distinct json_array_elements_text(payload->'payload'->'bookIds') as id
     from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = 'analyzeBooks'`,
  );
  expect(rows).toHaveLength(1800);
  await database.db.raw('delete from graphile_worker._private_jobs');
});

/** Nobody opens these. */
const zipLike = (number: number) => Buffer.from(`PK\x05\x06 ${number}`);

test('books whose task was lost with a killed process are analysed after the next scan', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 24 }));
  await shelf.scan();
  await database.db.raw('delete from graphile_worker._private_jobs');
  await shelf.scanAll();
  expect(await shelf.book('A/1.cbz')).toMatchObject({ mediaStatus: 'READY' });
});

test('a link that leads out of the library is passed over; one inside is followed, a loop is not', async () => {
  const shelf = await newShelf();
  const outside = newFolder();
  put(outside, 'secret.cbz', await cbz());
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 25 }));
  symlinkSync(outside, path.join(shelf.root, 'out'));
  symlinkSync(path.join(outside, 'secret.cbz'), path.join(shelf.root, 'A/secret.cbz'));
  symlinkSync('A', path.join(shelf.root, 'B'));
  symlinkSync('..', path.join(shelf.root, 'A/up'));
  await shelf.scan();
  expect(paths(await shelf.books())).toEqual(['A/1.cbz', 'B/1.cbz']);
  await drain();
});

// root may read everything, so only an ordinary user can see this
const testAsUser = process.getuid?.() === 0 ? test.skip : test;

testAsUser('a folder that cannot be read is a problem, and what is known below it stays', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 26 }));
  put(shelf.root, 'B/C/2.cbz', await cbz({ seed: 27 }));
  await shelf.scanAll();
  chmodSync(path.join(shelf.root, 'B'), 0);
  const result = await shelf.scan();
  chmodSync(path.join(shelf.root, 'B'), 0o755);
  expect(result).toMatchObject({ removed: 0, problems: [{ path: 'B', code: 'ERR_1000' }] });
  expect((await shelf.series()).every(({ deletedAt }) => deletedAt === null)).toBe(true);
});

test('dot folders and exclusions are looked for inside the root only', async () => {
  const parent = newFolder();
  const root = path.join(parent, '.hidden books');
  const shelf = await newShelf({ root, scanDirectoryExclusions: ['#Recycle', 'books'] });
  put(root, 'A/1.cbz', await cbz());
  put(root, '.trash/2.cbz', await cbz());
  put(root, 'A/#recycle/3.cbz', await cbz());
  put(root, 'Old Books/4.cbz', await cbz());
  put(root, 'A/.5.cbz', await cbz());
  await shelf.scan();
  expect(paths(await shelf.books())).toEqual(['A/1.cbz']);
  await drain();
});

test('each file below the one-shots folder is a series of its own, finished, named by its book', async () => {
  const shelf = await newShelf({ oneshotsDirectory: '_oneshots' });
  put(
    shelf.root,
    '_oneshots/Alone.cbz',
    await cbz({ comicInfo: { Title: 'All Alone', Summary: 'One.', Series: 'X' } }),
  );
  put(shelf.root, '_oneshots/deep/Two.cbz', await cbz({ seed: 2 }));
  await shelf.scanAll();
  expect(await shelf.series()).toMatchObject([
    {
      path: '_oneshots/Alone.cbz',
      oneshot: true,
      title: 'All Alone',
      summary: 'One.',
      status: 'ENDED',
      totalBookCount: 1,
    },
    { path: '_oneshots/deep/Two.cbz', oneshot: true, title: 'Two' },
  ]);
  expect((await shelf.books()).every((book) => book.oneshot)).toBe(true);
});

test('a series is touched when its books change, not when a picture is put beside them', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 30 }));
  await shelf.scanAll();
  const [before] = await shelf.series();
  put(shelf.root, 'A/cover.jpg', await picture());
  await shelf.scanAll();
  const [same] = await shelf.series();
  expect(same!.modifiedAt).toEqual(before!.modifiedAt);
  put(shelf.root, 'A/2.cbz', await cbz({ seed: 31 }));
  await shelf.scanAll();
  const [later] = await shelf.series();
  expect(later!.modifiedAt.getTime()).toBeGreaterThan(before!.modifiedAt.getTime());
});

test('a library can have its trash emptied after each scan', async () => {
  const shelf = await newShelf({ emptyTrashAfterScan: true });
  put(shelf.root, 'A/1.cbz', await cbz({ seed: 32 }));
  put(shelf.root, 'A/2.cbz', await cbz({ seed: 33 }));
  await shelf.scanAll();
  rmSync(path.join(shelf.root, 'A/1.cbz'));
  await shelf.scanAll();
  expect(await shelf.books()).toMatchObject([{ path: 'A/2.cbz', number: 1 }]);
  expect((await shelf.series())[0]).toMatchObject({ bookCount: 1 });
});

test('a file that is still being written is waited for', async () => {
  const shelf = await newShelf();
  const whole = await cbz({ seed: 34 });
  const file = put(shelf.root, 'A/1.cbz', whole.subarray(0, 200));
  await shelf.scan();
  await database.db.raw('delete from graphile_worker._private_jobs');
  const { id: bookId } = await shelf.book('A/1.cbz');
  // written to a moment ago
  utimesSync(file, new Date(), new Date());
  await expect(analyzeBook(context(), { bookId }, { limits: defaultLimits })).rejects.toThrow('still being written');
  expect(await shelf.book('A/1.cbz')).toMatchObject({ mediaStatus: 'UNKNOWN' });
  put(shelf.root, 'A/1.cbz', whole);
  await shelf.scanAll();
  expect(await shelf.book('A/1.cbz')).toMatchObject({ mediaStatus: 'READY', pageCount: 2 });
});

test('scan and analysis at the same time end in a complete library', async () => {
  const shelf = await newShelf();
  for (let number = 1; number <= 120; number++) {
    const content = await cbz({ pages: 1, seed: number, comicInfo: { Title: `T${number}`, Series: 'One' } });
    for (const name of [`Big/${number}.cbz`, `S${number % 10}/${number}.cbz`]) put(shelf.root, name, content);
  }
  await whileRunning({ url: database.url, db: database.db, handlers, concurrency: 3 }, async () => {
    await shelf.scan();
    await shelf.scan({ deep: true });
  });
  await shelf.scanAll();
  const books = await shelf.books();
  expect(books).toHaveLength(240);
  expect(books.filter((book) => book.mediaStatus !== 'READY')).toEqual([]);
  expect((await shelf.series()).map(({ title, bookCount }) => [title, bookCount])).toEqual([
    ['One', 120],
    ...Array.from({ length: 10 }, () => ['One', 12]),
  ]);
  const { rows } = await database.db.raw<{ rows: unknown[] }>(
    'select task_identifier, attempts, last_error from graphile_worker.jobs',
  );
  expect(rows).toEqual([]);
});
