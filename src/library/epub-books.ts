import type { Knex } from 'knex';
import { badRequest, notFound, unauthorized } from '../base/errors';
import type { Database } from '../db/database';
import type { EpubOutline } from '../media/epub-outline';
import { BookMedia, type StoredFile, type StoredPage } from '../model/book-media';
import { findBookFile, type BookFile } from '../search/book-file';
import type { Viewer } from '../search/viewer';
import { visibleBookFile } from './book-place';
import { positionsOf, type Position } from './positions';

export type { EpubOutline, OutlineEntry } from '../media/epub-outline';

/** How a book is put together; null for what is no EPUB, or could not be read. */
export async function outlineOf(db: Database | Knex.Transaction, bookId: string): Promise<EpubOutline | null> {
  const media = await BookMedia.query(db).findById(bookId).select('extension');
  return (media?.extension ?? null) as EpubOutline | null;
}

/** Files of a book besides its pages, in the order of the manifest of an EPUB. */
export async function filesOf(db: Database, bookId: string): Promise<StoredFile[]> {
  const media = await BookMedia.query(db).findById(bookId).select('files');
  return media?.files ?? [];
}

/** The places of an EPUB that a viewer may see. Throws 404 for other books, and 403. */
export async function getPositions(
  db: Database,
  viewer: Viewer,
  bookId: string,
): Promise<{ positions: Position[]; book: BookFile }> {
  const book = await visibleBookFile(db, viewer, bookId);
  const outline = book.mediaProfile === 'EPUB' ? await outlineOf(db, bookId) : null;
  if (!outline) throw notFound('The book has no positions');
  return { positions: positionsOf(outline), book };
}

/** Browsers ask for the fonts of a page without credentials; nothing but fonts is given to those (komga-rest.md §14.5). */
const fontTypes: Record<string, string> = {
  ...{ otf: 'font/otf', ttf: 'font/ttf', woff: 'font/woff', woff2: 'font/woff2' },
  eot: 'application/vnd.ms-fontobject',
};

export const fontTypeOf = (name: string): string | null =>
  fontTypes[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? null;

export type EpubFile = StoredFile & Pick<StoredPage, 'location'>;

/** The book, for a viewer or for somebody unknown who asks for a font of it. */
async function bookWithFile(db: Database, viewer: Viewer | null, bookId: string, name: string): Promise<BookFile> {
  if (viewer !== null) return visibleBookFile(db, viewer, bookId);
  if (fontTypeOf(name) === null) throw unauthorized();
  const book = await findBookFile(db, nobody, bookId);
  if (!book) throw notFound();
  return book;
}

/** For a look-up whose answer does not depend on who asks. */
const nobody: Viewer = {
  ...{ userId: '', email: '', roles: new Set(), libraryIds: null },
  ...{ ageRestriction: null, labelsAllow: [], labelsExclude: [] },
};

/** A file inside an EPUB, by its exact name as analysis wrote it down. Throws 404, 403, 401; 400 for other books. */
export async function findEpubFile(
  db: Database,
  viewer: Viewer | null,
  bookId: string,
  name: string,
): Promise<{ book: BookFile; file: EpubFile }> {
  const book = await bookWithFile(db, viewer, bookId, name);
  if (book.mediaProfile === '') throw notFound('Book has not been analyzed yet');
  if (book.mediaProfile !== 'EPUB') {
    throw badRequest(`Book media type '${book.mediaType}' not compatible with requested profile`);
  }
  const { rows } = await db.raw<{ rows: { file: EpubFile }[] }>(
    `select file from book_media m, jsonb_array_elements(m.files) file
     where m.book_id = ? and file->>'name' = ? and file->'location' is not null limit 1`,
    [bookId, name],
  );
  const [row] = rows;
  if (!row) throw notFound();
  return { book, file: row.file };
}
