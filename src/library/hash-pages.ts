import type { Knex } from 'knex';
import { isCoded } from '../base/errors';
import { resolveInside } from '../base/files';
import type { Database } from '../db/database';
import type { MediaLimits } from '../media/limits';
import { openBook } from '../media/open-book';
import { hashPage } from '../media/page-hash';
import type { PageLocation, Reader } from '../media/reader';
import { Book } from '../model/book';
import { BookMedia, type StoredPage } from '../model/book-media';
import { Library } from '../model/library';
import type { TaskContext, Tasks } from '../queue/tasks';
import { insertRows } from './rows';

/** At each end of a book: where groups put their credits and magazines their advertising (Komga's number). */
const pagesAtEachEnd = 3;

const pageHashColumns = {
  book_id: 'uuid',
  number: 'int',
  hash: 'text',
  name: 'text',
  size: 'bigint',
  media_type: 'text',
};

export interface HashPagesDeps {
  limits: MediaLimits;
}

/** The places, from 1, of the pages that are hashed. */
export function hashedNumbers(pageCount: number): number[] {
  const numbers = Array.from({ length: pageCount }, (_, index) => index + 1);
  return numbers.filter((number) => number <= pagesAtEachEnd || number > pageCount - pagesAtEachEnd);
}

/** Hashes the first and last pages of a CBZ, by which the same page is found in several books. */
export async function hashBookPages(
  { db, queue, log, signal }: TaskContext,
  { bookId }: Tasks['hashBookPages'],
  { limits }: HashPagesDeps,
): Promise<void> {
  const book = await Book.query(db).findById(bookId);
  const library = book && (await Library.query(db).findById(book.libraryId));
  const media = await BookMedia.query(db).findById(bookId);
  // the option may have been switched off since
  if (!book || !media || !library?.hashPages || !isHashable(book)) return;
  try {
    const reader = await openBook(await resolveInside(library.root, book.path), { limits });
    try {
      await store(db, book, media, await hashPages(reader, media.pages, signal));
      await submitAutomaticRemovals({ db, queue }, { libraryId: library.id, bookId });
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (!isCoded(error)) throw error;
    log.info({ bookId, code: error.code }, 'the pages of the book could not be hashed');
  }
}

const isHashable = (book: Book): boolean =>
  book.deletedAt === null && book.mediaStatus === 'READY' && book.mediaType === 'application/zip';

type Row = { number: number; hash: string; name: string; size: number; media_type: string };

async function hashPages(reader: Reader, pages: StoredPage[], signal: AbortSignal): Promise<Row[]> {
  const rows: Row[] = [];
  for (const number of hashedNumbers(pages.length)) {
    const page = pages[number - 1];
    if (page === undefined) continue;
    signal.throwIfAborted();
    const hash = await hashOrNone(reader, page, signal);
    rows.push({ number, hash, name: page.name, size: page.size ?? 0, media_type: page.mediaType });
  }
  return rows;
}

async function hashOrNone(reader: Reader, page: StoredPage, signal: AbortSignal): Promise<string> {
  try {
    return hashPage(await bytesOf(reader, page, signal), page.mediaType);
  } catch (error) {
    if (isCoded(error)) return '';
    throw error;
  }
}

/** The bytes of a stored page. */
export async function bytesOf(
  reader: Reader,
  page: Pick<StoredPage, 'location'>,
  signal?: AbortSignal,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  const stream = await reader.open(page.location as unknown as PageLocation, signal);
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Hashes are of the analysed file; one that was analysed anew meanwhile asks for its own. */
async function store(db: Database, book: Book, media: BookMedia, rows: Row[]): Promise<void> {
  await db.transaction(async (trx) => {
    const { fileSize, fileModifiedAt } = media;
    const isSame = await BookMedia.query(trx)
      .findById(book.id)
      .where({ fileSize, fileModifiedAt })
      .select('bookId')
      .forShare();
    if (!isSame) return;
    await trx('pageHash').where({ bookId: book.id }).delete();
    await insertRows(
      trx,
      'page_hash',
      pageHashColumns,
      rows.map((row) => ({ book_id: book.id, ...row })),
    );
  });
}

/** What an administrator wants removed wherever it turns up: from one book, or from all of a library. */
export async function submitAutomaticRemovals(
  { db, queue }: Pick<TaskContext, 'db' | 'queue'>,
  { libraryId, bookId = null }: { libraryId: string; bookId?: string | null },
): Promise<void> {
  const { rows } = await db.raw<{ rows: Tasks['removeHashedPages'][] }>(
    `select b.id as "bookId", b.library_id as "libraryId", array_agg(distinct p.hash order by p.hash) as hashes
     from known_page_hash k join page_hash p on p.hash = k.hash and p.hash <> '' join book b on b.id = p.book_id
     where k.action = 'DELETE_AUTO' and b.library_id = :libraryId and (cast(:bookId as uuid) is null or b.id = :bookId)
       and b.deleted_at is null and b.media_status = 'READY' group by b.id`,
    { libraryId, bookId },
  );
  await queue.submitMany('removeHashedPages', rows);
}

/** Books of a library whose pages should be hashed and are not. */
export async function findUnhashedPages(db: Knex, libraryId: string): Promise<{ bookId: string }[]> {
  const { rows } = await db.raw<{ rows: { bookId: string }[] }>(
    `select b.id as "bookId" from book b
     where b.library_id = ? and b.deleted_at is null and b.media_status = 'READY' and b.media_type = 'application/zip'
       and (select count(*) from page_hash p where p.book_id = b.id) < least(b.page_count, ?)`,
    [libraryId, 2 * pagesAtEachEnd],
  );
  return rows;
}
