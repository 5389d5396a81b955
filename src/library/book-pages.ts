import { availableParallelism } from 'node:os';
import type { Log } from '../base/log';
import type { Database } from '../db/database';
import { createPageOpener } from '../media/page-bytes';
import { createPagePool } from '../media/page-pool';
import { createBookPages, type BookPages } from './pages';

export interface OpenBookPages extends BookPages {
  close(): Promise<void>;
}

/** The pages of books with what they need: open files, and threads for what must not run on the thread that answers. */
export function openBookPages({ db, cacheDir }: { db: Database; log: Log; cacheDir: string }): OpenBookPages {
  const opener = createPageOpener();
  const pool = createPagePool({ threads: Math.max(1, Math.min(4, availableParallelism())), cacheDir });
  return {
    ...createBookPages({ db, opener, pool }),
    async close() {
      await pool.close();
      await opener.close();
    },
  };
}
