import type { Knex } from 'knex';
import { isDeepStrictEqual } from 'node:util';
import { isCoded } from '../base/errors';
import { resolveInside } from '../base/files';
import { openBook } from '../media/open-book';
import type { BookContent } from '../media/reader';
import { Book } from '../model/book';
import { BookMedia } from '../model/book-media';
import { Library } from '../model/library';
import { emit } from '../queue/events';
import type { Priority, Queue, TaskContext, Tasks } from '../queue/tasks';
import type { AnalyzeDeps } from './analyze';
import { readDescribed, type Described } from './book-content';
import { mergeBook } from './book-metadata';
import { lockSeries } from './locks';
import { toJson } from './rows';
import { joinLists } from './store-analysis';

/** Books of one task: a task and a transaction a book cost as much as reading it. */
const together = 50;

/** After this time the rest is queued anew: somebody may be waiting behind it. */
const turnMilliseconds = 500;

/** Series come behind the books of all tasks, and are brought in line once for many of them. */
const seriesPriority = (priority: Priority): Priority => (priority < 5 ? priority : 5);

interface Reading {
  library: Library;
  media: BookMedia;
  described: Described;
}

/** Asks for the descriptions in the files of books to be read again; those of many books together. */
export async function submitRefreshes(
  trx: Knex.Transaction,
  queue: Queue,
  books: { bookId: string }[],
  priority: Priority,
): Promise<void> {
  if (books.length <= 1) return queue.submitMany('refreshBookMetadata', books, { trx, priority });
  const chunks = Array.from({ length: Math.ceil(books.length / together) }, (_, index) => {
    const some = books.slice(index * together, (index + 1) * together);
    return { bookIds: some.map(({ bookId }) => bookId), priority };
  });
  await queue.submitMany('refreshBooks', chunks, { trx, priority });
}

/** Reads the descriptions in the file of a book again and merges them anew: locks or options may have changed. */
export async function refreshBookMetadata(
  context: TaskContext,
  { bookId }: Tasks['refreshBookMetadata'],
  deps: AnalyzeDeps,
): Promise<void> {
  const reading = await read(context, bookId, deps);
  if (reading) await store(context, [reading], 5);
}

/** The same for several books. After a try that failed each of them is a task of its own, so that one does not stop the others. */
export async function refreshBooks(
  context: TaskContext,
  { bookIds, priority }: Tasks['refreshBooks'],
  deps: AnalyzeDeps,
): Promise<void> {
  const { queue, signal, attempt } = context;
  if (attempt > 1) {
    const books = bookIds.map((bookId) => ({ bookId }));
    return queue.submitMany('refreshBookMetadata', books, { priority });
  }
  const readings: Reading[] = [];
  const begin = performance.now();
  let done = 0;
  while (done < bookIds.length && performance.now() - begin < turnMilliseconds) {
    signal.throwIfAborted();
    const reading = await read(context, bookIds[done++] ?? '', deps);
    if (reading) readings.push(reading);
  }
  await store(context, readings, seriesPriority(priority));
  const rest = bookIds.slice(done);
  if (rest.length > 0) await queue.submit('refreshBooks', { bookIds: rest, priority }, { priority });
}

async function read({ db }: TaskContext, bookId: string, deps: AnalyzeDeps): Promise<Reading | null> {
  const book = await Book.query(db).findById(bookId);
  const library = book && (await Library.query(db).findById(book.libraryId));
  const media = await BookMedia.query(db).findById(bookId);
  if (!book || !library || !media || book.mediaStatus !== 'READY') return null;
  return { library, media, described: await readAgain(library.root, book, media, deps) };
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

async function store({ db, queue }: TaskContext, readings: Reading[], priority: Priority): Promise<void> {
  if (readings.length === 0) return;
  for (const { library, media, described } of readings) await joinLists(db, media.bookId, library, described);
  const ids = readings.map(({ media }) => media.bookId);
  await db.transaction(async (trx) => {
    const owners = (await Book.query(trx).findByIds(ids).select('seriesId')).map(({ seriesId }) => seriesId);
    await lockSeries(trx, owners);
    const books = await Book.query(trx).findByIds(ids).orderBy('id').forNoKeyUpdate();
    const byId = new Map(readings.map((reading) => [reading.media.bookId, reading]));
    const at = new Date();
    for (const book of books) {
      const reading = byId.get(book.id);
      if (reading) await storeOne(trx, book, reading, at);
    }
    const seriesIds = [...new Set(books.map(({ seriesId }) => seriesId))];
    if (seriesIds.length > 1) await queue.submit('refreshSeriesTogether', { seriesIds }, { trx, priority });
    else await queue.submitMany('refreshSeries', seriesIds.map((seriesId) => ({ seriesId })), { trx, priority }); // prettier-ignore
    const changed = books.map(({ id, seriesId, libraryId }) => ({
      ...{ type: 'BookChanged' as const, bookId: id, seriesId, libraryId },
    }));
    await emit(trx, ...changed);
  });
}

async function storeOne(trx: Knex, book: Book, { library, media, described }: Reading, at: Date): Promise<void> {
  const changed = mergeBook(book, library, described, at);
  if (Object.keys(changed).length > 0) await Book.query(trx).findById(book.id).patch(changed);
  // its list of pages says nothing that analysis does not know better
  const comicInfo = described.comicInfo && { ...described.comicInfo, pages: [] };
  if (isDeepStrictEqual([comicInfo, described.opf], [media.comicInfo, media.opf])) return;
  await trx('bookMedia')
    .where({ bookId: book.id })
    .update({ comicInfo: comicInfo && toJson(comicInfo), opf: described.opf && toJson(described.opf) });
}
