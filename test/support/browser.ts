import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The distribution's Chromium; null where there is none. */
export const chromiumPath = places.find((place) => place !== undefined && existsSync(place)) ?? null;

/** As root there is no sandbox; the rest keeps it from looking for hosts outside. */
const quiet = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath ?? '', args: quiet });

/** A new page; what goes wrong in its programs is noted in `faults`. */
export async function openPage(browser: Browser, faults: string[]): Promise<Page> {
  const page = await browser.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.setDefaultTimeout(20_000);
  return page;
}

/** Tests in the browser: skipped with one line where there is none, a failure where CI demands them. */
export function describeWithBrowser(name: string, tests: () => void): void {
  if (chromiumPath !== null) {
    describe(name, tests);
    return;
  }
  if (process.env['REQUIRE_BROWSER'] === '1') {
    test(name, () => {
      throw new Error('No Chromium found: install the package chromium, or set CHROMIUM');
    });
    return;
  }
  process.stderr.write(`skipped: ${name} (no Chromium found: install the package chromium, or set CHROMIUM)\n`);
  describe.skip(name, tests);
}
