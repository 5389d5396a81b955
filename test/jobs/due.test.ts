import { silentLog } from '../../src/base/log';
import type { Library } from '../../src/model/library';
import { createQueue, migrateQueue, pendingCounts } from '../../src/queue/queue';
import { queueOperation } from '../../src/queue/operations';
import type { Queue } from '../../src/queue/tasks';
import { submitDueScans, submitStartupScans } from '../../src/worker/due';
import { aLibrary } from '../support/builders';
import { useDatabase } from '../support/database';

const database = useDatabase();
let queue: Queue;

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
const due = () => submitDueScans(database.db, queue);
const scanned = async (): Promise<string[]> => {
  const { rows } = await database.db.raw<{ rows: { key: string }[] }>(
    'select key from graphile_worker.jobs order by key',
  );
  return rows.map(({ key }) => key.split(':')[1] ?? '');
};
/** What a worker does when it takes the only task. */
const take = () =>
  database.db.raw("update graphile_worker._private_jobs set locked_at = now(), locked_by = 'somebody'");

beforeAll(async () => {
  await migrateQueue(database.url, silentLog());
  queue = createQueue(database.db);
});
beforeEach(async () => {
  await database.db.raw('truncate graphile_worker._private_jobs, operation, library cascade');
});

test.each<[Library['scanInterval'], number]>([
  ['HOURLY', 1],
  ['EVERY_6H', 6],
  ['EVERY_12H', 12],
  ['DAILY', 24],
  ['WEEKLY', 168],
])('%s is due after %i hours and not before', async (scanInterval, hours) => {
  await aLibrary(database.db, { scanInterval, lastScanAt: hoursAgo(hours - 0.1) });
  expect(await due()).toBe(0);
  const late = await aLibrary(database.db, { scanInterval, lastScanAt: hoursAgo(hours + 0.1) });
  expect(await due()).toBe(1);
  expect(await scanned()).toEqual([late.id]);
});

test('a library that was never scanned is due, one without interval never', async () => {
  const never = await aLibrary(database.db, { scanInterval: 'WEEKLY', lastScanAt: null });
  await aLibrary(database.db, { scanInterval: 'DISABLED', lastScanAt: null });
  expect(await due()).toBe(1);
  expect(await scanned()).toEqual([never.id]);
});

test('a library whose scan waits or runs is left alone', async () => {
  await aLibrary(database.db, { scanInterval: 'HOURLY', lastScanAt: null });
  expect(await due()).toBe(1);
  expect(await due()).toBe(0);
  await take();
  expect(await due()).toBe(0);
  expect(await pendingCounts(database.db)).toMatchObject({ count: 1 });
});

test('a scan that failed waits for its interval like one that did not', async () => {
  const { id } = await aLibrary(database.db, { scanInterval: 'HOURLY', lastScanAt: null });
  const operation = await queueOperation(database.db, { kind: 'scanLibrary', subjectId: id });
  expect(await due()).toBe(0);
  await database
    .db('operation')
    .where({ id: operation })
    .update({ state: 'failed', createdAt: hoursAgo(2) });
  expect(await due()).toBe(1);
});

test('at the start only the libraries that want it are scanned', async () => {
  const wants = await aLibrary(database.db, { scanOnStartup: true, scanInterval: 'DISABLED' });
  await aLibrary(database.db, { scanOnStartup: false });
  await submitStartupScans(database.db, queue);
  expect(await scanned()).toEqual([wants.id]);
});
