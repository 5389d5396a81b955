import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { adminLogin } from '../support/app';
import { launchBrowser, openPage } from '../support/browser';
import { useDatabase } from '../support/database';
import { startServer, untilScanned, type ServerProcess } from '../support/server-process';
import { temporaryFolder } from '../support/temporary';

/** Where pictures of the screens go, for people who change them; nowhere otherwise. */
const shots = process.env['UI_SHOTS'];

const desktop = { width: 1280, height: 860 };

/** Takes pictures of a screen: on a desk and on a phone, by day and by night. */
export async function shoot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  for (const colorScheme of ['dark', 'light'] as const)
    for (const [size, width] of Object.entries({ phone: 390, desktop: 1280 })) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 860 });
      await page.screenshot({ path: path.join(shots, `${name}-${size}-${colorScheme}.png`), fullPage: true });
    }
  await page.setViewportSize(desktop);
}

/** Opens the server as its administrator. */
export async function logIn(page: Page, base: string): Promise<void> {
  await page.setViewportSize(desktop);
  await page.goto(base);
  await page.getByLabel('E-mail').fill(adminLogin.email);
  await page.getByLabel('Password', { exact: true }).fill(adminLogin.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Home' }).waitFor();
}

/** Chooses from the menu of the account. */
export async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Account' }).first().click();
  await page.locator('.menu').getByRole('button', { name, exact: true }).click();
}

/** What the tests of a file share. */
export interface Opened {
  page: Page;
  server: ServerProcess;
  /** The temporary folder, and the one of the library in it. */
  folder: string;
  comics: string;
  /** What went wrong in programs of the page. */
  faults: string[];
}

/** A server with a library of its own, scanned, and its administrator logged in in the browser. */
export function openLibrary(fill: (comics: string) => Promise<void>, books: number): Opened {
  const opened = { faults: [] as string[] } as Opened;
  let browser: Browser | undefined;
  // hooks run in the order they stand in: the server ends before its files and its database do
  afterAll(async () => {
    await browser?.close();
    await opened.server?.stop();
  });
  const folder = temporaryFolder();
  const database = useDatabase();
  beforeAll(async () => {
    opened.folder = folder.path;
    opened.comics = path.join(folder.path, 'Comics');
    mkdirSync(opened.comics);
    await fill(opened.comics);
    const dataDir = path.join(folder.path, 'data');
    opened.server = await startServer({ dataDir, folders: [opened.comics], env: { DATABASE_URL: database.url } });
    await untilScanned(opened.server, books);
    browser = await launchBrowser();
    opened.page = await openPage(browser, opened.faults);
    opened.page.setDefaultTimeout(30_000);
    await logIn(opened.page, opened.server.base);
  });
  return opened;
}
