import { silentLog } from '../../src/base/log';
import { newId, publicId } from '../../src/base/public-id';
import { createQueue, migrateQueue, pendingCounts } from '../../src/queue/queue';
import { useApp } from '../support/app';
import { aBook } from '../support/builders';

const app = useApp();
const address = '/api/kiremisu/v1/failed-tasks';

beforeAll(() => migrateQueue(app.url, silentLog()));
afterEach(() => app.db.raw('delete from graphile_worker._private_jobs'));

async function given(bookIds: string[], error: string): Promise<void> {
  await createQueue(app.db).submitMany(
    'analyzeBook',
    bookIds.map((bookId) => ({ bookId })),
  );
  await app.db.raw('update graphile_worker._private_jobs set attempts = max_attempts, last_error = ?', [error]);
}

const failed = async () => (await app.admin.get(address).expect(200)).body as { id: string }[];
const waiting = async () => (await pendingCounts(app.db)).count;

test('what was given up is told with its subject and the code of its reason', async () => {
  const book = await aBook(app.db, { name: 'Torn' });
  await given([book.id], 'ERR_2002: The file is damaged');
  expect(await failed()).toEqual([
    {
      id: expect.stringMatching(/^\d+$/) as unknown,
      ...{ task: 'analyzeBook', code: 'ERR_2002', attempts: 3 },
      subject: { kind: 'book', id: publicId(book.id), name: 'Torn' },
      createdAt: expect.stringMatching(/Z$/) as unknown,
    },
  ]);
});

test('of a failure that nobody foresaw nothing is told that could hold a path', async () => {
  await given([newId()], "ENOENT: no such file or directory, open '/srv/comics/a.cbz'");
  const { text } = await app.admin.get(address).expect(200);
  expect(JSON.parse(text)).toMatchObject([{ code: null, subject: null }]);
  expect(text).not.toContain('/srv');
});

test('one is tried again, or forgotten, and the others stay', async () => {
  await given([newId(), newId(), newId()], 'broken');
  const [first, second] = await failed();
  await app.admin.post(`${address}/${first?.id}/retry`).expect(204);
  expect(await waiting()).toBe(1);
  await app.admin.delete(`${address}/${second?.id}`).expect(204);
  expect(await failed()).toHaveLength(1);
  await app.admin.post(`${address}/${first?.id}/retry`).expect(404);
  await app.admin.delete(`${address}/${second?.id}`).expect(404);
});

test('all are tried again, or forgotten, at once', async () => {
  await given([newId(), newId()], 'broken');
  await app.admin.post(`${address}/retry`).expect(204);
  expect([await failed(), await waiting()]).toEqual([[], 2]);
  await given([], 'broken again');
  await app.admin.delete(address).expect(204);
  expect([await failed(), await waiting()]).toEqual([[], 0]);
});
