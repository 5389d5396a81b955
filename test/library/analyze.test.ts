import { rmSync, utimesSync } from 'node:fs';
import { analyzeBook, analyzeBooks } from '../../src/library/analyze';
import { generatePosters } from '../../src/library/poster-batch';
import { defaultLimits } from '../../src/media/limits';
import { cbz, picture, put, zipOf } from '../support/book-builders';
import { useShelves } from './support';

const { test: database, newShelf, context } = useShelves();
const deps = { limits: defaultLimits };

async function taskCount(): Promise<number> {
  const { rows } = await database.db.raw<{ rows: unknown[] }>('select 1 from graphile_worker.jobs');
  return rows.length;
}

afterEach(() => database.db.raw('delete from graphile_worker._private_jobs'));

test('a series is refreshed once, when the last of its books was analysed', async () => {
  const shelf = await newShelf({ hashFiles: false });
  for (const number of [1, 2, 3]) put(shelf.root, `A/${number}.cbz`, await cbz({ seed: number }));
  await shelf.scan({ readsBooks: false });
  await database.db.raw('delete from graphile_worker._private_jobs');
  const books = await shelf.books();
  const counts: number[] = [];
  for (const book of books) {
    await analyzeBook(context(), { bookId: book.id }, deps);
    counts.push(await taskCount());
  }
  expect(counts).toEqual([0, 0, 1]);
});

test('analysing again gives the same and leaves one poster', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ comicInfo: { Title: 'T', Number: '3' } }));
  await shelf.scanAll();
  const before = await shelf.book('A/1.cbz');
  await analyzeBook(context(), { bookId: before.id }, deps);
  const after = await shelf.book('A/1.cbz');
  expect({ ...after, mediaModifiedAt: null }).toEqual({ ...before, mediaModifiedAt: null });
  expect(await database.db('poster').where({ bookId: before.id })).toHaveLength(1);
});

test('a book that ended its tries without a word is in error; when the last try succeeds it is ready', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scan({ readsBooks: false });
  const [book] = await shelf.books();
  const seen: string[] = [];
  const observed = { ...deps, limits: { ...defaultLimits } };
  // the limits are asked for when the file is opened: what stands in the row then is what a crash would leave
  Object.defineProperty(observed.limits, 'entries', { get: () => (seen.push('opened'), defaultLimits.entries) });
  await analyzeBook({ ...context(), attempt: 3, lastAttempt: true }, { bookId: book!.id }, observed);
  expect(seen).not.toEqual([]);
  expect(await shelf.book('A/1.cbz')).toMatchObject({ mediaStatus: 'READY', mediaComment: '' });
});

test('the last try stands in the row as failed before the file is opened', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scan({ readsBooks: false });
  const [book] = await shelf.books();
  const stop = new AbortController();
  stop.abort();
  // aborted after the file was read and before anything is stored: as good as a crash
  const dying = { ...context(), attempt: 3, lastAttempt: true, signal: stop.signal };
  await expect(analyzeBook(dying, { bookId: book!.id }, deps)).rejects.toThrow();
  expect(await shelf.book('A/1.cbz')).toMatchObject({ mediaStatus: 'ERROR', mediaComment: 'ERR_1005' });
});

test('a file that is gone leaves its book as it is for the next scan', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz());
  await shelf.scan({ readsBooks: false });
  rmSync(shelf.root, { recursive: true });
  const [book] = await shelf.books();
  await analyzeBook(context(), { bookId: book!.id }, deps);
  expect(await shelf.book('A/1.cbz')).toMatchObject({ mediaStatus: 'UNKNOWN', mediaComment: '' });
});

test('a file that changed since the scan is stored with the size and time that were analysed', async () => {
  const shelf = await newShelf();
  put(shelf.root, 'A/1.cbz', await cbz({ pages: 1 }));
  await shelf.scanAll();
  const before = await shelf.book('A/1.cbz');
  put(shelf.root, 'A/1.cbz', await cbz({ pages: 4 }));
  await analyzeBook(context(), { bookId: before.id }, deps);
  const after = await shelf.book('A/1.cbz');
  expect(after).toMatchObject({ pageCount: 4, fileHash: '' });
  expect(after.fileSize).toBeGreaterThan(before.fileSize);
  expect(await shelf.scan()).toMatchObject({ changed: 0 });
});

