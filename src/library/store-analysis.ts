import type { Knex } from 'knex';
import type { Container } from '../media/reader';
import { Book } from '../model/book';
import type { Library } from '../model/library';
import { emit, type ServerEvent } from '../queue/events';
import type { Queue, TaskContext } from '../queue/tasks';
import type { Analysis } from './book-content';
import { importReadLists, mergeBook } from './book-metadata';
import { isConvertible, isMisnamed } from './file-kinds';
import { lockSeries } from './locks';
import { writeGenerated } from './poster-rows';
import { toJson } from './rows';

/** Which state of a file was looked at. */
export interface FileVersion {
  size: number;
  /** As in FoundFile. */
  modifiedAt: number;
}

export interface Outcome {
  bookId: string;
  library: Library;
  analysis: Analysis;
  version: FileVersion;
}

/** Writes what analysis found in a file, and asks for what follows from it. */
export async function storeAnalysis({ db, queue }: Pick<TaskContext, 'db' | 'queue'>, outcome: Outcome): Promise<void> {
  await db.transaction((trx) => storeIn(trx, queue, outcome));
}

/** As `storeAnalysis`, in the transaction of somebody who has more to say about the book. */
export async function storeIn(
  trx: Knex.Transaction,
  queue: Queue,
  { bookId, library, analysis, version }: Outcome,
): Promise<void> {
  const at = new Date();
  const owner = await Book.query(trx).findById(bookId).select('seriesId');
  // also lets the last book of a series see that it is the last
  await lockSeries(trx, owner ? [owner.seriesId] : []);
  const book = await Book.query(trx).findById(bookId).forNoKeyUpdate();
  if (book === undefined) return;
  const isChanged = book.fileSize !== version.size || book.fileModifiedAt.getTime() !== version.modifiedAt;
  const merged = analysis.content ? mergeBook(book, library, analysis, at) : {};
  const next = {
    ...{ ...analysis.state, ...merged, mediaModifiedAt: at },
    ...{ fileSize: version.size, fileModifiedAt: new Date(version.modifiedAt) },
    ...(isChanged ? { fileHash: '', fileHashKoreader: '', modifiedAt: at } : {}),
  };
  await Book.query(trx).findById(bookId).patch(next);
  await storeContent(trx, bookId, analysis, version);
  const events = await storePoster(trx, queue, book, analysis);
  if (book.pageCount !== 0 && analysis.state.pageCount !== 0) await clampProgress(trx, book, analysis.state.pageCount);
  events.push(...(await importReadLists(trx, book, library, analysis)));
  await submitNext(trx, queue, { ...book, ...next } as Book, library, analysis.content?.container ?? null);
  const { seriesId, libraryId } = book;
  await emit(trx, { type: 'BookChanged', bookId, seriesId, libraryId }, ...events);
}

async function storeContent(trx: Knex, bookId: string, analysis: Analysis, version: FileVersion): Promise<void> {
  const { content, comicInfo, opf } = analysis;
  const fileModifiedAt = new Date(version.modifiedAt);
  // hashes are of the pages of the file that was analysed before
  const same = trx('bookMedia').where({ bookId, fileSize: version.size, fileModifiedAt }).select(trx.raw('1'));
  await trx('pageHash').where({ bookId }).whereNotExists(same).delete();
  if (content === null) {
    await trx('bookMedia').where({ bookId }).delete();
    return;
  }
  const row = {
    bookId,
    container: content.container,
    pages: toJson(content.pages),
    files: toJson(content.files),
    extension: content.outline ? toJson(content.outline) : null,
    fileSize: version.size,
    fileModifiedAt,
    // its list of pages says nothing that analysis does not know better
    comicInfo: comicInfo && toJson({ ...comicInfo, pages: [] }),
    opf: opf && toJson(opf),
  };
  await trx('bookMedia').insert(row).onConflict('bookId').merge();
}

async function storePoster(
  trx: Knex.Transaction,
  queue: Queue,
  book: Book,
  analysis: Analysis,
): Promise<ServerEvent[]> {
  if (analysis.poster) return writeGenerated(trx, book, analysis.poster);
  if (analysis.isPosterLeft) await queue.submit('generatePoster', { bookId: book.id }, { trx });
  return [];
}

/** The last page of a finished book is its last page again; nobody stands behind the end (Komga sends them to page 1). */
async function clampProgress(trx: Knex, { id, pageCount: before }: Book, pageCount: number): Promise<void> {
  if (before === pageCount) return;
  await trx.raw(
    `update read_progress set modified_at = now(),
       page = case when completed then :pageCount else greatest(1, least(page, :pageCount - 1)) end
     where book_id = :id`,
    { id, pageCount },
  );
}

async function submitNext(
  trx: Knex.Transaction,
  queue: Queue,
  book: Book,
  library: Library,
  container: Container | null,
): Promise<void> {
  const { id: bookId, seriesId } = book;
  await submitHashes(trx, queue, book, library);
  await submitChanges(trx, queue, book, library, container);
  // once a series, not once a book: a series of 1,000 chapters would be combined from 1,000 books 1,000 times
  const waiting = await Book.query(trx)
    .where({ seriesId, deletedAt: null })
    .whereIn('mediaStatus', ['UNKNOWN', 'OUTDATED'])
    .whereNot('id', bookId)
    .limit(1);
  if (waiting.length === 0) await queue.submit('refreshSeries', { seriesId }, { trx });
}

async function submitHashes(trx: Knex.Transaction, queue: Queue, book: Book, library: Library): Promise<void> {
  const { id: bookId } = book;
  // also of a file that cannot be read: moved or renamed, it is still the same book
  if (library.hashFiles && book.fileHash === '') await queue.submit('hashBook', { bookId }, { trx });
  const isUnknownToKoreader = library.hashKoreader && book.fileHashKoreader === '';
  if (isUnknownToKoreader) await queue.submit('hashBookKoreader', { bookId }, { trx });
  const isComic = book.mediaStatus === 'READY' && book.mediaType === 'application/zip';
  if (library.hashPages && isComic) await queue.submit('hashBookPages', { bookId }, { trx });
}

/** What the library wants done to files of this kind; whether it is needed and possible is for the task to find out. */
async function submitChanges(
  trx: Knex.Transaction,
  queue: Queue,
  { id: bookId, mediaStatus, path }: Book,
  { id: libraryId, repairExtensions, convertToCbz }: Library,
  container: Container | null,
): Promise<void> {
  if (mediaStatus !== 'READY' || container === null) return;
  if (convertToCbz && isConvertible(container)) {
    await queue.submit('convertBook', { libraryId, bookId }, { trx });
    return;
  }
  if (repairExtensions && isMisnamed(path, container)) {
    await queue.submit('repairExtension', { libraryId, bookId }, { trx });
  }
}
