import { forbidden, isCoded, notFound } from '../base/errors';
import { resolveInside } from '../base/files';
import type { Database } from '../db/database';
import { findBookFile, type BookFile } from '../search/book-file';
import type { Viewer } from '../search/viewer';

/** The book if the viewer may see it. Throws 404 and 403. */
export async function visibleBookFile(db: Database, viewer: Viewer, bookId: string): Promise<BookFile> {
  const book = await findBookFile(db, viewer, bookId);
  if (!book) throw notFound();
  if (!book.visible) throw forbidden();
  return book;
}

/** The file of a book, resolved below its library's root. Throws 404 when it is not there. */
export async function pathOfBook(book: Pick<BookFile, 'root' | 'path'>): Promise<string> {
  try {
    return await resolveInside(book.root, book.path);
  } catch (error) {
    if (isCoded(error)) throw notFound('File not found, it may have moved');
    throw error;
  }
}
