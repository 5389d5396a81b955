import { silentLog } from '../../src/base/log';
import { newId } from '../../src/base/public-id';
import { emit, type ServerEvent } from '../../src/queue/events';
import { listenToEvents } from '../../src/queue/listen';
import { useDatabase } from '../support/database';
import { record, until } from './support';

const database = useDatabase();
const added = (): ServerEvent => ({ type: 'LibraryAdded', libraryId: newId() });

test('events are heard after the commit, not before', async () => {
  const heard = record<ServerEvent>();
  const listening = await listenToEvents(database.url, silentLog(), heard.add);
  const [inside, outside] = [added(), added()];
  await database.db.transaction(async (trx) => {
    await emit(trx, inside);
    await emit(database.db, outside);
  });
  await heard.toHave(2);
  await listening.close();
  expect(heard.seen).toEqual([outside, inside]);
});

test('an event that is longer than a notification may be is heard whole, between others', async () => {
  const heard = record<ServerEvent>();
  const listening = await listenToEvents(database.url, silentLog(), heard.add);
  const bookIds = Array.from({ length: 5_000 }, () => newId());
  const long: ServerEvent = { type: 'ReadListChanged', readListId: newId(), bookIds };
  const sourceFile = `/import/${'灯台😀'.repeat(3_000)}.cbz`;
  const named: ServerEvent = { type: 'BookImported', bookId: null, sourceFile, success: false, message: 'no' };
  const [before, after] = [added(), added()];
  await emit(database.db, before, long, named, after);
  await heard.toHave(4);
  await listening.close();
  expect(heard.seen).toEqual([before, long, named, after]);
});

test('a handler that throws hears the next event', async () => {
  const heard = record<ServerEvent>();
  const listening = await listenToEvents(database.url, silentLog(), (event) => {
    heard.add(event);
    throw new Error('no good');
  });
  await emit(database.db, added());
  await emit(database.db, added());
  await heard.toHave(2);
  await listening.close();
  expect(heard.seen).toHaveLength(2);
});

test('a connection that breaks is made again, and that something may have been missed is told', async () => {
  const heard = record<ServerEvent>();
  const missed = record<string>();
  const listening = await listenToEvents(database.url, silentLog(), heard.add, () => missed.add('missed'));
  const sessions = async (): Promise<number[]> => {
    const { rows } = await database.db.raw<{ rows: { pid: number }[] }>(
      "select pid from pg_stat_activity where query = 'listen kiremisu_event' and datname = current_database()",
    );
    return rows.map(({ pid }) => pid);
  };
  const [first] = await sessions();
  await database.db.raw('select pg_terminate_backend(?)', [first ?? 0]);
  await until('it listens again', async () => (await sessions()).some((pid) => pid !== first));
  await missed.toHave(1);
  const event = added();
  await emit(database.db, event);
  await heard.toHave(1);
  await listening.close();
  expect(heard.seen).toEqual([event]);
});
