import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { adminLogin } from '../support/app';
import { describeWithReference } from '../support/reference';
import { makeLibrary } from '../support/reference-library';
import { startServer, type ServerProcess } from '../support/server-process';
import { sayAtTheEnd } from '../support/summary';
import expected from './expected.json';

/** Answers of one area: the same, different as deviations.json allows, different otherwise. */
interface Counts {
  passed: number;
  allowed: number;
  failed: number;
}

interface Failure {
  id: string;
  request: { method: string; path: string };
  differences: { kind: string; path: string; want?: unknown; got?: unknown }[];
}

interface Report {
  areas: Record<string, Counts>;
  total: Counts;
  failures: Failure[];
  staleDeviations: { request?: string; path?: string; reason: string }[];
}

const minutes = 60_000;
const deviations = path.join(__dirname, 'deviations.json');
/** The least that is the same and the most that differs unlisted, by area: the numbers of the best run so far. */
const best: Record<string, { equal: number; different: number }> = expected;

function tableOf({ areas, total }: Report): string {
  const lines = Object.entries({ ...areas, all: total }).map(([area, { passed, allowed, failed }]) => {
    const [equal, listed, different] = [passed, allowed, failed].map((count) => String(count).padStart(5));
    return `${area.padEnd(12)} ${equal} equal ${listed} allowed ${different} different`;
  });
  return `Answers compared with those of a real Komga:\n${lines.join('\n')}\n`;
}

const described = ({ id, request, differences: [first] }: Failure): string =>
  `${id} ${request.method} ${request.path}: ${first?.kind} ${first?.path}, want ${String(first?.want)}, got ${String(first?.got)}`;

/** Plays the recorded requests against a server by the comparer of the reference folder. */
async function compare(directory: string, server: ServerProcess, folder: string): Promise<Report> {
  const details = path.join(folder, 'report.json');
  const login = ['--user', adminLogin.email, '--password', adminLogin.password];
  const files = [
    '--library',
    folder,
    '--work',
    path.join(folder, 'work'),
    '--deviations',
    deviations,
    '--details',
    details,
  ];
  const program = path.join(directory, 'reference/golden/golden.mjs');
  const child = spawn(process.execPath, [program, 'compare', '--base', server.base, ...login, ...files, '--show', '0']);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  // 1: some answers differ
  if (code !== 0 && code !== 1) throw new Error(`The comparer ended with ${code}: ${output}`);
  return JSON.parse(readFileSync(details, 'utf8')) as Report;
}

describeWithReference('The recorded answers of a real Komga', (directory) => {
  let folder: string;
  let server: ServerProcess;
  let report: Report;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-golden-'));
    makeLibrary(folder);
    server = await startServer({ dataDir: path.join(folder, 'data'), env: { MANGADEX: 'off' } });
    report = await compare(directory, server, folder);
    sayAtTheEnd(tableOf(report));
  }, 15 * minutes);

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }, minutes);

  test.each(Object.entries(best))('of %s are no worse than they were', (area, { equal, different }) => {
    const failures = report.failures.filter(({ id }) => id.startsWith(`${area}/`)).map(described);
    expect(failures.length > different ? failures : []).toEqual([]);
    expect(report.areas[area]?.passed).toBeGreaterThanOrEqual(equal);
  });

  test('are of the areas that are known', () => {
    expect(Object.keys(report.areas).sort()).toEqual(Object.keys(best).sort());
  });

  test('every deviation that is listed occurs, unless by chance', () => {
    expect(report.staleDeviations.filter(({ reason }) => !reason.startsWith('By chance'))).toEqual([]);
  });
});
