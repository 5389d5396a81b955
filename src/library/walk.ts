import type { Dirent, Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fail, type ErrorCode } from '../base/errors';
import { isInside } from '../base/files';
import type { Library } from '../model/library';
import {
  belongsToFolderBook,
  bookFileTest,
  bookNamesOfArtwork,
  isArtwork,
  isHidden,
  isPicture,
  isSeriesArtwork,
  isSeriesJson,
  stemOf,
} from './book-files';
import { createDisk, isFailure, type Disk } from './disk';

export type WalkOptions = Pick<
  Library,
  | 'scanCbx'
  | 'scanPdf'
  | 'scanEpub'
  | 'scanImageFolders'
  | 'scanForceModifiedTime'
  | 'scanDirectoryExclusions'
  | 'oneshotsDirectory'
>;

export interface FoundFile {
  /** Below the root, `/` between segments. */
  path: string;
  size: number;
  /** The later of birth and last change, milliseconds (Komga). */
  modifiedAt: number;
}

export interface FoundBook extends FoundFile {
  name: string;
  artwork: FoundFile[];
}

/** A folder with books (one-shot: one book). */
export interface FoundSeries {
  path: string;
  name: string;
  oneshot: boolean;
  modifiedAt: number;
  books: FoundBook[];
  artwork: FoundFile[];
  seriesJson: FoundFile | null;
}

/** A place that could not be read: nothing is known about what lies at or below it. */
export interface WalkProblem {
  path: string;
  code: ErrorCode;
}

export interface WalkSink {
  series(found: FoundSeries): Promise<void> | void;
  problem(problem: WalkProblem): void;
}

interface Folder {
  path: string;
  /** Where it really lies, links resolved. */
  real: string;
  /** Real paths of the folders that lead here; tells a link that leads back. */
  above: Folder | null;
  links: number;
}

interface Below {
  /** The folder when it is a book of pictures: it looks for a series above it. */
  book: FoundBook | null;
  hasBookFiles: boolean;
}

/** Links to folders inside links: three are plenty, and folders that link each other cannot multiply without end. */
const linkDepth = 3;
const nothing: Below = { book: null, hasBookFiles: false };

const join = (folder: string, name: string) => (folder === '' ? name : `${folder}/${name}`);
const timeOf = (stats: Stats) => Math.trunc(Math.max(stats.mtimeMs, stats.birthtimeMs));
const problemCode = (error: NodeJS.ErrnoException): ErrorCode => (error.code === 'ENOENT' ? 'ERR_1018' : 'ERR_1000');

/**
 * Walks a library's folder and tells each series as soon as its folder was read; touches no database. Rules: komga-media §4
 * and docs/decisions/0004 (folders of pictures). Throws ERR_1016 when the root cannot be read.
 */
export async function walk(root: string, options: WalkOptions, sink: WalkSink, signal: AbortSignal): Promise<void> {
  const real = await realpath(root).catch((error: unknown) => Promise.reject(fail('ERR_1016', { root }, error)));
  const disk = createDisk();
  const first = await disk.list(real);
  if (isFailure(first)) throw fail('ERR_1016', { root }, first.failed);
  const walker = createWalker(real, options, sink, signal, disk);
  const rootFolder = { path: '', real, above: null, links: 0 };
  const below = await walker.visit(rootFolder, first);
  // the root itself is a folder of pictures
  if (below.book) await walker.tell(rootFolder, [below.book], []);
}

