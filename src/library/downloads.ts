import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import yazl from 'yazl';
import { notFound } from '../base/errors';
import { resolveInside } from '../base/files';
import type { Database } from '../db/database';
import { Series } from '../model/series';
import { filesOfReadList, filesOfSeries, type BookOfBundle } from '../search/book-bundle';
import { pagesOfBook, type BookFile } from '../search/book-file';
import { getReadList } from '../search/find-lists';
import type { Viewer } from '../search/viewer';
import { requireSeries } from './access';
import { pathOfBook, visibleBookFile } from './book-place';

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
  const entries = await folderEntries(db, book, folder);
  if (entries.length === 0) throw notFound('Book has not been analyzed yet');
  return { kind: 'zip', name: `${book.name}.cbz`, mediaType: 'application/zip', open: () => zipOf(entries) };
}

/** The pictures of a folder that are pages; others are none of the book's. */
async function folderEntries(
  db: Database,
  book: Pick<BookFile, 'id' | 'fileModifiedAt'>,
  folder: string,
  prefix = '',
): Promise<ZipEntry[]> {
  const pages = await pagesOfBook(db, book.id);
  return Promise.all(
    pages.map(async ({ name }) => ({
      name: `${prefix}${name}`,
      path: await resolveInside(folder, name),
      modifiedAt: book.fileModifiedAt,
    })),
  );
}

/** A series as one ZIP. Throws 404 and 403. */
export async function downloadOfSeries(db: Database, viewer: Viewer, seriesId: string): Promise<Download> {
  await requireSeries(db, viewer, seriesId);
  const series = await Series.query(db).findById(seriesId).select('title').throwIfNotFound();
  const books = await filesOfSeries(db, viewer, seriesId);
  return bundle(
    db,
    series.title,
    books.map((book) => ({ ...book, entryName: path.basename(book.path) })),
  );
}

/** What a viewer may see of a read list as one ZIP; names begin with the place in the list. Throws 404. */
export async function downloadOfReadList(db: Database, viewer: Viewer, readListId: string): Promise<Download> {
  const { name } = await getReadList(db, viewer, readListId);
  const books = await filesOfReadList(db, viewer, readListId);
  return bundle(
    db,
    name,
    books.map((book) => ({ ...book, entryName: `${book.position + 1} - ${path.basename(book.path)}` })),
  );
}

interface Bundled extends BookOfBundle {
  /** Name inside the ZIP. */
  entryName: string;
}

/** Books of which files are looked for at the same time. */
const atOnce = 16;

/** Files that are gone are left out, equal names are told apart. */
async function bundle(db: Database, name: string, books: Bundled[]): Promise<Download> {
  const taken = new Set<string>();
  const entries: ZipEntry[] = [];
  for (let index = 0; index < books.length; index += atOnce) {
    const found = await Promise.all(books.slice(index, index + atOnce).map((book) => presentEntries(db, book)));
    for (const entry of found.flat()) {
      const unique = distinctName(entry.name, taken);
      taken.add(unique);
      entries.push({ ...entry, name: unique });
    }
  }
  // a title may hold what a file name may not
  const fileName = `${name.replace(/[/\\]/g, '_')}.zip`;
  return { kind: 'zip', name: fileName, mediaType: 'application/zip', open: () => zipOf(entries) };
}

/** The file of a book, or the pictures of one that is a folder; nothing when it is gone. */
async function presentEntries(
  db: Database,
  { id, root, path: file, fileModifiedAt, entryName }: Bundled,
): Promise<ZipEntry[]> {
  try {
    const place = await resolveInside(root, file);
    const kind = await stat(place);
    if (kind.isFile()) return [{ name: entryName, path: place, modifiedAt: fileModifiedAt }];
    if (kind.isDirectory()) return await folderEntries(db, { id, fileModifiedAt }, place, `${entryName}/`);
    return [];
  } catch {
    return [];
  }
}

function distinctName(name: string, taken: ReadonlySet<string>): string {
  const { dir, name: stem, ext } = path.posix.parse(name);
  let candidate = name;
  for (let number = 2; taken.has(candidate); number++) candidate = path.posix.join(dir, `${stem} (${number})${ext}`);
  return candidate;
}
