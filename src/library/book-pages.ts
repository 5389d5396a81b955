import { availableParallelism } from 'node:os';
import type { Database } from '../db/database';
import { createPageOpener } from '../media/page-bytes';
import { createPagePool } from '../media/page-pool';
import { createBookPages, type BookPages } from './pages';

export interface OpenBookPages extends BookPages {
  close(): Promise<void>;
}

/** The pages of books with what they need: open files, and threads for what must not run on the thread that answers. */
export async function openBookPages({
  db,
  cacheDir,
  cacheBytes,
}: {
  db: Database;
  cacheDir: string;
  cacheBytes?: number;
}): Promise<OpenBookPages> {
  const opener = createPageOpener();
  const pool = await createPagePool({
    threads: Math.max(1, Math.min(4, availableParallelism())),
    cacheDir,
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
  });
  return {
    ...createBookPages({ db, opener, pool }),
    async close() {
      await pool.close();
      await opener.close();
    },
  };
}
