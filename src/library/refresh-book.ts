import { isCoded } from '../base/errors';
import { resolveInside } from '../base/files';
import { openBook } from '../media/open-book';
import type { BookContent } from '../media/reader';
import { Book } from '../model/book';
import { BookMedia } from '../model/book-media';
import { Library } from '../model/library';
import { emit } from '../queue/events';
import type { TaskContext, Tasks } from '../queue/tasks';
import type { AnalyzeDeps } from './analyze';
import { readDescribed, type Described } from './book-content';
import { importReadLists, mergeBook } from './book-metadata';
import { lockSeries } from './locks';
import { toJson } from './rows';

/** Reads the descriptions in the file of a book again and merges them anew: locks or options may have changed. */
export async function refreshBookMetadata(
  { db, queue }: TaskContext,
  { bookId }: Tasks['refreshBookMetadata'],
  deps: AnalyzeDeps,
): Promise<void> {
  const book = await Book.query(db).findById(bookId);
  const library = book && (await Library.query(db).findById(book.libraryId));
  const media = await BookMedia.query(db).findById(bookId);
  if (!book || !library || !media || book.mediaStatus !== 'READY') return;
  const described = await readAgain(library.root, book, media, deps);
  await db.transaction(async (trx) => {
    await lockSeries(trx, [book.seriesId]);
    const current = await Book.query(trx).findById(bookId).forNoKeyUpdate();
    if (current === undefined) return;
    const changed = mergeBook(current, library, described, new Date());
    if (Object.keys(changed).length > 0) await Book.query(trx).findById(bookId).patch(changed);
    const { comicInfo, opf } = described;
    await trx('bookMedia')
      .where({ bookId })
      .update({ comicInfo: comicInfo && toJson({ ...comicInfo, pages: [] }), opf: opf && toJson(opf) });
    const events = await importReadLists(trx, bookId, library, described);
    await queue.submit('refreshSeries', { seriesId: current.seriesId }, { trx });
    const { seriesId, libraryId } = current;
    await emit(trx, { type: 'BookChanged', bookId, seriesId, libraryId }, ...events);
  });
}

/** What was read at analysis serves when the file cannot be opened now. */
async function readAgain(root: string, book: Book, media: BookMedia, { limits }: AnalyzeDeps): Promise<Described> {
  const content = { container: media.container, files: media.files } as BookContent;
  try {
    const reader = await openBook(await resolveInside(root, book.path), { limits });
    try {
      return await readDescribed(reader, content);
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (!isCoded(error)) throw error;
    return { comicInfo: media.comicInfo, opf: media.opf } as unknown as Described;
  }
}
