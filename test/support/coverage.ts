import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Route } from '../../src/http/route';
import { readKomgaDocument } from './komga-document';
import { referenceDir } from './reference';
import { routeTable } from './routes';
import { summaryFolder } from './summary';

/** How often an operation was answered, by status. */
export type Counted = Record<string, Record<string, number>>;

export function countAnswers(counted: Counted, id: string, status: number, count = 1): void {
  const ofOperation = (counted[id] ??= {});
  ofOperation[status] = (ofOperation[status] ?? 0) + count;
}

const folder = (): string | null => {
  const of = summaryFolder();
  return of === null ? null : path.join(of, 'coverage');
};

/** Leaves the counts of one test file for the end of the run: test files are processes of their own. */
export function keepCounts(counted: Counted): void {
  const to = folder();
  if (to === null) return;
  mkdirSync(to, { recursive: true });
  writeFileSync(path.join(to, `${randomUUID()}.json`), JSON.stringify(counted));
}

function keptCounts(): Counted {
  const from = folder();
  const sum: Counted = {};
  if (from === null || !existsSync(from)) return sum;
  for (const name of readdirSync(from)) {
    const counted = JSON.parse(readFileSync(path.join(from, name), 'utf8')) as Counted;
    for (const [id, byStatus] of Object.entries(counted))
      for (const [status, count] of Object.entries(byStatus)) countAnswers(sum, id, Number(status), count);
  }
  return sum;
}

const statusesOf = (byStatus: Record<string, number>): string =>
  Object.entries(byStatus)
    .map(([status, count]) => `${status}×${count}`)
    .join(' ');

const succeeded = (byStatus: Record<string, number> = {}): boolean =>
  Object.keys(byStatus).some((status) => Number(status) < 300);

/** Lines of the operations that were asked for, a tag each; and which of Komga's were not, or never with success. */
export function coverageText(counted: Counted, routes: Route[], komgas: readonly string[]): string {
  const tags = new Map<string, string[]>();
  for (const { id, tag } of routes) {
    const byStatus = counted[id];
    if (byStatus) tags.set(tag, [...(tags.get(tag) ?? []), `${id} ${statusesOf(byStatus)}`]);
  }
  const lines = [...tags].map(([tag, operations]) => `  ${tag}: ${operations.join(', ')}`);
  const [asked, done] = [komgas.filter((id) => counted[id]), komgas.filter((id) => succeeded(counted[id]))];
  const open = komgas.filter((id) => !done.includes(id));
  const rest = open.length > 0 && open.length < 40 ? `; never with success: ${open.join(', ')}` : '';
  return [
    'Answers judged, by operation and status:',
    ...lines,
    `Of Komga's ${komgas.length} operations ${asked.length} were answered, ${done.length} with success${rest}`,
    '',
  ].join('\n');
}

/** The whole of what the test files of a run left; empty when none asked for anything. */
export function coverageOfRun(): string {
  const counted = keptCounts();
  if (Object.keys(counted).length === 0) return '';
  const komgas = referenceDir === null ? [] : [...readKomgaDocument(referenceDir).operations.keys()];
  return coverageText(counted, routeTable(), komgas);
}
