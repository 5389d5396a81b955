import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const variable = 'KIREMISU_TEST_SUMMARY';

/** Before the first test: what tests have to say is gathered in a file. */
export function openSummary(): void {
  process.env[variable] = path.join(mkdtempSync(path.join(tmpdir(), 'kiremisu-summary-')), 'summary.txt');
}

/** Something to be read after the last test, where it is not lost among their names. */
export function sayAtTheEnd(text: string): void {
  const file = process.env[variable];
  if (file !== undefined) appendFileSync(file, text);
}

export function printSummary(): void {
  const file = process.env[variable];
  if (file === undefined) return;
  if (existsSync(file)) process.stderr.write(`\n${readFileSync(file, 'utf8')}`);
  rmSync(path.dirname(file), { recursive: true, force: true });
}
