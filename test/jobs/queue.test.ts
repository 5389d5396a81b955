import { silentLog } from '../../src/base/log';
import { currentContext, withContext } from '../../src/base/context';
import { newId } from '../../src/base/public-id';
import { createQueue, deletePending, migrateQueue, pendingCounts } from '../../src/queue/queue';
import type { Queue } from '../../src/queue/tasks';
import { useDatabase } from '../support/database';
import { gate, handlersOf, record, until, whileRunning } from './support';

const database = useDatabase();
let queue: Queue;

beforeAll(async () => {
  await Promise.all([1, 2, 3].map(() => migrateQueue(database.url, silentLog())));
  queue = createQueue(database.db);
});

beforeEach(async () => {
  await database.db.raw('truncate graphile_worker._private_jobs');
});

interface Row {
  key: string;
  priority: number;
  queueName: string | null;
}
const jobs = async (): Promise<Row[]> => {
  const { rows } = await database.db.raw<{ rows: Row[] }>(
    'select key, priority, queue_name as "queueName" from graphile_worker.jobs order by priority, run_at, id',
  );
  return rows;
};

describe('submitting', () => {
  test('a key that waits stays one task', async () => {
    const bookId = newId();
    await queue.submit('analyzeBook', { bookId });
    await queue.submit('analyzeBook', { bookId });
    await queue.submit('hashBook', { bookId });
    expect((await jobs()).map(({ key }) => key)).toEqual([`analyzeBook:${bookId}`, `hashBook:${bookId}`]);
  });

  test('a second submission raises the priority and never lowers it', async () => {
    const bookId = newId();
    await queue.submit('analyzeBook', { bookId }, { priority: 4 });
    await queue.submit('analyzeBook', { bookId }, { priority: 8 });
    expect((await jobs()).map(({ priority }) => priority)).toEqual([0]);
    await queue.submit('analyzeBook', { bookId }, { priority: 2 });
    expect((await jobs()).map(({ priority }) => priority)).toEqual([0]);
  });

  test('a second submission keeps the place in the line', async () => {
    const [first, second] = [newId(), newId()];
    await queue.submit('analyzeBook', { bookId: first });
    await queue.submit('analyzeBook', { bookId: second });
    await queue.submit('analyzeBook', { bookId: first });
    expect((await jobs()).map(({ key }) => key)).toEqual([`analyzeBook:${first}`, `analyzeBook:${second}`]);
  });

  test('a task of a transaction that is rolled back was never there', async () => {
    await database.db
      .transaction(async (trx) => {
        await queue.submit('analyzeBook', { bookId: newId() }, { trx });
        await queue.submitMany('hashBook', [{ bookId: newId() }], { trx });
        throw new Error('changed my mind');
      })
      .catch(() => undefined);
    expect(await jobs()).toEqual([]);
  });

  test('50,000 tasks are few statements', async () => {
    const statements: string[] = [];
    const note = ({ sql }: { sql: string }) => statements.push(sql);
    const payloads = Array.from({ length: 50_000 }, () => ({ bookId: newId() }));
    database.db.on('query', note);
    await queue.submitMany('analyzeBook', [...payloads, ...payloads.slice(0, 10)]);
    database.db.removeListener('query', note);
    expect(statements.length).toBeLessThanOrEqual(12);
    expect(await pendingCounts(database.db)).toEqual({ count: 50_000, countByType: { analyzeBook: 50_000 } });
  });

  test('nothing to submit is no statement', async () => {
    await queue.submitMany('analyzeBook', []);
    expect(await jobs()).toEqual([]);
  });

  test('the series share a bounded number of lines, each library has its own', async () => {
    await queue.submitMany(
      'refreshSeries',
      Array.from({ length: 500 }, () => ({ seriesId: newId() })),
    );
    const libraryId = newId();
    await queue.submit('scanLibrary', { libraryId, deep: false });
    const lines = new Set((await jobs()).map(({ queueName }) => queueName));
    expect(lines).toContain(`library:${libraryId}`);
    expect(lines.size).toBeGreaterThan(20);
    expect(lines.size).toBeLessThanOrEqual(33);
  });

  test('two submissions of the same keys in different order do not wait for each other', async () => {
    const payloads = Array.from({ length: 2_000 }, () => ({ bookId: newId() }));
    await Promise.all([
      queue.submitMany('analyzeBook', payloads),
      queue.submitMany('analyzeBook', [...payloads].reverse()),
    ]);
    expect((await pendingCounts(database.db)).count).toBe(2_000);
  });
});

describe('emptying', () => {
  test('what waits is counted by kind and forgotten, what runs goes on', async () => {
    const entered = gate();
    const left = gate();
    const handlers = handlersOf({
      analyzeBook: async () => {
        entered.open();
        await left.opened;
      },
    });
    await whileRunning({ url: database.url, db: database.db, handlers }, async () => {
      await queue.submit('analyzeBook', { bookId: newId() }, { priority: 8 });
      await entered.opened;
      await queue.submitMany('hashBook', [{ bookId: newId() }, { bookId: newId() }]);
      expect(await pendingCounts(database.db)).toEqual({ count: 3, countByType: { analyzeBook: 1, hashBook: 2 } });
      expect(await deletePending(database.db)).toBe(2);
      expect(await pendingCounts(database.db)).toEqual({ count: 1, countByType: { analyzeBook: 1 } });
      left.open();
    });
    expect(await pendingCounts(database.db)).toEqual({ count: 0, countByType: {} });
  });
});

