import { analyzeBook, analyzeBooks } from '../../src/library/analyze';
import { closeForgottenAnalyses, noteAnalyzed } from '../../src/library/analysis-progress';
import { requestAnalysis } from '../../src/library/requests';
import { defaultLimits } from '../../src/media/limits';
import { Operation } from '../../src/model/operation';
import { createQueue } from '../../src/queue/queue';
import { cbz, put } from '../support/book-builders';
import { useShelves, type Shelf } from './support';

const { test: database, newShelf, drain, context } = useShelves();
const deps = { limits: defaultLimits };

afterEach(async () => {
  await database.db('library').delete();
  await database.db('operation').delete();
  await database.db.raw('delete from graphile_worker._private_jobs');
});

const operations = () => Operation.query(database.db).where({ kind: 'analyzeLibrary' }).orderBy('createdAt');

/** Books that were found and not opened. */
async function found(count: number): Promise<Shelf> {
  const shelf = await newShelf({ hashFiles: false });
  for (let number = 1; number <= count; number++) put(shelf.root, `A/${number}.cbz`, await cbz({ pages: 1 }));
  await shelf.scan({ readsBooks: false });
  await database.db.raw('delete from graphile_worker._private_jobs');
  return shelf;
}

test('the analysis of a library is one operation, whatever the number of its tasks', async () => {
  const shelf = await found(4);
  const ids = (await shelf.books()).map(({ id }) => id);
  await analyzeBooks(context(), { bookIds: ids.slice(0, 1) }, deps);
  expect(await operations()).toMatchObject([
    { state: 'running', subjectId: shelf.library.id, subjectName: shelf.library.name, done: 1, total: 4 },
  ]);
  await analyzeBooks(context(), { bookIds: ids.slice(1, 3) }, deps);
  expect(await operations()).toMatchObject([{ state: 'running', done: 3, total: 4 }]);
  await analyzeBooks(context(), { bookIds: ids.slice(3) }, deps);
  expect(await operations()).toMatchObject([
    { state: 'done', done: 4, total: 4, problems: [], finishedAt: expect.any(Date) as unknown },
  ]);
});

test('files that cannot be read are told with the reason, also a single one', async () => {
  const shelf = await newShelf({ hashFiles: false });
  put(shelf.root, 'A/broken.cbz', 'no archive at all');
  await shelf.scan({ readsBooks: false });
  const [book] = await shelf.books();
  await analyzeBooks(context(), { bookIds: [book!.id] }, deps);
  expect(await operations()).toMatchObject([
    { state: 'done', done: 1, total: 1, problems: [{ name: 'A/broken.cbz', code: 'ERR_1001' }] },
  ]);
});

test('a single new file that is fine is no operation', async () => {
  const shelf = await found(1);
  const [book] = await shelf.books();
  await analyzeBook(context(), { bookId: book!.id }, deps);
  expect(await operations()).toEqual([]);
});

test('threads that tell at the same time do not lose what the other has done', async () => {
  const shelf = await found(2);
  const note = { library: shelf.library, done: 10, problems: [{ name: 'x', code: 'ERR_1000' }], since: new Date() };
  await Promise.all(Array.from({ length: 8 }, () => noteAnalyzed(database.db, note)));
  const [row] = await operations();
  expect([row!.done, row!.problems.length, row!.state]).toEqual([80, 8, 'running']);
});

test('asked for by a person it counts all books, and ends with the last of them', async () => {
  const shelf = await found(3);
  await analyzeBooks(context(), { bookIds: (await shelf.books()).map(({ id }) => id) }, deps);
  await database.db('operation').delete();
  await requestAnalysis({ db: database.db, queue: createQueue(database.db) }, { libraryId: shelf.library.id });
  expect(await operations()).toMatchObject([{ state: 'queued', done: 0, total: 3 }]);
  await drain();
  expect(await operations()).toMatchObject([{ state: 'done', done: 3, total: 3 }]);
});

test('one that nobody works on any more ends by itself', async () => {
  const shelf = await found(2);
  const [first] = await shelf.books();
  await analyzeBooks(context(), { bookIds: [first!.id] }, deps);
  await closeForgottenAnalyses(database.db);
  expect(await operations()).toMatchObject([{ state: 'running' }]);
  await database.db.raw(`update operation set updated_at = now() - interval '2 minutes'`);
  await closeForgottenAnalyses(database.db);
  expect(await operations()).toMatchObject([{ state: 'done', done: 1, total: 2 }]);
});