function createWalker(root: string, options: WalkOptions, sink: WalkSink, signal: AbortSignal, disk: Disk) {
  const isBookFile = bookFileTest(options);
  const exclusions = options.scanDirectoryExclusions.map((text) => text.toLowerCase()).filter((text) => text !== '');
  const oneshots = options.oneshotsDirectory?.trim().toLowerCase() ?? '';

  /** The root has the path '' and is never asked: what it is called or where it lies hides nothing. */
  const isExcluded = (folder: string) => {
    const text = `/${folder.toLowerCase()}`;
    return exclusions.some((exclusion) => text.includes(exclusion));
  };
  const isOneshots = (folder: string) => oneshots !== '' && `/${folder.toLowerCase()}`.includes(oneshots);

  async function linked(folder: Folder, name: string): Promise<{ real: string; isFolder: boolean } | null> {
    try {
      const real = await realpath(path.join(folder.real, name));
      if (!isInside(root, real)) return null;
      const isFolder = (await stat(real)).isDirectory();
      for (let above: Folder | null = folder; isFolder && above; above = above.above) {
        if (isInside(real, above.real)) return null;
      }
      return { real, isFolder };
    } catch {
      return null;
    }
  }

  async function sort(folder: Folder, entries: Dirent[]) {
    const files: string[] = [];
    const folders: Folder[] = [];
    for (const entry of entries) {
      const link = entry.isSymbolicLink() ? await linked(folder, entry.name) : null;
      const isFolder = link ? link.isFolder : entry.isDirectory();
      if (!isFolder && (link || entry.isFile())) files.push(entry.name);
      if (!isFolder || isHidden(entry.name)) continue;
      const below = join(folder.path, entry.name);
      const links = folder.links + (link ? 1 : 0);
      if (links > linkDepth || isExcluded(below)) continue;
      folders.push({ path: below, real: link?.real ?? path.join(folder.real, entry.name), above: folder, links });
    }
    return { files, folders };
  }

  async function stats(folder: Folder, names: string[]): Promise<FoundFile[]> {
    const results = await disk.stat(names.map((name) => path.join(folder.real, name)));
    return results.flatMap((result, index) => {
      const file = join(folder.path, names[index] ?? '');
      if (!isFailure(result)) return { path: file, size: result.size, modifiedAt: timeOf(result) };
      sink.problem({ path: file, code: problemCode(result.failed) });
      return [];
    });
  }

  async function folderTime(folder: Folder): Promise<number> {
    const [result] = await disk.stat([folder.real]);
    return result === undefined || isFailure(result) ? 0 : timeOf(result);
  }

  async function visitBelow(folder: Folder): Promise<Below> {
    signal.throwIfAborted();
    const entries = await disk.list(folder.real);
    if (!isFailure(entries)) return visit(folder, entries);
    sink.problem({ path: folder.path, code: problemCode(entries.failed) });
    return nothing;
  }

  async function visitAll(folders: Folder[]): Promise<Below[]> {
    const results: Below[] = [];
    for (let at = 0; at < folders.length; at++) {
      // decided anew before each, since the first folders tell how fast the disk is
      if (disk.isSlow) return [...results, ...(await Promise.all(folders.slice(at).map(visitBelow)))];
      results.push(await visitBelow(folders[at]!));
    }
    return results;
  }

  /** What the folder itself is, after everything below it. */
  async function visit(folder: Folder, entries: Dirent[]): Promise<Below> {
    const { files, folders } = await sort(folder, entries);
    const results = await visitAll(folders);
    const bookFiles = await stats(folder, files.filter(isBookFile));
    const books: FoundBook[] = bookFiles.map((file) => ({
      ...file,
      name: stemOf(path.posix.basename(file.path)),
      artwork: [],
    }));
    const hasBookFiles = books.length > 0 || results.some((below) => below.hasBookFiles);
    const pages = options.scanImageFolders && !hasBookFiles ? files.filter(isPicture) : [];
    const loose = pages.filter((name) => !isSeriesArtwork(name)).length;
    const below = results.flatMap(({ book }) => book ?? []);
    if (loose > below.length) {
      return { book: await folderBook(folder, files.filter(belongsToFolderBook), below), hasBookFiles };
    }
    if (folder.path !== '') books.push(...below);
    else await tellOwnSeries(folders, results);
    if (books.length > 0) await tell(folder, books, files);
    return { book: null, hasBookFiles };
  }

  /** A folder of pictures directly below the root is a series of its own. */
  async function tellOwnSeries(folders: Folder[], results: Below[]): Promise<void> {
    for (const [index, { book }] of results.entries()) {
      const folder = folders[index];
      if (folder && book) await tell(folder, [book], []);
    }
  }

  /** The folder with everything below it is the book: its newest time, and all bytes together. */
  async function folderBook(folder: Folder, names: string[], below: FoundBook[]): Promise<FoundBook> {
    const parts = [...(await stats(folder, names)), ...below];
    const modifiedAt = parts.reduce((latest, part) => Math.max(latest, part.modifiedAt), await folderTime(folder));
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    return { path: folder.path, name: nameOf(folder), size, modifiedAt, artwork: [] };
  }

  const nameOf = (folder: Folder) => path.basename(folder.path === '' ? root : folder.path) || root;

  /** `files`: names of everything in the folder, to find the pictures beside the books. */
  async function tell(folder: Folder, books: FoundBook[], files: string[]): Promise<void> {
    await addArtwork(folder, books, files);
    if (isOneshots(folder.path)) {
      for (const book of books) await sink.series(oneshotOf(book));
      return;
    }
    const [artwork, [seriesJson = null], time] = await Promise.all([
      stats(folder, files.filter(isSeriesArtwork)),
      stats(folder, files.filter(isSeriesJson).slice(0, 1)),
      folderTime(folder),
    ]);
    const times = options.scanForceModifiedTime ? books.map((book) => book.modifiedAt) : [];
    const modifiedAt = times.reduce((latest, other) => Math.max(latest, other), time);
    const found = { path: folder.path, name: nameOf(folder), oneshot: false, modifiedAt, books, artwork, seriesJson };
    await sink.series(found);
  }

  async function addArtwork(folder: Folder, books: FoundBook[], files: string[]): Promise<void> {
    const candidates = files.filter((name) => isArtwork(name) && !isSeriesArtwork(name));
    if (candidates.length === 0) return;
    const byName = new Map(books.toReversed().map((book) => [book.name.toLowerCase(), book]));
    const owned = candidates.flatMap((name) => {
      const book = bookNamesOfArtwork(name).flatMap((bookName) => byName.get(bookName) ?? [])[0];
      return book ? { name, book } : [];
    });
    for (const { name, book } of owned) book.artwork.push(...(await stats(folder, [name])));
  }

  return { visit, tell };
}

function oneshotOf(book: FoundBook): FoundSeries {
  const { path: at, name, modifiedAt } = book;
  return { path: at, name, oneshot: true, modifiedAt, books: [book], artwork: [], seriesJson: null };
}
