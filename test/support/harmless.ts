import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { analyzeFile, type Analysis } from '../../src/library/book-content';
import { defaultLimits } from '../../src/media/limits';
import { createPagePool, type PagePool, type PageRequest } from '../../src/media/page-pool';
import type { BookContent } from '../../src/media/reader';
import { aPng } from './pictures';
import { temporaryFolder } from './temporary';
import { buildZip } from './zip-builder';

export const mebibytes = 1024 * 1024;
/** Of the processor: what else a machine does is not the file's fault. By the clock, for what waits without working. */
const maxMilliseconds = { processor: 10_000, clock: 30_000 };
const maxGrowth = 512 * mebibytes;

export interface Expected {
  state: string;
  comment?: string;
  pages?: string[];
}

export const jpeg = (count: number) => Array<string>(count).fill('image/jpeg');

export const analyze = (file: string): Promise<Analysis> => {
  const signal = new AbortController().signal;
  return analyzeFile(file, { limits: defaultLimits, dimensions: true, posterEdge: 300, signal });
};

/** A folder for files that may do harm, a thread that pages are made in, and what must hold whatever they are. */
export function useHarmless() {
  const folder = temporaryFolder();
  let pool: PagePool | null = null;
  beforeAll(async () => {
    pool = await createPagePool({ threads: 1, cacheDir: path.join(folder.path, 'cache') });
  });
  afterAll(() => pool?.close());

  const running = (): PagePool => {
    if (pool === null) throw new Error('the pool was not started');
    return pool;
  };
  async function save(name: string, bytes: Buffer): Promise<string> {
    const file = path.join(folder.path, name);
    await writeFile(file, bytes);
    return file;
  }

  /** Each page as the server gives it, through a thread: its type, or the code of what is wrong with it. */
  async function deliver(file: string, { container, pages }: BookContent): Promise<string[]> {
    const results: string[] = [];
    for (const { location } of pages.slice(0, 8)) {
      const made = running().page({ path: file, container, location, edge: 64 });
      results.push(await made.then(({ mediaType }) => mediaType, ({ code }: { code: string }) => code)); // prettier-ignore
    }
    return results;
  }

  async function expectAlive(): Promise<void> {
    const file = await save('alive.cbz', buildZip([{ name: '1.png', data: aPng(40, 60) }]));
    const { content } = await analyze(file);
    expect(content && (await deliver(file, content))).toEqual(['image/jpeg']);
  }

  /** Reads a file to its end and looks at everything that must hold. */
  async function expectHarmless(file: string, { state, comment = '', pages }: Expected): Promise<void> {
    const beside = readdirSync(path.dirname(file)).sort();
    const before = { spent: process.cpuUsage(), time: Date.now(), memory: process.memoryUsage.rss() };
    const analysis = await analyze(file);
    const delivered = analysis.content ? await deliver(file, analysis.content) : [];
    expect([analysis.state.mediaStatus, analysis.state.mediaComment]).toEqual([state, comment]);
    if (pages) expect(delivered).toEqual(pages);
    const { user, system } = process.cpuUsage(before.spent);
    expect((user + system) / 1000).toBeLessThan(maxMilliseconds.processor);
    expect(Date.now() - before.time).toBeLessThan(maxMilliseconds.clock);
    expect(process.memoryUsage.rss() - before.memory).toBeLessThan(maxGrowth);
    expect(readdirSync(path.dirname(file)).sort()).toEqual(beside);
    await expectAlive();
  }
  const page = (request: PageRequest) => running().page(request);
  return { folder, pool: running, page, save, deliver, expectAlive, expectHarmless };
}
