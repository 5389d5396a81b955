import type { Database } from '../db/database';
import { Series } from '../model/series';
import type { Queue, Tasks } from '../queue/tasks';

/** Asks for files to be imported, each on its own; one for an unknown series is forgotten (Komga answers the same). */
export async function requestImports(
  { db, queue }: { db: Database; queue: Queue },
  books: Omit<Tasks['importBook'], 'libraryId'>[],
): Promise<void> {
  const ids = [...new Set(books.map(({ seriesId }) => seriesId))];
  const series = await Series.query(db).findByIds(ids).select('id', 'libraryId');
  const libraryOf = new Map(series.map(({ id, libraryId }) => [id, libraryId]));
  const payloads = books.flatMap((book) => {
    const libraryId = libraryOf.get(book.seriesId);
    return libraryId === undefined ? [] : { libraryId, ...book };
  });
  await queue.submitMany('importBook', payloads);
}
