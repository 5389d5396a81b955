import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { until } from '../jobs/support';
import { adminLogin } from '../support/app';
import { cbz, put } from '../support/book-builders';
import { describeWithBrowser, launchBrowser, openPage } from '../support/browser';
import { startFakeMangaDex, type FakeMangaDex } from '../support/fake-mangadex';
import { startServer, type ServerProcess } from '../support/server-process';
import { makeCatalogue } from '../support/small-catalogue';
import { temporaryFolder } from '../support/temporary';

jest.setTimeout(120_000);

describeWithBrowser('The review of metadata in the browser', () => {
  const folder = temporaryFolder();
  const catalogue = makeCatalogue();
  const twins = ['Mori Aoi', 'Kim Seo'].map((author) =>
    catalogue.add({ title: { en: 'Twin Moon' }, author, cover: 'moon.jpg' }),
  );
  const faults: string[] = [];
  let fake: FakeMangaDex;
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const comics = path.join(folder.path, 'Comics');
    await mkdir(comics);
    put(comics, 'Twin Moon/Twin Moon v01.cbz', await cbz({ pages: 2 }));
    put(comics, 'Twin Moon v01-05/Twin Moon v01.cbz', await cbz({ pages: 3 }));
    fake = await startFakeMangaDex(catalogue);
    const env = { MANGADEX: 'auto', MANGADEX_API_URL: fake.url, MANGADEX_UPLOADS_URL: fake.url };
    server = await startServer({ dataDir: path.join(folder.path, 'data'), folders: [comics], env });
    await until(
      'the questions are there',
      async () => (await server.json<{ total: number }>('/api/kiremisu/v1/metadata/review')).total === 2,
      40_000,
    );
    browser = await launchBrowser();
    page = await openPage(browser, faults);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await fake?.close();
  });

  interface Shown {
    content: { name: string; metadata: { links: { url: string }[] } }[];
  }
  const linkOf = async (name: string) => {
    const { content } = await server.json<Shown>('/api/v1/series');
    return content.find((series) => series.name === name)?.metadata.links[0]?.url;
  };

  test('shows the candidates with their covers and reasons', async () => {
    await page.goto(server.base);
    await page.getByLabel('E-mail').fill(adminLogin.email);
    await page.getByLabel('Password', { exact: true }).fill(adminLogin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('button', { name: 'Review metadata' }).click();
    await page.getByText('2 questions').waitFor();
    await page.getByText('same title').first().waitFor();
    await until('a cover is loaded', () =>
      page.evaluate<boolean>(
        `[...document.images].some((image) => image.src.includes('moon') && image.naturalWidth > 0)`,
      ),
    );
  });

  test('tells how MangaDex is, and what a match would change', async () => {
    await page.getByText('MangaDex answers.').waitFor();
    await page.keyboard.press('d');
    await page.getByRole('row', { name: /Summary – A story\./u }).waitFor();
    await page.keyboard.press('d');
  });

  test('is worked through with the keyboard alone', async () => {
    const wanted = await page.getByRole('article').nth(1).getByRole('link').getAttribute('href');
    const first = await page.getByRole('heading', { level: 2 }).getByRole('link').textContent();
    await page.keyboard.press('2');
    await page.keyboard.press('Enter');
    await page.getByText('1 question', { exact: true }).waitFor();
    expect(await linkOf(first ?? '')).toBe(wanted);
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'Nothing to review' }).waitFor();
    // and back again
    await page.keyboard.press('z');
    await page.getByText('1 question', { exact: true }).waitFor();
    await page.keyboard.press('x');
    await page
      .locator('.notice', { hasText: / is not Twin Moon/u })
      .getByRole('button', { name: 'Undo' })
      .click();
    await page.getByRole('article').nth(1).waitFor();
    await page.keyboard.press('v');
    await page.getByRole('heading', { name: 'Nothing to review' }).waitFor();
    expect(twins.map(({ id }) => `https://mangadex.org/title/${id}`)).toContain(wanted);
  });

  test('takes back what was filled in, all of a run at once', async () => {
    await page.getByText('What MangaDex has filled in lately').click();
    await page.getByRole('button', { name: 'Take back…' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
    await until('the link is gone', async () => {
      const { content } = await server.json<Shown>('/api/v1/series');
      return content.every(({ metadata }) => metadata.links.length === 0);
    });
  });

  test('saw no error of a script, and MangaDex no request too many', () => {
    expect(faults).toEqual([]);
    expect(fake.violations).toEqual([]);
  });
});
