import { silentLog } from '../../src/base/log';
import { newId } from '../../src/base/public-id';
import type { ServerEvent } from '../../src/queue/events';
import { listenToEvents } from '../../src/queue/listen';
import { createQueue, migrateQueue } from '../../src/queue/queue';
import { createTaskTimer, createTaskTotals } from '../../src/queue/task-times';
import { useDatabase } from '../support/database';
import { handlersOf, record, until, whileRunning } from './support';

const database = useDatabase();
beforeAll(() => migrateQueue(database.url, silentLog()));

const timesOf = (event: ServerEvent) => (event.type === 'TasksRun' ? event.times : []);

test('a runner that stops has told what it ran, failures left out', async () => {
  const { db, url } = database;
  const heard = record<ServerEvent>();
  const listening = await listenToEvents(url, silentLog(), heard.add);
  const queue = createQueue(db);
  for (let n = 0; n < 3; n++) await queue.submit('hashBook', { bookId: newId() });
  await queue.submit('analyzeBook', { bookId: newId() });
  let done = 0;
  const analyzeBook = () => Promise.reject(new Error('no'));
  const handlers = handlersOf({ hashBook: () => void done++, analyzeBook });
  await whileRunning({ db, url, handlers }, () => until('all are done', () => done === 3));
  await heard.toHave(1);
  await listening.close();
  const totals = createTaskTotals();
  for (const event of heard.seen) totals.add(timesOf(event));
  expect(totals.all()).toMatchObject([{ task: 'hashBook', count: 3 }]);
  const [{ seconds, longest } = { seconds: 0, longest: 0 }] = totals.all();
  expect(longest).toBeGreaterThan(0);
  expect(seconds).toBeGreaterThanOrEqual(longest);
});

test('times are told now and then, each once, and nothing while nothing runs', async () => {
  const heard = record<ServerEvent>();
  const listening = await listenToEvents(database.url, silentLog(), heard.add);
  const timer = createTaskTimer(database.db, silentLog(), 10);
  timer.ran('hashBook', 2_000);
  timer.ran('hashBook', 1_000);
  await heard.toHave(1);
  timer.ran('emptyTrash', 500);
  await timer.close();
  await timer.close();
  await heard.toHave(2);
  await listening.close();
  expect(heard.seen.map(timesOf)).toEqual([
    [{ task: 'hashBook', count: 2, seconds: 3, longest: 2 }],
    [{ task: 'emptyTrash', count: 1, seconds: 0.5, longest: 0.5 }],
  ]);
});
