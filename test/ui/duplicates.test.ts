import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { until } from '../jobs/support';
import { cbz, picture, put, zipOf } from '../support/book-builders';
import { describeWithBrowser, launchBrowser, openPage } from '../support/browser';
import { startServer, untilScanned, type ServerProcess } from '../support/server-process';
import { temporaryFolder } from '../support/temporary';
import { choose, logIn, shoot } from './support';

jest.setTimeout(120_000);

interface Counted {
  totalElements: number;
  content: { media: { pagesCount: number }; deleted: boolean; action: string; matchCount: number }[];
}

describeWithBrowser('Duplicates and the history in the browser', () => {
  const folder = temporaryFolder();
  const faults: string[] = [];
  let comics: string;
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    comics = path.join(folder.path, 'Comics');
    mkdirSync(comics);
    put(comics, 'Lamp/Lamp 1.cbz', await cbz({ seed: 1 }));
    put(comics, 'Lamp again/Lamp one.cbz', await cbz({ seed: 1 }));
    for (const number of [1, 2, 3]) {
      const pages = [picture(200), picture(210 + number), picture(220 + number)];
      const named = pages.map(async (data, index) => ({ name: `${index}.jpg`, data: await data }));
      put(comics, `Advert/Advert ${number}.cbz`, zipOf(await Promise.all(named)));
    }
    server = await startServer({ dataDir: path.join(folder.path, 'data'), folders: [comics] });
    await untilScanned(server, 5);
    browser = await launchBrowser();
    page = await openPage(browser, faults);
    await logIn(page, server);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const count = async (where: string) => (await server.json<Counted>(`/api/v1/${where}`)).totalElements;

  const pagesOf = async (search: string) => {
    const { content } = await server.json<Counted>(`/api/v1/books?search=${encodeURIComponent(search)}`);
    return content.map(({ media }) => media.pagesCount);
  };

  test('shows books with the same file side by side', async () => {
    await until('they are known', async () => (await count('books/duplicates')) === 2, 30_000);
    await choose(page, 'Duplicates');
    await page.getByText('2 times the same file').waitFor();
    await page.getByText(path.join(comics, 'Lamp again/Lamp one.cbz')).waitFor();
    await shoot(page, 'twins');
  });

  test('deletes one of them after a second yes, and never the last', async () => {
    await page.getByRole('button', { name: /Delete the file of .*Lamp one/ }).click();
    await page.getByRole('button', { name: 'Delete file', exact: true }).click();
    const buttons = page.getByRole('button', { name: /Delete the file/ });
    await until('the other one cannot be deleted', async () => (await buttons.count()) === 0);
    const twins = async () => (await server.json<Counted>('/api/v1/books/duplicates')).content;
    await until('its book is in the trash', async () => (await twins()).some(({ deleted }) => deleted), 30_000);
    expect(existsSync(path.join(comics, 'Lamp again/Lamp one.cbz'))).toBe(false);
    await page.reload();
    await page.getByText('No file is there twice').waitFor();
    expect(existsSync(path.join(comics, 'Lamp/Lamp 1.cbz'))).toBe(true);
  });

  test('says where pages are not compared, with the way to switch it on', async () => {
    await page.getByRole('link', { name: 'Pages', exact: true }).click();
    await page.getByText('Left out, since “Fingerprint first and last pages” is off:').waitFor();
    await page.locator('.empty').getByRole('link', { name: 'Comics' }).click();
    await page.getByLabel('Fingerprint first and last pages').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await choose(page, 'Scan all libraries');
    const known = async () => (await server.json<Counted>('/api/v1/page-hashes/unknown')).content;
    await until('the page is known', async () => (await known())[0]?.matchCount === 3, 30_000);
  });

  test('shows a page that several books have, and where', async () => {
    await choose(page, 'Duplicates');
    await page.getByRole('link', { name: 'Pages', exact: true }).click();
    await page.getByText('In 3 books').waitFor();
    await shoot(page, 'repeated-pages');
    await page.getByRole('button', { name: 'Show where it is' }).click();
    await page.getByRole('dialog').getByText(path.join(comics, 'Advert/Advert 2.cbz')).waitFor();
  });

  test('takes a page out of one book', async () => {
    const place = page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'Advert 3.cbz' });
    await place.getByRole('button', { name: 'Remove from this book…' }).click();
    await page.getByRole('button', { name: 'Remove page', exact: true }).click();
    await page.getByRole('dialog', { name: 'Remove this page?' }).waitFor({ state: 'detached' });
    await until('it has a page less', async () => (await pagesOf('Advert 3'))[0] === 2, 30_000);
    await page.reload();
    await page.getByText('In 2 books').waitFor();
  });

  test('takes the page out of all books after a second yes, and keeps what was decided', async () => {
    await page.getByRole('button', { name: 'Always delete…' }).click();
    await page.getByRole('button', { name: 'Always delete', exact: true }).click();
    await page.getByText('No page is in several books').waitFor();
    await until('all have a page less', async () => (await pagesOf('Advert')).every((pages) => pages === 2), 30_000);
    await page.getByRole('link', { name: 'Decided', exact: true }).click();
    await page.getByText('In no book · removed 2 times').waitFor();
    await shoot(page, 'decided-pages');
    await page.getByLabel('What becomes of it').selectOption('IGNORE');
    const decided = async () => (await server.json<Counted>('/api/v1/page-hashes')).content[0]?.action;
    await until('the decision is another one', async () => (await decided()) === 'IGNORE');
  });

  test('finds in the history what was changed on the disk', async () => {
    await choose(page, 'History');
    await page.getByText('Folder deleted').waitFor();
    expect(await page.getByText('Duplicate page removed').count()).toBe(3);
    const deleted = page.getByRole('listitem').filter({ hasText: 'File deleted' });
    await deleted.getByText('Somebody asked for it').waitFor();
    await shoot(page, 'history');
    await deleted.getByRole('link', { name: 'Book' }).click();
    await page.getByText('The file of this book is not there any more.').waitFor();
  });

  test('saw no error of a script', () => {
    expect(faults).toEqual([]);
  });
});
