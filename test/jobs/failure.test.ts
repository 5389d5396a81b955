import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fail } from '../../src/base/errors';
import { silentLog } from '../../src/base/log';
import { newId } from '../../src/base/public-id';
import { sweepDeadWorkers } from '../../src/queue/liveness';
import { createQueue, discardTasks, failedTasks, migrateQueue, pendingCounts, retryTasks } from '../../src/queue/queue';
import { startRunner } from '../../src/queue/runner';
import type { Queue } from '../../src/queue/tasks';
import { useDatabase } from '../support/database';
import { gate, handlersOf, record, until, whileRunning } from './support';

const database = useDatabase();
const log = silentLog();
let queue: Queue;

beforeAll(async () => {
  await migrateQueue(database.url, log);
  queue = createQueue(database.db);
});

beforeEach(async () => {
  await database.db.raw('truncate graphile_worker._private_jobs, graphile_worker._private_job_queues');
});

interface Row {
  attempts: number;
  pause: number;
  error: string | null;
  lockedBy: string | null;
}
const jobs = async (): Promise<Row[]> => {
  const { rows } = await database.db.raw<{ rows: Row[] }>(
    `select attempts, extract(epoch from run_at - now())::float as pause, last_error as error, locked_by as "lockedBy"
     from graphile_worker.jobs order by id`,
  );
  return rows;
};
/** What time does: the pause before the next try is over. */
const passTime = () => database.db.raw("update graphile_worker._private_jobs set run_at = now() - interval '1 second'");
const running = () => ({ url: database.url, db: database.db });

describe('a task that fails', () => {
  test('is tried again after growing pauses, then stays failed with its error', async () => {
    const tries = record<[number, boolean]>();
    const passedOver = gate();
    const handlers = handlersOf({
      analyzeBook: ({ attempt, lastAttempt }) => {
        tries.add([attempt, lastAttempt]);
        throw fail('ERR_2002', { path: 'secret' });
      },
      hashBook: () => passedOver.open(),
    });
    const bookId = newId();
    await queue.submit('analyzeBook', { bookId });
    const pauses: number[] = [];
    await whileRunning({ ...running(), handlers }, async () => {
      for (const count of [1, 2, 3]) {
        await tries.toHave(count);
        await until('the try has ended', async () => (await jobs())[0]?.lockedBy === null);
        pauses.push((await jobs())[0]?.pause ?? 0);
        if (count < 3) await passTime();
      }
      await passTime();
      // lower in priority: when it is done, the failed one was passed over
      await queue.submit('hashBook', { bookId });
      await passedOver.opened;
    });
    expect(tries.seen).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect(pauses[0]).toBeGreaterThan(1);
    expect(pauses[1]).toBeGreaterThan(2 * (pauses[0] ?? 0));
    expect(await failedTasks(database.db)).toEqual([
      {
        id: expect.stringMatching(/^\d+$/) as unknown,
        task: 'analyzeBook',
        key: `analyzeBook:${bookId}`,
        error: 'ERR_2002: The file is damaged',
        attempts: 3,
        createdAt: expect.any(Date) as unknown,
      },
    ]);
  });

  test('does not stop the runner', async () => {
    const seen = record<string>();
    const handlers = handlersOf({
      analyzeBook: () => {
        throw new Error('at once, not by a promise');
      },
      hashBook: (_context, { bookId }) => seen.add(bookId),
    });
    const bookId = newId();
    await queue.submit('analyzeBook', { bookId });
    await queue.submit('hashBook', { bookId });
    await whileRunning({ ...running(), handlers }, () => seen.toHave(1));
    expect(seen.seen).toEqual([bookId]);
  });

  test('is done at once when somebody asks for it again', async () => {
    const tries = record<number>();
    const handlers = handlersOf({
      analyzeBook: ({ attempt }) => {
        tries.add(attempt);
        if (tries.seen.length === 1) throw new Error('not yet');
      },
    });
    const bookId = newId();
    await queue.submit('analyzeBook', { bookId });
    await whileRunning({ ...running(), handlers }, async () => {
      await until('it has failed once', async () => ((await jobs())[0]?.pause ?? 0) > 1);
      await queue.submit('analyzeBook', { bookId });
      await tries.toHave(2);
    });
    expect(tries.seen).toEqual([1, 1]);
  });
});

