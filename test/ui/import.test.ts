import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { cbz, put } from '../support/book-builders';
import { describeWithBrowser, launchBrowser, openPage } from '../support/browser';
import { startServer, untilScanned, type ServerProcess } from '../support/server-process';
import { temporaryFolder } from '../support/temporary';
import { choose, logIn, shoot } from './support';

jest.setTimeout(120_000);

interface Books {
  content: { id: string; url: string; media: { pagesCount: number } }[];
}

const cbl = `<?xml version="1.0"?><ReadingList><Name>Crossing</Name><Books>
  <Book Series="Gone Fox" Number="2"/><Book Series="Unknown Thing" Number="7"/><Book Series="Gone Fox" Number="1"/>
</Books></ReadingList>`;

describeWithBrowser('Imports in the browser', () => {
  const folder = temporaryFolder();
  const faults: string[] = [];
  let comics: string;
  let incoming: string;
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    comics = path.join(folder.path, 'Comics');
    incoming = path.join(folder.path, 'Incoming');
    mkdirSync(comics);
    put(comics, 'Gone Fox/Gone Fox 1.cbz', await cbz({ seed: 1 }));
    put(comics, 'Gone Fox/Gone Fox 2.cbz', await cbz({ seed: 2 }));
    put(incoming, 'Gone Fox 02 (better).cbz', await cbz({ seed: 3, pages: 4 }));
    put(incoming, 'Other name 3.cbz', await cbz({ seed: 4, pages: 3 }));
    put(incoming, 'Gone Fox 9.cbz', await cbz({ seed: 5 }));
    put(incoming, 'broken.cbz', 'no archive');
    server = await startServer({ dataDir: path.join(folder.path, 'data'), folders: [comics] });
    await untilScanned(server, 2);
    browser = await launchBrowser();
    page = await openPage(browser, faults);
    await logIn(page, server);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const books = async () => (await server.json<Books>('/api/v1/books?sort=metadata.numberSort')).content;
  const row = (file: string) => page.getByRole('listitem').filter({ hasText: path.join(incoming, file) });

  test('finds a folder of the server by looking for it', async () => {
    await choose(page, 'Import');
    await page.getByRole('button', { name: 'Browse…' }).click();
    const dialog = page.getByRole('dialog');
    const name = path.basename(folder.path);
    await dialog.getByRole('button', { name, exact: false }).click();
    await dialog.getByRole('button', { name: 'Comics', exact: true }).waitFor();
    await shoot(page, 'browse');
    await dialog.getByRole('button', { name: 'Comics', exact: true }).click();
    await dialog.getByRole('button', { name: 'Up one folder' }).click();
    await dialog.getByRole('button', { name: 'Incoming', exact: true }).click();
    await dialog.getByText('There are no folders in it.').waitFor();
    await dialog.getByRole('button', { name: 'Take this folder' }).click();
    expect(await page.getByLabel('Folder with the files').inputValue()).toBe(incoming);
  });

  test('is told in words that a folder of a library is none to import from', async () => {
    await page.getByLabel('Folder with the files').fill(comics);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('This folder lies in a library: a scan finds its files.').waitFor();
  });

  test('sees what each file is, and which series it belongs to', async () => {
    // what became of imports is told by a stream, which has to be open before they begin
    const stream = page.waitForResponse((response) => response.url().includes('/sse/'));
    await page.getByLabel('Folder with the files').fill(incoming);
    await page.keyboard.press('Enter');
    await stream;
    await row('Gone Fox 02 (better).cbz').getByText('4 pages').waitFor();
    await row('Gone Fox 02 (better).cbz').getByText('Gone Fox', { exact: true }).waitFor();
    await row('Gone Fox 02 (better).cbz').getByText('Gone Fox 2 has this number already').waitFor();
    await row('broken.cbz').getByText('This kind of file is not supported.').waitFor();
    await row('Other name 3.cbz').getByLabel('Look for its series').fill('gone');
    await row('Other name 3.cbz').getByRole('button', { name: 'Gone Fox', exact: true }).click();
    await row('Other name 3.cbz').getByLabel('Name of the file').fill('Gone Fox 3');
    await shoot(page, 'import-files');
  });

  test('brings them in: a new book, one in the place of another, and one that is left out', async () => {
    const before = await books();
    await row('Gone Fox 02 (better).cbz')
      .getByLabel('It becomes')
      .selectOption(before[1]?.id ?? '');
    await row('Gone Fox 9.cbz').getByLabel('It becomes').selectOption('Nothing: leave it out');
    await page.getByLabel('What becomes of the files').selectOption('MOVE');
    await page.getByRole('button', { name: 'Import 2 files' }).click();
    await row('Other name 3.cbz').getByText('Imported.').waitFor();
    await row('Gone Fox 02 (better).cbz').getByText('Imported.').waitFor();
    const after = await books();
    expect(after.map(({ url, media }) => [path.basename(url), media.pagesCount])).toEqual([
      ['Gone Fox 1.cbz', 2],
      ['Gone Fox 02 (better).cbz', 4],
      ['Gone Fox 3.cbz', 3],
    ]);
    expect(after[1]?.id).toBe(before[1]?.id);
    expect(['Gone Fox 9.cbz', 'Other name 3.cbz'].map((name) => existsSync(path.join(incoming, name)))).toEqual([
      true,
      false,
    ]);
  });

  test('makes a read list of what a reading list finds', async () => {
    await page.getByRole('link', { name: 'Reading list' }).click();
    const file = path.join(folder.path, 'crossing.cbl');
    writeFileSync(file, cbl);
    await page.getByLabel('Reading list (CBL)').setInputFiles(file);
    await page.getByRole('button', { name: 'Look for its books' }).click();
    await page.getByRole('heading', { name: '2 of 3 books found' }).waitFor();
    await page.getByText('2. Unknown Thing #7').waitFor();
    await shoot(page, 'import-list');
    await page.getByRole('button', { name: 'Make a list of 2 books' }).click();
    await page.getByRole('heading', { name: 'Crossing' }).waitFor();
    await page.getByRole('link', { name: /Gone Fox 02/ }).waitFor();
    const [list] = (await server.json<{ content: { id: string }[] }>('/api/v1/readlists')).content;
    const inList = (await server.json<Books>(`/api/v1/readlists/${list?.id}/books`)).content;
    expect(inList.map(({ url }) => path.basename(url))).toEqual(['Gone Fox 02 (better).cbz', 'Gone Fox 1.cbz']);
  });

  test('says in words what is wrong with a file that is no reading list', async () => {
    await choose(page, 'Import');
    await page.getByRole('link', { name: 'Reading list' }).click();
    const file = path.join(folder.path, 'wrong.cbl');
    writeFileSync(file, '<nothing/>');
    await page.getByLabel('Reading list (CBL)').setInputFiles(file);
    await page.getByRole('button', { name: 'Look for its books' }).click();
    await page.getByRole('alert').getByText('This is no reading list of ComicRack (CBL).').waitFor();
  });

  test('deletes a read list after a second yes; its books stay', async () => {
    await page.getByRole('link', { name: 'Read lists' }).click();
    await page.getByRole('link', { name: 'Crossing' }).click();
    await page.getByRole('button', { name: 'Delete list…' }).click();
    await page.getByRole('button', { name: 'Delete list', exact: true }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.getByRole('link', { name: 'Read lists' }).waitFor({ state: 'detached' });
    expect((await books()).length).toBe(3);
  });

  test('saw no error of a script', () => {
    expect(faults).toEqual([]);
  });
});
