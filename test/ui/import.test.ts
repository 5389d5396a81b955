import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cbz, put } from '../support/book-builders';
import { describeWithBrowser } from '../support/browser';
import { choose, openLibrary, shoot } from './support';

jest.setTimeout(120_000);

interface Books {
  content: { id: string; url: string; media: { pagesCount: number } }[];
}

const cbl = `<?xml version="1.0"?><ReadingList><Name>Crossing</Name><Books>
  <Book Series="Gone Fox" Number="2"/><Book Series="Unknown Thing" Number="7"/><Book Series="Gone Fox" Number="1"/>
</Books></ReadingList>`;

describeWithBrowser('Imports in the browser', () => {
  let incoming: string;
  const ui = openLibrary(async (comics) => {
    put(comics, 'Gone Fox/Gone Fox 1.cbz', await cbz({ seed: 1 }));
    put(comics, 'Gone Fox/Gone Fox 2.cbz', await cbz({ seed: 2 }));
    incoming = path.join(path.dirname(comics), 'Incoming');
    put(incoming, 'Gone Fox 02 (better).cbz', await cbz({ seed: 3, pages: 4 }));
    put(incoming, 'Other name 3.cbz', await cbz({ seed: 4, pages: 3 }));
    put(incoming, 'Gone Fox 9.cbz', await cbz({ seed: 5 }));
    put(incoming, 'broken.cbz', 'no archive');
  }, 2);

  const books = async () => (await ui.server.json<Books>('/api/v1/books?sort=metadata.numberSort')).content;
  const row = (file: string) => ui.page.getByRole('listitem').filter({ hasText: path.join(incoming, file) });

  test('finds a folder of the server by looking for it', async () => {
    await choose(ui.page, 'Import');
    await ui.page.getByLabel('Folder with the files').fill(path.join(ui.folder, 'not there'));
    await ui.page.getByRole('button', { name: 'Browse…' }).click();
    const dialog = ui.page.getByRole('dialog');
    // of what is not there the server shows what lies beside it
    await dialog.getByText(ui.folder, { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Comics', exact: true }).waitFor();
    await shoot(ui.page, 'browse');
    await dialog.getByRole('button', { name: 'Comics', exact: true }).click();
    await dialog.getByRole('button', { name: 'Up one folder' }).click();
    await dialog.getByRole('button', { name: 'Incoming', exact: true }).click();
    await dialog.getByText('There are no folders in it.').waitFor();
    await dialog.getByRole('button', { name: 'Take this folder' }).click();
    expect(await ui.page.getByLabel('Folder with the files').inputValue()).toBe(incoming);
  });

  test('is told in words that a folder of a library is none to import from', async () => {
    await ui.page.getByLabel('Folder with the files').fill(ui.comics);
    await ui.page.keyboard.press('Enter');
    await ui.page.getByRole('alert').getByText('This folder lies in a library: a scan finds its files.').waitFor();
  });

  test('sees what each file is, and which series it belongs to', async () => {
    // what became of imports is told by a stream, which has to be open before they begin
    const stream = ui.page.waitForResponse((response) => response.url().includes('/sse/'));
    await ui.page.getByLabel('Folder with the files').fill(incoming);
    await ui.page.keyboard.press('Enter');
    await stream;
    await row('Gone Fox 02 (better).cbz').getByText('4 pages').waitFor();
    await row('Gone Fox 02 (better).cbz').getByText('Gone Fox', { exact: true }).waitFor();
    await row('Gone Fox 02 (better).cbz').getByText('Gone Fox 2 has this number already').waitFor();
    await row('broken.cbz').getByText('This kind of file is not supported.').waitFor();
    await row('Other name 3.cbz').getByLabel('Look for its series').fill('gone');
    await row('Other name 3.cbz').getByRole('button', { name: 'Gone Fox', exact: true }).click();
    // the focus stands on what comes next
    await row('Other name 3.cbz').locator('button:focus').waitFor();
    await ui.page.keyboard.press('Enter');
    await row('Other name 3.cbz').getByLabel('Name of the file').fill('Gone Fox 3');
    await shoot(ui.page, 'import-files');
  });

  test('brings them in: a new book, one in the place of another, and one that is left out', async () => {
    const before = await books();
    const better = row('Gone Fox 02 (better).cbz');
    await better.getByRole('button', { name: 'Change' }).click();
    await better.getByLabel('It becomes').selectOption(before[1]?.id ?? '');
    await row('Gone Fox 9.cbz').getByRole('button', { name: 'Change' }).click();
    await row('Gone Fox 9.cbz').getByLabel('It becomes').selectOption('Nothing: leave it out');
    await ui.page.getByLabel('What becomes of the files').selectOption('MOVE');
    await ui.page.getByRole('button', { name: 'Import 2 files' }).click();
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
    await ui.page.getByRole('link', { name: 'Reading list' }).click();
    const file = path.join(ui.folder, 'crossing.cbl');
    writeFileSync(file, cbl);
    await ui.page.getByLabel('Reading list (CBL)').setInputFiles(file);
    await ui.page.getByRole('button', { name: 'Look for its books' }).click();
    await ui.page.getByRole('heading', { name: '2 of 3 books found' }).waitFor();
    await ui.page.getByText('2. Unknown Thing #7').waitFor();
    await shoot(ui.page, 'import-list');
    await ui.page.getByRole('button', { name: 'Make a list of 2 books' }).click();
    await ui.page.getByRole('heading', { name: 'Crossing' }).waitFor();
    await ui.page.getByRole('link', { name: /Gone Fox 02/ }).waitFor();
    const [list] = (await ui.server.json<{ content: { id: string }[] }>('/api/v1/readlists')).content;
    const inList = (await ui.server.json<Books>(`/api/v1/readlists/${list?.id}/books`)).content;
    expect(inList.map(({ url }) => path.basename(url))).toEqual(['Gone Fox 02 (better).cbz', 'Gone Fox 1.cbz']);
  });

  test('says in words what is wrong with a file that is no reading list', async () => {
    await choose(ui.page, 'Import');
    await ui.page.getByRole('link', { name: 'Reading list' }).click();
    const file = path.join(ui.folder, 'wrong.cbl');
    writeFileSync(file, '<nothing/>');
    await ui.page.getByLabel('Reading list (CBL)').setInputFiles(file);
    await ui.page.getByRole('button', { name: 'Look for its books' }).click();
    await ui.page.getByRole('alert').getByText('This is no reading list of ComicRack (CBL).').waitFor();
  });

  test('deletes a read list after a second yes; its books stay', async () => {
    await ui.page.getByRole('link', { name: 'Read lists' }).click();
    await ui.page.getByRole('link', { name: 'Crossing' }).click();
    await ui.page.getByRole('button', { name: 'Delete list…' }).click();
    await ui.page.getByRole('button', { name: 'Delete list', exact: true }).click();
    await ui.page.getByRole('heading', { name: 'Home' }).waitFor();
    await ui.page.getByRole('link', { name: 'Read lists' }).waitFor({ state: 'detached' });
    expect((await books()).length).toBe(3);
  });

  test('saw no error of a script', () => {
    expect(ui.faults).toEqual([]);
  });
});
