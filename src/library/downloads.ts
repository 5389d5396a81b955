import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import yazl from 'yazl';
import { notFound } from '../base/errors';
import { resolveInside } from '../base/files';
import type { Database } from '../db/database';
import { pagesOfBook, type BookFile } from '../search/book-file';
import type { Viewer } from '../search/viewer';
import { pathOfBook, visibleBookFile } from './pages';

/** A file as it lies on the disk, or a ZIP that is made while it is sent. */
export type Download =
  | { kind: 'file'; path: string; name: string; mediaType: string }
  | { kind: 'zip'; name: string; mediaType: string; open(): Readable };

interface ZipEntry {
  name: string;
  path: string;
  modifiedAt: Date;
}

/** Comics do not get smaller by packing: entries are stored, and the ZIP is never whole in memory. */
function zipOf(entries: ZipEntry[]): Readable {
  const zip = new yazl.ZipFile();
  for (const { name, path: file, modifiedAt } of entries) {
    // opened when its turn comes: a series of a thousand books must not hold a thousand files open
    zip.addReadStreamLazy(name, { compress: false, mtime: modifiedAt }, (give) => give(null, createReadStream(file)));
  }
  zip.on('error', (error: Error) => (zip.outputStream as Readable).destroy(error));
  zip.end();
  return zip.outputStream as Readable;
}

/** The file of a book; a folder of images as a CBZ. Throws 404, 403. */
export async function downloadOfBook(db: Database, viewer: Viewer, bookId: string): Promise<Download> {
  const book = await visibleBookFile(db, viewer, bookId);
  const file = await pathOfBook(book);
  if ((await stat(file)).isDirectory()) return folderDownload(db, book, file);
  const mediaType = book.mediaType === '' ? 'application/octet-stream' : book.mediaType.replace('; ', ';');
  return { kind: 'file', path: file, name: path.basename(book.path), mediaType };
}

async function folderDownload(db: Database, book: BookFile, folder: string): Promise<Download> {
  const pages = await pagesOfBook(db, book.id);
  if (pages.length === 0) throw notFound('Book has not been analyzed yet');
  const entries = await Promise.all(
    pages.map(async ({ name }) => ({
      name,
      path: await resolveInside(folder, name),
      modifiedAt: book.fileModifiedAt,
    })),
  );
  return { kind: 'zip', name: `${book.name}.cbz`, mediaType: 'application/zip', open: () => zipOf(entries) };
}

export interface BundledBook extends Pick<BookFile, 'root' | 'path' | 'fileModifiedAt'> {
  /** Name inside the ZIP, without folder. */
  entryName: string;
}

/** Several books as one ZIP, in order; files that are gone are left out, equal names are told apart. */
export async function downloadOfBooks(name: string, books: BundledBook[]): Promise<Download> {
  const present = await Promise.all(books.map(presentFile));
  const taken = new Set<string>();
  const entries = present.flatMap((entry) => {
    if (!entry) return [];
    const unique = distinctName(entry.name, taken);
    taken.add(unique);
    return [{ ...entry, name: unique }];
  });
  return { kind: 'zip', name: `${name}.zip`, mediaType: 'application/zip', open: () => zipOf(entries) };
}

async function presentFile(book: BundledBook): Promise<ZipEntry | null> {
  try {
    const file = await resolveInside(book.root, book.path);
    if (!(await stat(file)).isFile()) return null;
    return { name: book.entryName, path: file, modifiedAt: book.fileModifiedAt };
  } catch {
    return null;
  }
}

function distinctName(name: string, taken: ReadonlySet<string>): string {
  const { name: stem, ext } = path.parse(name);
  let candidate = name;
  for (let number = 2; taken.has(candidate); number++) candidate = `${stem} (${number})${ext}`;
  return candidate;
}
