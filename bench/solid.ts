import path from 'node:path';
import { defaultLimits } from '../src/media/limits';
import { openBook } from '../src/media/open-book';
import { createPagePool } from '../src/media/page-pool';

export interface SolidFigures {
  /** Milliseconds: one run through the archive; the first page; all pages one after the other, the first included. */
  once: number;
  first: number;
  inOrder: number;
}

/** What it costs to read a solid archive to its end page by page, against one run through it. The start of a thread is in it. */
export async function readSolid(file: string, cacheDir: string): Promise<SolidFigures> {
  const reader = await openBook(file);
  const begin = performance.now();
  const { container, pages } = await reader.content();
  const once = performance.now() - begin;
  await reader.close();
  const pool = await createPagePool({ threads: 1, limits: defaultLimits, cacheDir: path.join(cacheDir, path.basename(file)) });
  const started = performance.now();
  let first = NaN;
  for (const { location } of pages) {
    await pool.page({ path: file, container, location });
    if (Number.isNaN(first)) first = performance.now() - started;
  }
  const inOrder = performance.now() - started;
  await pool.close();
  return { once, first, inOrder };
} // prettier-ignore