test('an unreadable entry is told in the comment and the book stays ready', async () => {
  const shelf = await newShelf();
  const good = { name: '1.jpg', data: await picture() };
  const archive = zipOf([good, { name: '2.jpg', data: await picture(2) }]);
  // the second local header is damaged
  archive.write('XX', archive.indexOf('PK\x03\x04', 10, 'latin1'), 'latin1');
  put(shelf.root, 'A/1.cbz', archive);
  await shelf.scanAll();
  expect(await shelf.book('A/1.cbz')).toMatchObject({
    ...{ mediaStatus: 'READY', pageCount: 1, mediaComment: 'ERR_1007 [2.jpg]' },
  });
});

test('a broken ComicInfo does no harm', async () => {
  const shelf = await newShelf();
  const pages = [{ name: '1.jpg', data: await picture() }];
  put(shelf.root, 'A/1.cbz', zipOf([{ name: 'ComicInfo.xml', data: Buffer.from('<ComicInfo><Title>x') }, ...pages]));
  await shelf.scanAll();
  expect(await shelf.book('A/1.cbz')).toMatchObject({ mediaStatus: 'READY', title: '1', pageCount: 1 });
});

test('a file that never comes to rest asks for another scan with its last try', async () => {
  const shelf = await newShelf();
  const file = put(shelf.root, 'A/1.cbz', (await cbz()).subarray(0, 100));
  utimesSync(file, new Date(), new Date());
  await shelf.scan({ readsBooks: false });
  await database.db.raw('delete from graphile_worker._private_jobs');
  const [book] = await shelf.books();
  await analyzeBook({ ...context(), attempt: 3, lastAttempt: true }, { bookId: book!.id }, deps);
  const { rows } = await database.db.raw<{ rows: { key: string }[] }>(
    'select key from graphile_worker.jobs order by key',
  );
  expect(rows.map(({ key }) => key)).toContain(`scanLibrary:${shelf.library.id}:normal`);
});

describe('books that are analysed together', () => {
  const many = 14;

  async function manyBooks(shelf: Awaited<ReturnType<typeof newShelf>>): Promise<string[]> {
    for (let number = 1; number <= many; number++) put(shelf.root, `A/${number}.cbz`, await cbz({ seed: number }));
    await shelf.scan({ readsBooks: false });
    await database.db.raw('delete from graphile_worker._private_jobs');
    return (await shelf.books()).map(({ id }) => id);
  }

  test('are stored together, their series refreshed once, their posters made later', async () => {
    const shelf = await newShelf({ hashFiles: false });
    const bookIds = await manyBooks(shelf);
    await analyzeBooks(context(), { bookIds }, deps);
    expect((await shelf.books()).map(({ mediaStatus, pageCount }) => [mediaStatus, pageCount])).toEqual(
      Array.from({ length: many }, () => ['READY', 2]),
    );
    const { rows } = await database.db.raw<{ rows: { task: string }[] }>(
      'select task_identifier as task from graphile_worker.jobs order by 1',
    );
    expect(rows.map(({ task }) => task)).toEqual(['generatePosters', 'refreshSeries']);
    await generatePosters(context(), { bookIds }, deps);
    expect(
      await database.db('poster').where({ type: 'GENERATED', selected: true }).whereIn('bookId', bookIds),
    ).toHaveLength(many);
  });

  test('become tasks of their own after a try that ended without a word', async () => {
    const shelf = await newShelf({ hashFiles: false });
    const bookIds = await manyBooks(shelf);
    await analyzeBooks({ ...context(), attempt: 2 }, { bookIds }, deps);
    expect((await shelf.books()).every(({ mediaStatus }) => mediaStatus === 'UNKNOWN')).toBe(true);
    const { rows } = await database.db.raw<{ rows: { key: string }[] }>(
      `select key from graphile_worker.jobs where task_identifier = 'analyzeBook' order by 1`,
    );
    expect(rows.map(({ key }) => key)).toEqual(bookIds.map((id) => `analyzeBook:${id}`).sort());
  });

  test('are passed over when they were analysed already', async () => {
    const shelf = await newShelf({ hashFiles: false });
    const bookIds = await manyBooks(shelf);
    await analyzeBooks(context(), { bookIds }, deps);
    const before = await shelf.books();
    await analyzeBooks(context(), { bookIds }, deps);
    expect(await shelf.books()).toEqual(before);
  });
});
