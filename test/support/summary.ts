import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const variable = 'KIREMISU_TEST_SUMMARY';

/** Where the test files of a run leave what is to be told at its end; null outside of a run. */
export function summaryFolder(): string | null {
  const folder = process.env[variable];
  return folder !== undefined && existsSync(folder) ? folder : null;
}

const fileIn = (folder: string): string => path.join(folder, 'summary.txt');

/** Before the first test: what tests have to say is gathered in a folder. */
export function openSummary(): void {
  process.env[variable] = mkdtempSync(path.join(tmpdir(), 'kiremisu-summary-'));
}

/** Something to be read after the last test, where it is not lost among their names. */
export function sayAtTheEnd(text: string): void {
  const folder = summaryFolder();
  if (folder !== null) appendFileSync(fileIn(folder), text);
}

/** `more` is told below what the tests said. */
export function printSummary(more: string): void {
  const folder = summaryFolder();
  if (folder === null) return;
  const said = existsSync(fileIn(folder)) ? readFileSync(fileIn(folder), 'utf8') : '';
  if (said + more !== '') process.stderr.write(`\n${[said, more].filter((text) => text !== '').join('\n')}`);
  rmSync(folder, { recursive: true, force: true });
}
