import { availableParallelism } from 'node:os';
import type { Database } from '../db/database';
import { createPageOpener } from '../media/page-bytes';
import { createPagePool } from '../media/page-pool';
import type { ServerEvent } from '../queue/events';
import { createBookPages, type BookPages } from './pages';
import { createPermittedBooks } from './permitted-books';

export interface OpenBookPages extends BookPages {
  /** To be told of every event: who may open what may have changed. */
  changed(event: ServerEvent): void;
  close(): Promise<void>;
}

/** Events that say nothing about who may open which book. */
const isHarmless = /^(?:ReadProgress|Thumbnail|Task|Session|BookImported|ReadList|Collection)/u;

/** The pages of books with what they need: open files, and threads for what must not run on the thread that answers. */
export async function openBookPages({
  db,
  cacheDir,
  cacheBytes,
  permittedMilliseconds = 0,
}: {
  db: Database;
  cacheDir: string;
  cacheBytes?: number;
  /** How long a viewer may open a book without being looked up again; only for who passes changes on to `changed`. */
  permittedMilliseconds?: number;
}): Promise<OpenBookPages> {
  const permitted = createPermittedBooks(permittedMilliseconds);
  const opener = createPageOpener();
  const pool = await createPagePool({
    threads: Math.max(1, Math.min(4, availableParallelism())),
    cacheDir,
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
  });
  return {
    ...createBookPages({ db, opener, pool, permitted }),
    changed({ type }) {
      if (!isHarmless.test(type)) permitted.forget();
    },
    async close() {
      await pool.close();
      await opener.close();
    },
  };
}
