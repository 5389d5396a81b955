import { existsSync } from 'node:fs';
import path from 'node:path';
import { until } from '../jobs/support';
import { cbz, picture, put, zipOf } from '../support/book-builders';
import { describeWithBrowser } from '../support/browser';
import { choose, openLibrary, shoot } from './support';

jest.setTimeout(120_000);

interface Counted {
  totalElements: number;
  content: { media: { pagesCount: number }; deleted: boolean; action: string; matchCount: number }[];
}

describeWithBrowser('Duplicates and the history in the browser', () => {
  const ui = openLibrary(async (comics) => {
    put(comics, 'Lamp/Lamp 1.cbz', await cbz({ seed: 1 }));
    put(comics, 'Lamp again/Lamp one.cbz', await cbz({ seed: 1 }));
    for (const number of [1, 2, 3]) {
      const pages = [picture(200), picture(210 + number), picture(220 + number)];
      const named = pages.map(async (data, index) => ({ name: `${index}.jpg`, data: await data }));
      put(comics, `Advert/Advert ${number}.cbz`, zipOf(await Promise.all(named)));
    }
  }, 5);

  const count = async (where: string) => (await ui.server.json<Counted>(`/api/v1/${where}`)).totalElements;

  const pagesOf = async (search: string) => {
    const { content } = await ui.server.json<Counted>(`/api/v1/books?search=${encodeURIComponent(search)}`);
    return content.map(({ media }) => media.pagesCount);
  };

  test('shows books with the same file side by side', async () => {
    await until('they are known', async () => (await count('books/duplicates')) === 2, 30_000);
    await choose(ui.page, 'Duplicates');
    await ui.page.getByText('2 times the same file').waitFor();
    await ui.page.getByText(path.join(ui.comics, 'Lamp again/Lamp one.cbz')).waitFor();
    await shoot(ui.page, 'twins');
  });

  test('deletes one of them after a second yes, and never the last', async () => {
    await ui.page.getByRole('button', { name: /Delete the file of .*Lamp one/ }).click();
    await ui.page.getByRole('button', { name: 'Delete file', exact: true }).click();
    const buttons = ui.page.getByRole('button', { name: /Delete the file/ });
    await until('the other one cannot be deleted', async () => (await buttons.count()) === 0);
    const twins = async () => (await ui.server.json<Counted>('/api/v1/books/duplicates')).content;
    await until('its book is in the trash', async () => (await twins()).some(({ deleted }) => deleted), 30_000);
    expect(existsSync(path.join(ui.comics, 'Lamp again/Lamp one.cbz'))).toBe(false);
    await ui.page.reload();
    await ui.page.getByText('No file is there twice').waitFor();
    expect(existsSync(path.join(ui.comics, 'Lamp/Lamp 1.cbz'))).toBe(true);
  });

  test('says where pages are not compared, with the way to switch it on', async () => {
    await ui.page.getByRole('link', { name: 'Pages', exact: true }).click();
    await ui.page.getByText('Left out, since “Fingerprint first and last pages” is off:').waitFor();
    await ui.page.locator('.empty').getByRole('link', { name: 'Comics' }).click();
    await ui.page.getByLabel('Fingerprint first and last pages').check();
    await ui.page.getByRole('button', { name: 'Save' }).click();
    await ui.page.getByText('Saved.').waitFor();
    await choose(ui.page, 'Scan all libraries');
    const known = async () => (await ui.server.json<Counted>('/api/v1/page-hashes/unknown')).content;
    await until('the page is known', async () => (await known())[0]?.matchCount === 3, 30_000);
  });

  test('shows a page that several books have, and where', async () => {
    await choose(ui.page, 'Duplicates');
    await ui.page.getByRole('link', { name: 'Pages', exact: true }).click();
    await ui.page.getByText('In 3 books').waitFor();
    await shoot(ui.page, 'repeated-pages');
    await ui.page.getByRole('button', { name: 'Show where it is' }).click();
    await ui.page.getByRole('dialog').getByText(path.join(ui.comics, 'Advert/Advert 2.cbz')).waitFor();
  });

  test('takes a page out of one book', async () => {
    const place = ui.page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'Advert 3.cbz' });
    await place.getByRole('button', { name: 'Remove from this book…' }).click();
    await ui.page.getByRole('button', { name: 'Remove page', exact: true }).click();
    await ui.page.getByRole('dialog', { name: 'Remove this page?' }).waitFor({ state: 'detached' });
    await until('it has a page less', async () => (await pagesOf('Advert 3'))[0] === 2, 30_000);
    await ui.page.reload();
    await ui.page.getByText('In 2 books').waitFor();
  });

  test('takes the page out of all books after a second yes, and keeps what was decided', async () => {
    await ui.page.getByRole('button', { name: 'Always delete…' }).click();
    await ui.page.getByRole('button', { name: 'Always delete', exact: true }).click();
    await ui.page.getByText('No page is in several books').waitFor();
    await until('all have a page less', async () => (await pagesOf('Advert')).every((pages) => pages === 2), 30_000);
    await ui.page.getByRole('link', { name: 'Decided', exact: true }).click();
    await ui.page.getByText('In no book · removed 2 times').waitFor();
    await shoot(ui.page, 'decided-pages');
    await ui.page.getByLabel('What becomes of it').selectOption('IGNORE');
    const decided = async () => (await ui.server.json<Counted>('/api/v1/page-hashes')).content[0]?.action;
    await until('the decision is another one', async () => (await decided()) === 'IGNORE');
  });

  test('finds in the history what was changed on the disk', async () => {
    await choose(ui.page, 'History');
    await ui.page.getByText('Folder deleted').waitFor();
    expect(await ui.page.getByText('Duplicate page removed').count()).toBe(3);
    const deleted = ui.page.getByRole('listitem').filter({ hasText: 'File deleted' });
    await deleted.getByText('Somebody asked for it').waitFor();
    await shoot(ui.page, 'history');
    await deleted.getByRole('link', { name: 'Book' }).click();
    await ui.page.getByText('The file of this book is not there any more.').waitFor();
  });

  test('saw no error of a script', () => {
    expect(ui.faults).toEqual([]);
  });
});