describe('an administrator', () => {
  const failOne = async (): Promise<string> => {
    await queue.submit('analyzeBook', { bookId: newId() });
    await database.db.raw("update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'broken'");
    return (await failedTasks(database.db))[0]?.id ?? '';
  };

  test('lets a failed task begin anew', async () => {
    const id = await failOne();
    const tries = record<number>();
    const handlers = handlersOf({ analyzeBook: ({ attempt }) => tries.add(attempt) });
    await whileRunning({ ...running(), handlers }, async () => {
      expect(await retryTasks(database.db, [id])).toBe(1);
      await tries.toHave(1);
    });
    expect(tries.seen).toEqual([1]);
    expect(await retryTasks(database.db, [id])).toBe(0);
  });

  test('forgets a failed task, and no other', async () => {
    const id = await failOne();
    expect(await discardTasks(database.db, [id])).toBe(1);
    expect(await discardTasks(database.db, [id])).toBe(0);
    await queue.submit('analyzeBook', { bookId: newId() });
    const { rows } = await database.db.raw<{ rows: { id: string }[] }>('select id::text from graphile_worker.jobs');
    expect(await discardTasks(database.db, [rows[0]?.id ?? ''])).toBe(0);
    expect(await discardTasks(database.db, null)).toBe(0);
    expect((await pendingCounts(database.db)).count).toBe(1);
  });

  test('is told that there is no task by a name that is no number', async () => {
    expect(await retryTasks(database.db, ['x'])).toBe(0);
  });
});

describe('a runner that is stopped', () => {
  const untilAborted = (entered: ReturnType<typeof gate>) =>
    handlersOf({
      scanLibrary: async ({ signal }) => {
        entered.open();
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      },
    });

  test('aborts its task and gives it back as if it had not begun', async () => {
    const entered = gate();
    const handlers = untilAborted(entered);
    await queue.submit('scanLibrary', { libraryId: newId(), deep: false });
    await whileRunning({ ...running(), handlers }, () => entered.opened);
    expect(await jobs()).toEqual([
      { attempts: 0, pause: expect.any(Number) as unknown, error: expect.any(String) as unknown, lockedBy: null },
    ]);
    expect((await jobs())[0]?.pause).toBeLessThanOrEqual(0);
    const again = record<number>();
    const next = handlersOf({ scanLibrary: ({ attempt }) => again.add(attempt) });
    await whileRunning({ ...running(), handlers: next }, () => again.toHave(1));
    expect(again.seen).toEqual([1]);
  });

  test('gives back a task that does not listen, when the time for it is over', async () => {
    const entered = gate();
    const handlers = handlersOf({
      scanLibrary: () => {
        entered.open();
        return new Promise<never>(() => undefined);
      },
    });
    await queue.submit('scanLibrary', { libraryId: newId(), deep: false });
    const runner = await startRunner({ ...running(), handlers, log, grace: 100 });
    await entered.opened;
    await runner.stop();
    expect(await jobs()).toMatchObject([{ attempts: 0, lockedBy: null }]);
    const again = gate();
    await whileRunning({ ...running(), handlers: handlersOf({ scanLibrary: () => again.open() }) }, () => again.opened);
  });

  test('forgets a task that was asked for again while it ran: the newer one is done instead', async () => {
    const entered = gate();
    const handlers = untilAborted(entered);
    const payload = { libraryId: newId(), deep: false };
    await queue.submit('scanLibrary', payload);
    await whileRunning({ ...running(), handlers }, async () => {
      await entered.opened;
      await queue.submit('scanLibrary', payload);
    });
    expect(await jobs()).toMatchObject([{ attempts: 0, error: null, lockedBy: null }]);
  });

  test('stops by its signal', async () => {
    const stop = new AbortController();
    const runner = await startRunner({ ...running(), handlers: handlersOf({}), log, signal: stop.signal });
    stop.abort();
    await expect(runner.ended).resolves.toBeUndefined();
  });
});

