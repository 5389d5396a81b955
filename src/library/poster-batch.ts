import { isCoded } from '../base/errors';
import { resolveInside } from '../base/files';
import type { Database } from '../db/database';
import type { Picture } from '../media/image';
import type { MediaLimits } from '../media/limits';
import type { PageLocation } from '../media/reader';
import { emit } from '../queue/events';
import type { TaskContext, Tasks } from '../queue/tasks';
import { posterOfFile, type AnalyzeOptions } from './book-content';
import { writeGenerated, type DrawnPoster } from './poster-rows';
import { getSettings, posterEdges } from './settings';

interface Wanted {
  id: string;
  seriesId: string;
  root: string;
  path: string;
  first: PageLocation | null;
}

/** Decoding happens in sharp's own threads; one more file is read meanwhile. */
const atOnce = 2;
const storeMilliseconds = 1_000;
/** After this time the rest is queued anew: somebody may be waiting behind it for a scan or an import. */
const turnMilliseconds = 1_000;

/**
 * Makes the posters of books that were analysed together and have none. Whoever asks for one before its turn gets it at
 * once, so these wait until all books can be read. After a try that ended without a word each book is a task of its own.
 */
export async function generatePosters(
  { db, queue, attempt, signal }: TaskContext,
  { bookIds }: Tasks['generatePosters'],
  { limits }: { limits: MediaLimits },
): Promise<void> {
  const wanted = await findWanted(db, bookIds);
  if (attempt > 1) {
    const alone = wanted.map(({ id }) => ({ bookId: id }));
    return queue.submitMany('generatePoster', alone, { priority: 3 });
  }
  const posterEdge = posterEdges[(await getSettings(db)).thumbnailSize];
  const options = { limits, dimensions: false, posterEdge, signal };
  let drawn: DrawnPoster[] = [];
  const begin = performance.now();
  let storedAt = begin;
  for (let at = 0; at < wanted.length; at += atOnce) {
    signal.throwIfAborted();
    if (performance.now() - begin > turnMilliseconds) {
      await queue.submit('generatePosters', { bookIds: wanted.slice(at).map(({ id }) => id) });
      break;
    }
    const some = wanted.slice(at, at + atOnce);
    const pictures = await Promise.all(some.map((book) => draw(book, options)));
    drawn.push(...some.flatMap((book, index) => (pictures[index] ? [{ book, picture: pictures[index] }] : [])));
    if (performance.now() - storedAt < storeMilliseconds) continue;
    await store(db, drawn);
    drawn = [];
    storedAt = performance.now();
  }
  await store(db, drawn);
}

async function findWanted(db: Database, bookIds: string[]): Promise<Wanted[]> {
  const { rows } = await db.raw<{ rows: Wanted[] }>(
    `select b.id, b.series_id as "seriesId", l.root, b.path, m.pages->0->'location' as first
     from book b join library l on l.id = b.library_id join book_media m on m.book_id = b.id
     where b.id = any(?) and b.media_status = 'READY' and b.deleted_at is null
       and not exists (select 1 from poster p where p.book_id = b.id and p.type = 'GENERATED')
     order by b.series_id, b.number`,
    [bookIds],
  );
  return rows;
}

async function draw({ root, path, first }: Wanted, options: AnalyzeOptions): Promise<Picture | null> {
  try {
    return await posterOfFile(await resolveInside(root, path), options, first);
  } catch (error) {
    if (isCoded(error)) return null;
    throw error;
  }
}

async function store(db: Database, drawn: DrawnPoster[]): Promise<void> {
  if (drawn.length === 0) return;
  await db.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: { id: string }[] }>(
      'select id from book where id = any(?) order by id for key share',
      [drawn.map(({ book }) => book.id)],
    );
    const there = new Set(rows.map(({ id }) => id));
    const present = drawn.filter(({ book }) => there.has(book.id));
    await emit(trx, ...(await writeGenerated(trx, present)));
  });
}
