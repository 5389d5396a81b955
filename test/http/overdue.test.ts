import { silentLog } from '../../src/base/log';
import { closeDatabase, openDatabase, type Database } from '../../src/db/database';
import { useApp } from '../support/app';

const held: { db?: Database } = {};
const app = useApp(async ({ url }) => {
  held.db = await openDatabase(url, { log: silentLog(), statementTimeout: 100 });
  return { db: held.db };
});

afterAll(() => held.db && closeDatabase(held.db));

/** What asks for series meanwhile waits. */
async function whileSeriesAreLocked(work: () => Promise<void>): Promise<void> {
  await app.db.transaction(async (trx) => {
    await trx.raw('lock table series in access exclusive mode');
    await work();
  });
}

describe('A database that does not answer in time', () => {
  test('is a 503 with a code, not a request that hangs', async () => {
    await app.admin.get('/api/v1/series').expect(200);
    await whileSeriesAreLocked(async () => {
      const response = await app.admin.get('/api/v1/series').expect(503);
      expect(response.body).toMatchObject({ status: 503, message: 'ERR_2014 The database took too long to answer' });
      const feed = await app.admin.get('/opds/v1.2/series').expect(503);
      expect(feed.text).toBe('ERR_2014 The database took too long to answer\n');
    });
    await app.admin.get('/api/v1/series').expect(200);
  });
});
