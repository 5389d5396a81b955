import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fail, notFound } from '../base/errors';
import { resolveInside } from '../base/files';
import type { Database } from '../db/database';
import type { Container } from '../media/reader';
import { storedZip, type StoredZip, type ZipSource } from '../media/stored-zip';
import { Series } from '../model/series';
import { filesOfReadList, filesOfSeries, type BookOfBundle } from '../search/book-bundle';
import { pagesOfBook, type BookFile } from '../search/book-file';
import { getReadList } from '../search/find-lists';
import type { Viewer } from '../search/viewer';
import { requireSeries } from './access';
import { pathOfBook, visibleBookFile } from './book-place';
import type { BookPages } from './pages';
import { volumesOnDisk } from './volumes';

/** A file as it lies on the disk, or a ZIP that is made while it is sent. */
export type Download =
  | { kind: 'file'; path: string; name: string; mediaType: string }
  | { kind: 'zip'; name: string; mediaType: string; zip: StoredZip; etag: string; modifiedAt: Date | null };

/** The same files in the same places are the same bytes: a download that broke off can be resumed. */
function zipDownload(name: string, sources: ZipSource[]): Download {
  const versions = sources.map((source) => [source.name, source.size, source.changedAt, source.modifiedAt.getTime()]);
  const digest = createHash('sha1').update(JSON.stringify(versions)).digest('base64url');
  const changes = sources.map(({ changedAt }) => changedAt);
  return {
    ...{ kind: 'zip', name, mediaType: 'application/zip', zip: storedZip(sources), etag: `"${digest}"` },
    modifiedAt: changes.length === 0 ? null : new Date(Math.max(...changes)),
  };
}

/** Where pages of files are made, in threads if they have to be unpacked. */
interface DownloadDeps {
  db: Database;
  pages: Pick<BookPages, 'ofFile'>;
}

/** The file of a book; a folder of images, and an archive in volumes, as a CBZ. Throws 404, 403. */
export async function downloadOfBook(deps: DownloadDeps, viewer: Viewer, bookId: string): Promise<Download> {
  const { db } = deps;
  const book = await visibleBookFile(db, viewer, bookId);
  const file = await pathOfBook(book);
  if ((await stat(file)).isDirectory()) return folderDownload(db, book, file);
  if (isInVolumes(book)) return volumesDownload(deps, book, file);
  const mediaType = book.mediaType === '' ? 'application/octet-stream' : book.mediaType.replace('; ', ';');
  return { kind: 'file', path: file, name: path.basename(book.path), mediaType };
}

async function folderDownload(db: Database, book: BookFile, folder: string): Promise<Download> {
  const sources = await sourcesOfFolder(db, book, folder).catch((error: unknown) => {
    throw fail('ERR_1018', {}, error);
  });
  if (sources.length === 0) throw notFound('Book has not been analyzed yet');
  return zipDownload(`${book.name}.cbz`, sources);
}

/** What analysis says of a RAR in several files: it is given out as its pages are, since one file of it is of no use. */
const isInVolumes = ({ container, mediaType }: Pick<BookFile, 'container' | 'mediaType'>) =>
  /^rar/u.test(container ?? '') && mediaType === 'application/zip';

async function volumesDownload({ db, pages }: DownloadDeps, book: BookFile, file: string): Promise<Download> {
  const { id, name, fileModifiedAt: modifiedAt } = book;
  const loose = { path: file, container: (book.container ?? 'rar5') as Container, name, id, modifiedAt };
  const sources = (await pagesOfBook(db, id)).map((page, index): ZipSource => ({
    ...{ name: page.name, path: `${file}\0${page.name}`, size: page.size ?? 0 },
    ...{ changedAt: modifiedAt.getTime(), modifiedAt },
    read: async () => {
      const { data } = await pages.ofFile(loose, page, index + 1).open();
      return Buffer.isBuffer(data) ? data : buffer(data);
    },
  }));
  if (sources.length === 0) throw notFound('Book has not been analyzed yet');
  return zipDownload(`${name.replace(/\.part\d+$/iu, '')}.cbz`, sources);
}

async function sourceOf(place: string, name: string, modifiedAt: Date): Promise<ZipSource> {
  const { size, mtimeMs } = await stat(place);
  return { name, path: place, size, changedAt: mtimeMs, modifiedAt };
}

/** The pictures of a folder that are pages; others are none of the book's. */
async function sourcesOfFolder(
  db: Database,
  book: Pick<BookFile, 'id' | 'fileModifiedAt'>,
  folder: string,
  prefix = '',
): Promise<ZipSource[]> {
  const pages = await pagesOfBook(db, book.id);
  return Promise.all(
    pages.map(async ({ name }) => sourceOf(await resolveInside(folder, name), `${prefix}${name}`, book.fileModifiedAt)),
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
  const entries: ZipSource[] = [];
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
  return zipDownload(fileName, entries);
}

/** The file of a book, or the pictures of one that is a folder; nothing when it is gone. */
async function presentEntries(
  db: Database,
  { id, root, path: file, fileModifiedAt, entryName }: Bundled,
): Promise<ZipSource[]> {
  try {
    const place = await resolveInside(root, file);
    const kind = await stat(place);
    if (kind.isFile()) {
      const volumes = [place, ...(await volumesOnDisk(place)).map((volume) => volume.file)];
      const nameOf = (volume: string) => path.posix.join(path.posix.dirname(entryName), path.basename(volume));
      return await Promise.all(
        volumes.map((volume, n) => sourceOf(volume, n === 0 ? entryName : nameOf(volume), fileModifiedAt)),
      );
    }
    if (kind.isDirectory()) return await sourcesOfFolder(db, { id, fileModifiedAt }, place, `${entryName}/`);
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
