import { newId } from '../../src/base/public-id';
import { silentLog } from '../../src/base/log';
import { createQueue, failedTasks, migrateQueue } from '../../src/queue/queue';
import { until } from '../jobs/support';
import { aBook } from '../support/builders';
import { describeWithBrowser, launchBrowser, openPage } from '../support/browser';
import { useDatabase } from '../support/database';
import { startServer } from '../support/server-process';
import { temporaryFolder } from '../support/temporary';
import { choose, logIn, shoot } from './support';

jest.setTimeout(180_000);

const database = useDatabase();

describeWithBrowser('Work that was given up', () => {
  const folder = temporaryFolder();

  test('is shown with its reason, tried again one by one, and forgotten all at once', async () => {
    await migrateQueue(database.url, silentLog());
    const book = await aBook(database.db, { name: 'Torn Book' });
    const bookIds = [book.id, newId(), newId()];
    await createQueue(database.db).submitMany(
      'convertBook',
      bookIds.map((bookId) => ({ libraryId: book.libraryId, bookId })),
    );
    await database.db.raw(`update graphile_worker._private_jobs set attempts = max_attempts,
      last_error = case when key = 'convertBook:${book.id}' then 'ERR_2002: The file is damaged' else 'broken' end`);
    const server = await startServer({ dataDir: folder.path, env: { DATABASE_URL: database.url } });
    const browser = await launchBrowser();
    const faults: string[] = [];
    try {
      const page = await openPage(browser, faults);
      await logIn(page, server.base);
      await choose(page, 'Activity');
      await page.getByRole('heading', { name: 'Given up' }).waitFor();
      await page.getByRole('link', { name: 'Torn Book' }).waitFor();
      await page.getByText('The file is damaged.').waitFor();
      await shoot(page, 'failed-tasks');
      const torn = page.locator('.job', { hasText: 'Torn Book' });
      await torn.getByRole('button', { name: 'Try again' }).click();
      await torn.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Forget all' }).click();
      await page.getByRole('heading', { name: 'Given up' }).waitFor({ state: 'detached' });
      await until('nothing is given up', async () => (await failedTasks(database.db)).length === 0);
      expect(faults).toEqual([]);
    } finally {
      await browser.close();
      await server.stop();
    }
  });
});
