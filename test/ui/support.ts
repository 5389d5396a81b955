import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { adminLogin } from '../support/app';
import type { ServerProcess } from '../support/server-process';

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
export async function logIn(page: Page, server: ServerProcess): Promise<void> {
  await page.setViewportSize(desktop);
  await page.goto(server.base);
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
