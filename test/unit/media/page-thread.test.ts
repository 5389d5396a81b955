import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultLimits } from '../../../src/media/limits';
import { createThreads } from '../../../src/media/page-runner';
import type { PageTask, PageTaskResult } from '../../../src/media/page-task';
import { buildPdf } from '../../support/pdf-builder';
import { describeWithReference } from '../../support/reference';
import { temporaryFolder } from '../../support/temporary';

const folder = temporaryFolder();

/** Objects of some pages are gone, as in a file with a bad sector: their places in the table point to zeros. */
function damagedPdf(): Buffer {
  const pages = [1, 2, 3, 4, 5].map(() => ({ content: '0 0 9 9 re f', page: '/MediaBox [0 0 200 300]' }));
  const bytes = buildPdf(pages);
  const [from, to] = ['7 0 obj', '13 0 obj'].map((mark) => bytes.indexOf('/Contents', bytes.indexOf(mark)));
  return bytes.fill(0, from, to);
}

/** What becomes of pages of the damaged PDF, behind other tasks of the thread. Fails when it ends. */
async function renderDamaged(before: PageTask[]): Promise<string[]> {
  const file = path.join(folder.path, 'damaged.pdf');
  await writeFile(file, damagedPdf());
  const threads = createThreads(1);
  const ended: unknown[] = [];
  threads.on('workerDestroy', (worker) => ended.push(worker));
  const pages = [1, 2, 3, 5, 1].map((page): PageTask => {
    return { kind: 'page', path: file, location: { kind: 'render', page }, limits: defaultLimits };
  });
  const outcomes: string[] = [];
  for (const task of [...before, ...pages]) {
    const result = await threads.run({ task }).catch((error: Error): PageTaskResult => {
      throw new Error(`the thread ended: ${error.message}`);
    });
    outcomes.push('failed' in result ? result.failed.code : 'made');
  }
  expect(ended).toEqual([]);
  await threads.destroy();
  return outcomes;
}

// found by the fuzz test: a promise that pdf.js had let go of failed and took the thread with it
test('pages of a damaged PDF do not end the thread that makes them', async () => {
  const [first, ...others] = await renderDamaged([]);
  expect([first, others.at(-1)]).toEqual(['made', 'made']);
});

// the unpacker of RAR had made itself the judge of all errors of its process
describeWithReference('a thread that has unpacked a RAR', (reference) => {
  test('outlives a damaged PDF as well', async () => {
    const rar = path.join(reference, 'corpus/open/archives/rar/komga--rar4.rar');
    const task = {
      kind: 'unpack',
      path: rar,
      index: 0,
      folder: folder.path,
      maxBytes: 1e9,
      limits: defaultLimits,
    } as const;
    const outcomes = await renderDamaged([task]);
    expect([outcomes[0], outcomes[1], outcomes.at(-1)]).toEqual(['made', 'made', 'made']);
  });
});
