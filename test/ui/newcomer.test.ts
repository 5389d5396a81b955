import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { cbz, put } from '../support/book-builders';
import { adminLogin } from '../support/app';
import { describeWithBrowser, launchBrowser, openPage } from '../support/browser';
import { until } from '../jobs/support';
import { startServer, type ServerProcess } from '../support/server-process';
import { temporaryFolder } from '../support/temporary';

jest.setTimeout(120_000);

describeWithBrowser('A newcomer in the browser', () => {
  const folder = temporaryFolder();
  const faults: string[] = [];
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const comics = path.join(folder.path, 'Comics');
    await mkdir(comics);
    put(comics, 'Paper Garden/Paper Garden 1.cbz', await cbz({ pages: 3, seed: 1 }));
    put(comics, 'Paper Garden/Paper Garden 2.cbz', await cbz({ pages: 2, seed: 2 }));
    const nobody = { ADMIN_EMAIL: '', ADMIN_PASSWORD: '' };
    server = await startServer({ dataDir: path.join(folder.path, 'data'), folders: [comics], env: nobody });
    browser = await launchBrowser();
    page = await openPage(browser, faults);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** A picture whose address holds this text is loaded, not only announced. As text: it runs in the browser. */
  const loaded = (part: string) =>
    until(`a picture of ${part} is loaded`, () =>
      page.evaluate<boolean>(
        `[...document.images].some((image) => image.src.includes('${part}') && image.complete && image.naturalWidth > 0)`,
      ),
    );

  const shownPage = async (number: number) => {
    await page.getByAltText(`Page ${number} of 3`).first().waitFor();
    await loaded(`/pages/${number}`);
  };

  test('claims the server as its first administrator', async () => {
    await page.goto(server.base);
    await page.getByLabel('E-mail').fill(adminLogin.email);
    await page.getByLabel('Password', { exact: true }).fill(adminLogin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Home' }).waitFor();
  });

  test('sees the covers appear', async () => {
    await page.getByRole('link', { name: 'Comics' }).first().click();
    await page.getByText('Paper Garden').first().waitFor();
    await loaded('/thumbnail');
  });

  test('opens a book and turns its pages by keyboard, to the end and back', async () => {
    await page.getByText('Paper Garden').first().click();
    await page.getByRole('link', { name: /start reading/i }).click();
    await shownPage(1);
    await page.keyboard.press('ArrowRight');
    await shownPage(2);
    await page.keyboard.press('End');
    await shownPage(3);
    await page.keyboard.press('ArrowLeft');
    await shownPage(2);
  });

  test('finds the place again: progress was saved and shows on the home page', async () => {
    await page.keyboard.press('Escape');
    // the home page asks once: what is stored after that shows at the next look only
    const begun = () => server.json<{ totalElements: number }>('/api/v1/books?read_status=IN_PROGRESS');
    await until('the progress is stored', async () => (await begun()).totalElements === 1);
    await page.goto(server.base);
    await page
      .getByRole('heading', { name: /keep reading|on deck/i })
      .first()
      .waitFor();
    await page.getByText('Paper Garden').first().waitFor();
  });

  test('saw no error of a script', () => {
    expect(faults).toEqual([]);
  });
});
