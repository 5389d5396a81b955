import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../../src/base/config';
import { silentLog } from '../../src/base/log';
import { newId } from '../../src/base/public-id';
import { defaultLimits } from '../../src/media/limits';
import { createQueue, failedTasks, migrateQueue } from '../../src/queue/queue';
import type { Queue } from '../../src/queue/tasks';
import { startWorkerProcess, type WorkerProcess } from '../../src/worker/process';
import { aLibrary } from '../support/builders';
import { useDatabase } from '../support/database';
import type { ReportingDeps } from './programs/handlers';
import { handlersOf, record, until, whileRunning } from './support';

// starting programs through tsx at the lowest priority takes long on a busy machine
jest.setTimeout(120_000);
const patience = 50_000;

const database = useDatabase();
const folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-jobs-'));
const report = path.join(folder, 'report');
let queue: Queue;
let worker: WorkerProcess;

interface Line {
  pid: number;
  threadId: number;
  isMainThread: boolean;
  [word: string]: unknown;
}
const lines = (): Line[] =>
  readFileSync(report, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
const linesWith = (word: string, value: unknown): Line[] => lines().filter((line) => line[word] === value);

interface Row {
  key: string;
  attempts: number;
  lockedBy: string | null;
}
const jobs = async (): Promise<Row[]> => {
  const { rows } = await database.db.raw<{ rows: Row[] }>(
    'select key, attempts, locked_by as "lockedBy" from graphile_worker.jobs where key <> \'cleanUp\' order by id',
  );
  return rows;
};

const start = async (): Promise<void> => {
  const handlerDeps: ReportingDeps = { limits: defaultLimits, report };
  const config = readConfig({ DATABASE_URL: database.url, WORKERS: '1', LOG_LEVEL: 'silent' }, []);
  worker = await startWorkerProcess({
    config: { ...config, databaseUrl: database.url },
    handlerDeps,
    log: silentLog(),
    handlersModule: path.join(__dirname, 'programs/handlers'),
  });
  await until('the worker process is ready', () => worker.ready(), patience);
};

beforeAll(async () => {
  await migrateQueue(database.url, silentLog());
  queue = createQueue(database.db);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const empty = async (): Promise<void> => {
  writeFileSync(report, '');
  await database.db.raw('truncate graphile_worker._private_jobs, graphile_worker._private_job_queues');
};

describe('while it runs', () => {
  beforeAll(async () => {
    await empty();
    await start();
  });
  afterAll(() => worker.stop());

  test('what is to be done daily is done when the server starts', async () => {
    await until('it is cleaned', () => linesWith('cleaned', true).length === 1, patience);
    expect(worker.ready()).toBe(true);
  });

  test('a thread runs the tasks, and all of the process has the lowest priority', async () => {
    const bookId = newId();
    await queue.submit('analyzeBook', { bookId });
    await until('the task is done', () => linesWith('analyzed', bookId).length === 1, patience);
    expect(linesWith('analyzed', bookId)).toMatchObject([{ pid: worker.pid(), isMainThread: false }]);
    expect(getPriority(worker.pid())).toBe(19);
    if (process.platform !== 'linux') return;
    const threads = readdirSync(`/proc/${worker.pid()}/task`).map(Number);
    expect(new Set(threads.map((thread) => getPriority(thread)))).toEqual(new Set([19]));
  });

  test('a thread that dies is started again, and the task that killed it is not tried for ever', async () => {
    const [deadly, harmless] = [newId(), newId()];
    await database.db.transaction(async (trx) => {
      await queue.submit('hashBook', { bookId: deadly }, { trx });
      await trx.raw("update graphile_worker._private_jobs set attempts = max_attempts - 1 where key like 'hashBook:%'");
    });
    await until('the thread has died', () => linesWith('dies', deadly).length === 1, patience);
    await queue.submit('analyzeBook', { bookId: harmless });
    await until('another thread works', () => linesWith('analyzed', harmless).length === 1, patience);
    const [first] = linesWith('dies', deadly);
    const [second] = linesWith('analyzed', harmless);
    expect(second?.pid).toBe(first?.pid);
    expect(second?.threadId).not.toBe(first?.threadId);
    await until('the task is given up', async () => (await failedTasks(database.db)).length === 1, patience);
    expect(linesWith('dies', deadly)).toHaveLength(1);
  });
});

describe('when it ends', () => {
  beforeEach(empty);
  afterEach(() => worker.stop());

  test('a stop gives the running task back within the limit, and it is taken again', async () => {
    const libraryId = newId();
    await queue.submit('scanLibrary', { libraryId, deep: false });
    await start();
    await until('the scan has begun', () => linesWith('scans', libraryId).length === 1, patience);
    const before = performance.now();
    await worker.stop();
    expect(performance.now() - before).toBeLessThan(6_900);
    expect(worker.ready()).toBe(false);
    expect(await jobs()).toEqual([{ key: `scanLibrary:${libraryId}:normal`, attempts: 0, lockedBy: null }]);
    const again = record<number>();
    const handlers = handlersOf({ scanLibrary: ({ attempt }) => again.add(attempt), cleanUp: () => undefined });
    await whileRunning({ url: database.url, db: database.db, handlers }, () => again.toHave(1));
    expect(again.seen).toEqual([1]);
  });

  test('a task that does not listen does not hold up the stop', async () => {
    const libraryId = newId();
    await queue.submit('emptyTrash', { libraryId });
    await start();
    await until('the task has begun', () => linesWith('deaf', libraryId).length === 1, patience);
    const before = performance.now();
    await worker.stop();
    expect(performance.now() - before).toBeLessThan(6_900);
    expect(await jobs()).toEqual([{ key: `emptyTrash:${libraryId}`, attempts: 0, lockedBy: null }]);
  });

  test('a process that is killed is started again and goes on with its task', async () => {
    const libraryId = newId();
    await queue.submit('scanLibrary', { libraryId, deep: false });
    await start();
    await until('the scan has begun', () => linesWith('scans', libraryId).length === 1, patience);
    const killed = worker.pid();
    process.kill(killed ?? 0, 'SIGKILL');
    await until('the scan has begun again', () => linesWith('scans', libraryId).length === 2, patience);
    expect(worker.pid()).not.toBe(killed);
    expect(linesWith('scans', libraryId)[1]?.pid).toBe(worker.pid());
  });

  test('a library that wants it is scanned when the server starts', async () => {
    const library = await aLibrary(database.db, { scanOnStartup: true, scanInterval: 'DISABLED' });
    await start();
    await until('it is scanned', () => linesWith('scans', library.id).length === 1, patience);
    expect(await jobs()).toHaveLength(1);
  });
});
