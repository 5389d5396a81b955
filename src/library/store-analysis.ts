import type { Knex } from 'knex';
import { Book } from '../model/book';
import type { Library } from '../model/library';
import { emit, type ServerEvent } from '../queue/events';
import type { Queue, TaskContext } from '../queue/tasks';
import { submitFollowing } from './analysis-follow-up';
import type { Outcome, StoredOutcome } from './analysis-outcome';
import { bookRow, mediaRow, writeBooks, writeMedia } from './analysis-rows';
import type { Described } from './book-content';
import { importReadLists, mergeBook } from './book-metadata';
import { listsOf } from './import-sets';
import { lockSeries } from './locks';
import { writeGenerated } from './poster-rows';

/** Writes what analysis found in files, and asks for what follows from it. */
export async function storeAnalyses(
  { db, queue }: Pick<TaskContext, 'db' | 'queue'>,
  outcomes: Outcome[],
): Promise<void> {
  for (const { bookId, library, analysis } of outcomes) await joinLists(db, bookId, library, analysis);
  await db.transaction((trx) => storeIn(trx, queue, outcomes));
}

/** Before the rest and on its own: lists are shared by books of many series, whose transactions would wait in a circle. */
export async function joinLists(db: Knex, bookId: string, library: Library, described: Described): Promise<void> {
  if (!library.importComicInfoReadList || listsOf(described.comicInfo).length === 0) return;
  await db.transaction(async (trx) => {
    const isThere = await Book.query(trx).findById(bookId).select('id');
    if (isThere) await emit(trx, ...(await importReadLists(trx, bookId, library, described)));
  });
}

/** As `storeAnalyses`, in the transaction of somebody who has more to say about the books. */
export async function storeIn(trx: Knex.Transaction, queue: Queue, outcomes: Outcome[]): Promise<void> {
  const ids = outcomes.map(({ bookId }) => bookId);
  const owners = await Book.query(trx).findByIds(ids).select('seriesId');
  // also lets the last book of a series see that it is the last
  await lockSeries(
    trx,
    owners.map(({ seriesId }) => seriesId),
  );
  const books = new Map(
    (await Book.query(trx).findByIds(ids).orderBy('id').forNoKeyUpdate()).map((book) => [book.id, book]),
  );
  const at = new Date();
  const stored = outcomes.flatMap((outcome): StoredOutcome[] => {
    const book = books.get(outcome.bookId);
    return book === undefined ? [] : [{ ...outcome, book, next: rowAfter(book, outcome, at) }];
  });
  if (stored.length === 0) return;
  await writeBooks(trx, stored.map(bookRow));
  await writeMedia(trx, ids, stored.flatMap(mediaRow));
  const events = await writePosters(trx, queue, stored);
  for (const { book, next } of stored) await clampProgress(trx, book, next.pageCount);
  await submitFollowing(trx, queue, stored);
  const changed = stored.map(({ book: { id: bookId, seriesId, libraryId } }) => ({
    ...{ type: 'BookChanged' as const, bookId, seriesId, libraryId },
  }));
  await emit(trx, ...changed, ...events);
}

function rowAfter(book: Book, { library, analysis, version }: Outcome, at: Date): Book {
  const isChanged = book.fileSize !== version.size || book.fileModifiedAt.getTime() !== version.modifiedAt;
  const merged = analysis.content ? mergeBook(book, library, analysis, at) : {};
  return {
    ...{ ...book, ...analysis.state, ...merged, mediaModifiedAt: at },
    ...{ fileSize: version.size, fileModifiedAt: new Date(version.modifiedAt) },
    ...(isChanged ? { fileHash: '', fileHashKoreader: '', modifiedAt: at } : {}),
  } as Book;
}

async function writePosters(trx: Knex.Transaction, queue: Queue, stored: StoredOutcome[]): Promise<ServerEvent[]> {
  const left = stored.filter(({ analysis }) => analysis.isPosterLeft).map(({ bookId }) => bookId);
  if (left.length > 1) await queue.submit('generatePosters', { bookIds: left }, { trx });
  else
    await queue.submitMany(
      'generatePoster',
      left.map((bookId) => ({ bookId })),
      { trx },
    );
  const drawn = stored.flatMap(({ book, analysis }) => (analysis.poster ? [{ book, picture: analysis.poster }] : []));
  return writeGenerated(trx, drawn);
}

/** The last page of a finished book is its last page again; nobody stands behind the end (Komga sends them to page 1). */
async function clampProgress(trx: Knex, { id, pageCount: before }: Book, pageCount: number): Promise<void> {
  if (before === pageCount || before === 0 || pageCount === 0) return;
  await trx.raw(
    `update read_progress set modified_at = now(),
       page = case when completed then :pageCount else greatest(1, least(page, :pageCount - 1)) end
     where book_id = :id`,
    { id, pageCount },
  );
}
