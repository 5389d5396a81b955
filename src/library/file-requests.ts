import type { Database } from '../db/database';
import { Book } from '../model/book';
import type { Library } from '../model/library';
import { Series } from '../model/series';
import type { Queue } from '../queue/tasks';
import { findConvertible } from './convert-book';
import { submitAutomaticRemovals } from './hash-pages';
import { findMisnamed } from './repair-extension';

interface Deps {
  db: Database;
  queue: Queue;
}

/** What the options of a library want done to files after a scan, or since they were switched on. */
export async function submitFileTasks({ db, queue }: Deps, library: Library): Promise<void> {
  if (library.repairExtensions) await queue.submitMany('repairExtension', await findMisnamed(db, library.id));
  if (library.convertToCbz) await queue.submitMany('convertBook', await findConvertible(db, library.id));
  await submitAutomaticRemovals({ db, queue }, { libraryId: library.id });
}

/** Asks for the file of a book to be deleted; an unknown one is as good as deleted (Komga answers the same). */
export async function requestBookDeletion({ db, queue }: Deps, bookId: string): Promise<void> {
  const book = await Book.query(db).findById(bookId).select('libraryId');
  if (book) await queue.submit('deleteBookFile', { libraryId: book.libraryId, bookId });
}

/** The same for all books of a series. */
export async function requestSeriesDeletion({ db, queue }: Deps, seriesId: string): Promise<void> {
  const series = await Series.query(db).findById(seriesId).select('libraryId');
  if (series) await queue.submit('deleteSeriesFiles', { libraryId: series.libraryId, seriesId });
}
