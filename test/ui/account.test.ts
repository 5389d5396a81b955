import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { until } from '../jobs/support';
import { adminLogin } from '../support/app';
import { describeWithBrowser, launchBrowser, openPage } from '../support/browser';
import { startServer, type ServerProcess } from '../support/server-process';
import { temporaryFolder } from '../support/temporary';

jest.setTimeout(120_000);

/** Where to leave pictures of the page for a person to look at; nothing is compared. */
const pictures = process.env['UI_PICTURES'];

describeWithBrowser('The account page in the browser', () => {
  const folder = temporaryFolder();
  const faults: string[] = [];
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const comics = path.join(folder.path, 'Comics');
    await mkdir(comics);
    server = await startServer({ dataDir: path.join(folder.path, 'data'), folders: [comics] });
    browser = await launchBrowser();
    page = await openPage(browser, faults);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function keepPicture(name: string): Promise<void> {
    if (pictures === undefined) return;
    for (const [kind, width, height] of [
      ['phone', 390, 844],
      ['desktop', 1280, 900],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: path.join(pictures, `${name}-${kind}.png`), fullPage: true });
    }
  }

  /** What stands below this label in the box of the new key. */
  const addressBelow = async (label: string): Promise<string> =>
    (await page.getByRole('status').locator('.address', { hasText: label }).locator('code').textContent()) ?? '';

  const settings = () => server.json<Record<string, { value: string }>>('/api/v1/client-settings/user/list');

  test('is reached from the menu after logging in', async () => {
    await page.goto(server.base);
    await page.getByLabel('E-mail').fill(adminLogin.email);
    await page.getByLabel('Password', { exact: true }).fill(adminLogin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('button', { name: 'Account', exact: true }).last().click();
    await page.getByRole('heading', { name: 'Account' }).waitFor();
    await page.getByText(`${server.base}/opds/v1.2/catalog`).waitFor();
  });

  test('makes a key, whose addresses open the catalogue without login', async () => {
    await page.getByLabel('What it is for').fill('KOReader on the train');
    await page.keyboard.press('Enter');
    await page.getByText('“KOReader on the train” is ready.').waitFor();
    await keepPicture('account');
    const first = await fetch(await addressBelow('OPDS 1.2'));
    expect([first.status, first.headers.get('content-type')]).toEqual([
      ...[200, 'application/atom+xml;profile=opds-catalog;kind=navigation'],
    ]);
    const second = await fetch(await addressBelow('OPDS 2.0'));
    expect([second.status, second.headers.get('content-type')]).toEqual([200, 'application/opds+json']);
  });

  test('gives what KOReader needs to keep its places in step', async () => {
    const [sync, name] = [await addressBelow('sync: server'), await addressBelow('user name')];
    const answer = await fetch(`${sync}/users/auth`, { headers: { 'X-Auth-User': name, 'X-Auth-Key': 'anything' } });
    expect(answer.status).toBe(200);
  });

  test('says so when there is a key of that name already', async () => {
    await page.getByLabel('What it is for').fill('koreader on the train');
    await page.keyboard.press('Enter');
    await page.getByText('You have a key of that name already.').waitFor();
    await page.getByLabel('What it is for').fill('');
  });

  test('switches on that progress follows the pages, and finds it so after a reload', async () => {
    const box = page.getByLabel(/Move my progress on/);
    await box.check();
    await until('the choice is kept', async () => (await settings())['opds.follow-pages']?.value === 'true');
    await page.reload();
    await page.getByLabel(/Move my progress on/).waitFor();
    expect(await page.getByLabel(/Move my progress on/).isChecked()).toBe(true);
    await page.getByLabel(/Move my progress on/).uncheck();
    await until('the choice is kept', async () => (await settings())['opds.follow-pages']?.value === 'false');
  });

  test('never shows the key again, and deletes it when asked twice', async () => {
    expect(await page.getByText(/\/opds\/[0-9a-f]{32}\//).count()).toBe(0);
    await page.getByRole('button', { name: 'Delete the key KOReader on the train' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('The key “KOReader on the train” is deleted.').waitFor();
    expect(await server.json('/api/v2/users/me/api-keys')).toEqual([]);
  });

  test('changes the password when both entries are the same', async () => {
    await page.getByLabel('New password', { exact: true }).fill('a better horse');
    await page.getByLabel('New password again').fill('a better hors');
    await page.getByText('The two passwords are not the same.').waitFor();
    expect(await page.getByRole('button', { name: 'Change password' }).isDisabled()).toBe(true);
    await page.getByLabel('New password again').fill('a better horse');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Password changed.').waitFor();
    const login = (password: string) =>
      fetch(`${server.base}/api/v2/users/me`, {
        headers: { authorization: `Basic ${Buffer.from(`${adminLogin.email}:${password}`).toString('base64')}` },
      });
    expect([(await login('a better horse')).status, (await login(adminLogin.password)).status]).toEqual([200, 401]);
  });

  test('saw no error of a script', () => {
    expect(faults).toEqual([]);
  });
});