describe('running', () => {
  test('the handler is given the payload and the correlation id of the request', async () => {
    const seen = record<unknown>();
    const bookId = newId();
    const handlers = handlersOf({
      analyzeBook: async ({ attempt, lastAttempt, queue: own }, payload) => {
        await own.submit('hashBook', payload);
        seen.add({ payload, attempt, lastAttempt, correlationId: currentContext()?.correlationId });
      },
      hashBook: () => seen.add({ follows: currentContext()?.correlationId }),
    });
    await withContext({ correlationId: 'request-7' }, () => queue.submit('analyzeBook', { bookId }));
    await whileRunning({ url: database.url, db: database.db, handlers }, () => seen.toHave(2));
    expect(seen.seen).toEqual([
      { payload: { bookId }, attempt: 1, lastAttempt: false, correlationId: 'request-7' },
      { follows: 'request-7' },
    ]);
  });

  test('the highest priority is done first, and within one the oldest', async () => {
    const order = record<string>();
    const handlers = handlersOf({ analyzeBook: (_context, { bookId }) => order.add(bookId) });
    const ids = [newId(), newId(), newId(), newId()] as const;
    await queue.submit('analyzeBook', { bookId: ids[0] }, { priority: 0 });
    await queue.submit('analyzeBook', { bookId: ids[1] }, { priority: 4 });
    await queue.submit('analyzeBook', { bookId: ids[2] }, { priority: 8 });
    await queue.submit('analyzeBook', { bookId: ids[3] }, { priority: 4 });
    await whileRunning({ url: database.url, db: database.db, handlers }, () => order.toHave(4));
    expect(order.seen).toEqual([ids[2], ids[1], ids[3], ids[0]]);
  });

  test('a key submitted while its task runs is done again', async () => {
    const entered = record<number>();
    const left = gate();
    const bookId = newId();
    const handlers = handlersOf({
      analyzeBook: async () => {
        entered.add(entered.seen.length);
        if (entered.seen.length === 1) await left.opened;
      },
    });
    await whileRunning({ url: database.url, db: database.db, handlers }, async () => {
      await queue.submit('analyzeBook', { bookId });
      await entered.toHave(1);
      await queue.submit('analyzeBook', { bookId });
      await queue.submit('analyzeBook', { bookId });
      left.open();
      await entered.toHave(2);
    });
    expect(entered.seen).toEqual([0, 1]);
    expect(await jobs()).toEqual([]);
  });

  test('tasks of one group never run at the same time, under eight takers', async () => {
    const libraries = [newId(), newId(), newId()];
    const running = new Map<string, number>();
    const done = record<string>();
    let overlaps = 0;
    let together = 0;
    const work = async (libraryId: string) => {
      const inside = (running.get(libraryId) ?? 0) + 1;
      running.set(libraryId, inside);
      if (inside > 1) overlaps++;
      together = Math.max(
        together,
        [...running.values()].reduce((sum, one) => sum + one, 0),
      );
      await database.db.raw('select pg_sleep(0.005)');
      running.set(libraryId, inside - 1);
      done.add(libraryId);
    };
    const handlers = handlersOf({
      scanLibrary: (_context, { libraryId }) => work(libraryId),
      emptyTrash: (_context, { libraryId }) => work(libraryId),
    });
    for (const libraryId of libraries) {
      await queue.submitMany('scanLibrary', [
        { libraryId, deep: true },
        { libraryId, deep: false },
      ]);
      await queue.submit('emptyTrash', { libraryId });
    }
    await whileRunning({ url: database.url, db: database.db, handlers, count: 4, concurrency: 2 }, async () => {
      await done.toHave(9);
      // asked for again and again while they run
      for (let round = 0; round < 20; round++) {
        for (const libraryId of libraries) await queue.submit('emptyTrash', { libraryId });
      }
      await until('all is done', async () => (await pendingCounts(database.db)).count === 0);
    });
    expect(overlaps).toBe(0);
    expect(together).toBeGreaterThan(1);
    expect(await jobs()).toEqual([]);
  });

  test('a task of a group follows the one before it without a pause', async () => {
    const libraryId = newId();
    const seen = record<string>();
    const handlers = handlersOf({
      scanLibrary: () => seen.add('scanLibrary'),
      emptyTrash: () => seen.add('emptyTrash'),
    });
    await queue.submit('scanLibrary', { libraryId, deep: false });
    await queue.submit('emptyTrash', { libraryId });
    // nobody looks by the clock: the second is only found because the first is done
    const options = { url: database.url, db: database.db, handlers, pollInterval: 600_000 };
    await whileRunning(options, () => seen.toHave(2));
    expect(seen.seen).toEqual(['scanLibrary', 'emptyTrash']);
  });
});
