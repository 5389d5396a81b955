import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultLimits } from '../../../src/media/limits';
import { createThreads } from '../../../src/media/page-runner';
import type { PageTaskResult } from '../../../src/media/page-task';
import { buildPdf } from '../../support/pdf-builder';
import { temporaryFolder } from '../../support/temporary';

const folder = temporaryFolder();

/** Objects of some pages are gone, as in a file with a bad sector: their places in the table point to zeros. */
function damagedPdf(): Buffer {
  const pages = [1, 2, 3, 4, 5].map(() => ({ content: '0 0 9 9 re f', page: '/MediaBox [0 0 200 300]' }));
  const bytes = buildPdf(pages);
  const [from, to] = ['7 0 obj', '13 0 obj'].map((mark) => bytes.indexOf('/Contents', bytes.indexOf(mark)));
  return bytes.fill(0, from, to);
}

// found by the fuzz test: a promise that pdf.js had let go of failed and took the thread with it
test('pages of a damaged PDF do not end the thread that makes them', async () => {
  const file = path.join(folder.path, 'damaged.pdf');
  await writeFile(file, damagedPdf());
  const threads = createThreads(1);
  const ended: unknown[] = [];
  threads.on('workerDestroy', (worker) => ended.push(worker));
  const outcomes: string[] = [];
  for (const page of [1, 2, 3, 5, 1]) {
    const task = { kind: 'page', path: file, location: { kind: 'render', page }, limits: defaultLimits } as const;
    const result = await threads.run({ task }).catch((error: Error): PageTaskResult => {
      throw new Error(`the thread ended: ${error.message}`);
    });
    outcomes.push('failed' in result ? result.failed.code : 'rendered');
  }
  expect(outcomes).toEqual(['rendered', expect.any(String), expect.any(String), expect.any(String), 'rendered']);
  expect(ended).toEqual([]);
  await threads.destroy();
});
