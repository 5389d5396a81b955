import { withContext } from '../../src/base/context';
import { silentLog } from '../../src/base/log';
import { newId } from '../../src/base/public-id';
import {
  beginOperation,
  failAbandonedOperations,
  listOperations,
  queueOperation,
  type OperationRow,
} from '../../src/queue/operations';
import { createQueue, migrateQueue } from '../../src/queue/queue';
import { useDatabase } from '../support/database';

const database = useDatabase();
const theOnly = async (): Promise<OperationRow | undefined> => {
  const rows = await listOperations(database.db, 10);
  expect(rows).toHaveLength(1);
  return rows[0];
};
const scan = (subjectId: string) => ({ kind: 'scanLibrary', subjectId, subjectName: 'Comics' });

beforeAll(() => migrateQueue(database.url, silentLog()));
beforeEach(() => database.db('operation').delete());

test('an operation is queued, runs and is done in one row', async () => {
  const subjectId = newId();
  const id = await withContext({ correlationId: 'request-1' }, () => queueOperation(database.db, scan(subjectId)));
  expect(await theOnly()).toMatchObject({ id, state: 'queued', startedAt: null, correlationId: 'request-1' });
  const operation = await beginOperation(database.db, scan(subjectId));
  expect(operation.id).toBe(id);
  expect(await theOnly()).toMatchObject({
    state: 'running',
    startedAt: expect.any(Date) as unknown,
    subjectName: 'Comics',
  });
  await operation.finish('done', 'all well');
  expect(await theOnly()).toMatchObject({
    state: 'done',
    message: 'all well',
    finishedAt: expect.any(Date) as unknown,
  });
});

test('asking again while it runs does not put it back into the queue', async () => {
  const subjectId = newId();
  await beginOperation(database.db, scan(subjectId));
  await queueOperation(database.db, scan(subjectId));
  expect(await theOnly()).toMatchObject({ state: 'running' });
});

test('one that is asked for in a transaction is gone with it', async () => {
  await database.db
    .transaction(async (trx) => {
      await queueOperation(trx, scan(newId()));
      throw new Error('changed my mind');
    })
    .catch(() => undefined);
  expect(await listOperations(database.db, 10)).toEqual([]);
});

test('progress that comes often is written seldom, and nothing of it is lost', async () => {
  const statements: string[] = [];
  const operation = await beginOperation(database.db, scan(newId()));
  const note = ({ sql }: { sql: string }) => statements.push(sql);
  database.db.on('query', note);
  await operation.reportProgress({ total: 1_000 });
  for (let done = 1; done <= 1_000; done++) await operation.reportProgress({ done });
  operation.addProblem('broken.cbz', 'ERR_2002');
  await operation.finish('done');
  database.db.removeListener('query', note);
  expect(statements.length).toBeLessThanOrEqual(4);
  expect(await theOnly()).toMatchObject({
    done: 1_000,
    total: 1_000,
    problems: [{ name: 'broken.cbz', code: 'ERR_2002' }],
  });
});

test('a task that begins again after a crash goes on in the same row, from zero', async () => {
  const subjectId = newId();
  const first = await beginOperation(database.db, scan(subjectId));
  await first.reportProgress({ done: 7, total: 9 });
  const startedAt = (await theOnly())?.startedAt;
  const second = await beginOperation(database.db, scan(subjectId));
  expect(second.id).toBe(first.id);
  expect(await theOnly()).toMatchObject({ done: 0, total: null, startedAt });
});

test('the first 300 problems are kept', async () => {
  const operation = await beginOperation(database.db, scan(newId()));
  for (let count = 0; count < 400; count++) operation.addProblem(`${count}.cbz`, 'ERR_2002');
  await operation.finish('failed');
  expect((await theOnly())?.problems).toHaveLength(300);
});

test('only an operation whose task is in the queue no more is given up', async () => {
  const [waiting, gone, young] = [newId(), newId(), newId()];
  const queue = createQueue(database.db);
  await queue.submit('scanLibrary', { libraryId: waiting, deep: false });
  await queueOperation(database.db, scan(waiting));
  await queueOperation(database.db, scan(gone));
  await database.db('operation').update({ updatedAt: new Date(Date.now() - 120_000) });
  await queueOperation(database.db, scan(young));
  expect(await failAbandonedOperations(database.db, ['scanLibrary'])).toBe(1);
  const states = new Map((await listOperations(database.db, 10)).map(({ subjectId, state }) => [subjectId, state]));
  expect(states).toEqual(
    new Map([
      [young, 'queued'],
      [gone, 'failed'],
      [waiting, 'queued'],
    ]),
  );
});

test('the newest operations are listed first', async () => {
  const [old, newer, newest] = [newId(), newId(), newId()];
  for (const [age, subjectId] of [newest, old, newer].entries()) {
    const id = await queueOperation(database.db, scan(subjectId));
    const createdAt = new Date(Date.UTC(2026, 0, [3, 1, 2][age]));
    await database.db('operation').where({ id }).update({ createdAt });
  }
  const listed = await listOperations(database.db, 2);
  expect(listed.map(({ subjectId }) => subjectId)).toEqual([newest, newer]);
  expect(listed.map(({ subjectId }) => subjectId)).not.toContain(old);
});
