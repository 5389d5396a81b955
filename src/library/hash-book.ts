import { isCoded } from '../base/errors';
import { resolveInside } from '../base/files';
import { hashFile, hashForKoreader } from '../media/hash';
import { Book } from '../model/book';
import { Library } from '../model/library';
import type { TaskContext, Tasks } from '../queue/tasks';

/** Hashes the file of a book, by which it is found again after a rename or move. */
export async function hashBook({ db, log, signal }: TaskContext, { bookId }: Tasks['hashBook']): Promise<void> {
  const book = await Book.query(db).findById(bookId);
  const library = book && (await Library.query(db).findById(book.libraryId));
  // the option may have been switched off since
  if (!book || !library?.hashFiles || book.deletedAt !== null || book.fileHash !== '') return;
  const fileHash = await hashOrNone(library, book, (file) => hashFile(file, signal));
  if (fileHash === null) {
    log.info({ bookId }, 'the file of the book could not be hashed');
    return;
  }
  // a file that changed meanwhile has another size or time by now: the hash is not that of the row
  const { fileSize, fileModifiedAt } = book;
  await Book.query(db).findById(bookId).where({ fileSize, fileModifiedAt }).patch({ fileHash });
}

/** Hashes the file of a book as KOReader does, which tells the server by it which book it reads. */
export async function hashBookKoreader({ db, log }: TaskContext, { bookId }: Tasks['hashBookKoreader']): Promise<void> {
  const book = await Book.query(db).findById(bookId);
  const library = book && (await Library.query(db).findById(book.libraryId));
  if (!book || !library?.hashKoreader || book.deletedAt !== null || book.fileHashKoreader !== '') return;
  const fileHashKoreader = await hashOrNone(library, book, hashForKoreader);
  if (fileHashKoreader === null) {
    log.info({ bookId }, 'the file of the book could not be hashed for KOReader');
    return;
  }
  const { fileSize, fileModifiedAt } = book;
  await Book.query(db).findById(bookId).where({ fileSize, fileModifiedAt }).patch({ fileHashKoreader });
}

type Hash = (file: string) => Promise<string>;

async function hashOrNone(library: Library, book: Book, hash: Hash): Promise<string | null> {
  try {
    return await hash(await resolveInside(library.root, book.path));
  } catch (error) {
    if (isCoded(error)) return null;
    throw error;
  }
}