test('a runner whose lock is lost ends, since others may take its tasks', async () => {
  const entered = gate();
  const aborted = gate();
  const handlers = handlersOf({
    analyzeBook: ({ signal }) => {
      entered.open();
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          aborted.open();
          reject(new Error('aborted'));
        }),
      );
    },
  });
  await queue.submit('analyzeBook', { bookId: newId() });
  const runner = await startRunner({ ...running(), handlers, log });
  await entered.opened;
  await database.db.raw(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kiremisu worker lock' and datname = current_database()",
  );
  await aborted.opened;
  await expect(runner.ended).rejects.toThrow();
});

test('a task that a worker takes while it is asked for again is done again', async () => {
  const bookId = newId();
  await queue.submit('analyzeBook', { bookId });
  const taking = await database.db.transaction();
  await taking.raw("update graphile_worker._private_jobs set locked_at = now(), locked_by = 'somebody', attempts = 1");
  const asked = queue.submit('analyzeBook', { bookId });
  await until('the submission waits for the row', async () => {
    const { rows } = await database.db.raw<{ rows: unknown[] }>(
      "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
    return rows.length > 0;
  });
  await taking.commit();
  await asked;
  expect(await jobs()).toMatchObject([{ lockedBy: 'somebody' }, { lockedBy: null, attempts: 0 }]);
});

describe('a worker that is killed', () => {
  const children: ChildProcess[] = [];
  const hangingWorker = async (): Promise<ChildProcess> => {
    const child = fork(path.join(__dirname, 'programs/hanging-worker.ts'), [database.url], {
      execArgv: ['--require', 'tsx/cjs'],
    });
    children.push(child);
    await once(child, 'message');
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  const sweptUntil = async (holds: (rows: Row[]) => boolean) =>
    until('the sweep has seen the death', async () => {
      await sweepDeadWorkers(database.db, log);
      return holds(await jobs());
    });

  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

  test('loses its task, and the line of the task, to another within seconds', async () => {
    const libraryId = newId();
    await queue.submit('scanLibrary', { libraryId, deep: false });
    const child = await hangingWorker();
    const taken = record<number>();
    const handlers = handlersOf({ scanLibrary: ({ attempt }) => taken.add(attempt) });
    await whileRunning({ ...running(), handlers }, async () => {
      await sweepDeadWorkers(database.db, log);
      expect(await jobs()).toMatchObject([{ attempts: 1, lockedBy: expect.any(String) as unknown }]);
      await kill(child);
      await sweptUntil((rows) => rows[0]?.lockedBy === null || rows[0]?.attempts === 2 || rows.length === 0);
      await taken.toHave(1);
    });
    expect(taken.seen).toEqual([2]);
    await until('the task is done', async () => (await jobs()).length === 0);
  });

  test('does not get the same task for ever: after its last try the task stays failed', async () => {
    const bookId = newId();
    await queue.submit('analyzeBook', { bookId });
    await database.db.raw('update graphile_worker._private_jobs set attempts = max_attempts - 2');
    await kill(await hangingWorker());
    await sweptUntil((rows) => rows[0]?.lockedBy === null);
    expect((await jobs())[0]?.pause).toBeGreaterThan(1);
    await passTime();
    await kill(await hangingWorker());
    await sweptUntil((rows) => rows[0]?.lockedBy === null);
    expect(await failedTasks(database.db)).toMatchObject([
      { key: `analyzeBook:${bookId}`, error: 'The worker died while it ran this task', attempts: 3 },
    ]);
  });

  test('leaves nothing behind of a task that was asked for again meanwhile', async () => {
    const bookId = newId();
    await queue.submit('analyzeBook', { bookId });
    const child = await hangingWorker();
    await queue.submit('analyzeBook', { bookId });
    expect(await jobs()).toHaveLength(2);
    await kill(child);
    await sweptUntil((rows) => rows.length === 1);
    expect(await jobs()).toMatchObject([{ attempts: 0, lockedBy: null }]);
    expect(await failedTasks(database.db)).toEqual([]);
  });
});
