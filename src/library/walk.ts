import type { Dirent, Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fail, type ErrorCode } from '../base/errors';
import { isInside } from '../base/files';
import type { Library } from '../model/library';
import {
  belongsToFolderBook,
  bookFilesOf,
  bookNameOf,
  bookFileTest,
  bookNamesOfArtwork,
  isArtwork,
  isHidden,
  isPicture,
  isSeriesArtwork,
  isSeriesJson,
} from './book-files';
import { createDisk, isFailure, type Disk } from './disk';
import type { FoundBook, FoundFile, FoundSeries } from './found';
import { joinVersions, laterVolumes } from './volumes';

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

/** A place that could not be read: nothing is known about what lies at or below it. */
export interface WalkProblem {
  path: string;
  code: ErrorCode;
}

/** Told of one series at a time. */
export interface WalkSink {
  series(found: FoundSeries): Promise<void> | void;
  problem(problem: WalkProblem): void;
}

interface Walk {
  root: string;
  options: WalkOptions;
  sink: WalkSink;
  signal: AbortSignal;
  disk: Disk;
  isBookFile: (name: string) => boolean;
  isExcluded: (folder: string) => boolean;
  isOneshots: (folder: string) => boolean;
}

interface Folder {
  path: string;
  /** Where it really lies, links resolved. */
  real: string;
  /** The folder that leads here; tells a link that leads back. */
  above: Folder | null;
  links: number;
}

/** What the folder above has to know. */
interface Visited {
  folder: Folder;
  /** The folder when it is a book of pictures: it looks for a series above it. */
  book: FoundBook | null;
  hasBookFiles: boolean;
}

/** Links to folders inside links: three are plenty, and folders that link each other cannot multiply without end. */
const linkDepth = 3;

const join = (folder: string, name: string) => (folder === '' ? name : `${folder}/${name}`);
const timeOf = (stats: Stats) => Math.trunc(Math.max(stats.mtimeMs, stats.birthtimeMs));
const problemCode = (error: NodeJS.ErrnoException): ErrorCode => (error.code === 'ENOENT' ? 'ERR_1018' : 'ERR_1000');

/**
 * Walks a library's folder and tells each series as soon as its folder was read; touches no database. Rules: komga-media §4
 * and docs/decisions/0004 (folders of pictures). Throws ERR_1016 when the root cannot be read.
 */
export async function walk(
  root: string,
  options: WalkOptions,
  sink: WalkSink,
  signal: AbortSignal,
  disk = createDisk(),
): Promise<void> {
  const real = await realpath(root).catch((error: unknown) => Promise.reject(fail('ERR_1016', { root }, error)));
  const entries = await disk.list(real);
  if (isFailure(entries)) throw fail('ERR_1016', { root }, entries.failed);
  const walking = { root: real, options, sink: oneAtATime(sink), signal, disk, ...testsOf(options) };
  const visited = await visit(walking, { path: '', real, above: null, links: 0 }, entries);
  // the root itself is a folder of pictures
  if (visited.book) await tell(walking, visited.folder, [visited.book], []);
}

/** Where the walk of one folder of a library has to begin: what a folder of pictures is depends on the folder above it. */
export async function findStart(
  root: string,
  folder: string,
  options: WalkOptions,
  disk = createDisk(),
): Promise<string> {
  const real = await realpath(root).catch(() => root);
  return startOf({ root: real, options, disk, isBookFile: bookFileTest(options) }, folder);
}

/** Walks one folder of a library, as `walk` would find it; tells where it began. A folder that is gone is an empty one. */
export async function walkFolder(
  root: string,
  folder: string,
  options: WalkOptions,
  sink: WalkSink,
  signal: AbortSignal,
  disk = createDisk(),
): Promise<string> {
  const real = await realpath(root).catch((error: unknown) => Promise.reject(fail('ERR_1016', { root }, error)));
  const walking = { root: real, options, sink: oneAtATime(sink), signal, disk, ...testsOf(options) };
  const start = await startOf(walking, folder);
  if (start === '') {
    await walk(root, options, sink, signal, disk);
    return start;
  }
  const segments = start.split('/');
  const isHiddenPath = segments.some((segment) => isHidden(segment)) || walking.isExcluded(start);
  const place = await realpath(path.join(real, start)).catch(() => null);
  if (isHiddenPath || place === null || !isInside(real, place)) return start;
  const entries = await disk.list(place);
  if (isFailure(entries)) {
    const isGone = problemCode(entries.failed) === 'ERR_1018';
    if (!isGone) sink.problem({ path: start, code: problemCode(entries.failed) });
    return start;
  }
  const visited = await visit(walking, { path: start, real: place, above: null, links: 0 }, entries);
  if (visited.book) await tell(walking, visited.folder, [visited.book], []);
  return start;
}

/**
 * A folder with a book file is what it is whatever lies above it. Another one may be a page of a book of pictures, or hold
 * some: then all of the folder below the root is looked through, or the root if pictures lie in it.
 */
async function startOf(
  { root, disk, options, isBookFile }: Pick<Walk, 'root' | 'disk' | 'options' | 'isBookFile'>,
  folder: string,
): Promise<string> {
  const filesOf = async (at: string): Promise<string[]> => {
    const entries = await disk.list(path.join(root, at));
    return isFailure(entries) ? [] : entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  };
  if (!options.scanImageFolders || (await filesOf(folder)).some(isBookFile)) return folder;
  if ((await filesOf('')).some(isPicture)) return '';
  return folder.split('/')[0] ?? '';
}

/** On a slow disk several folders are under way at once; whoever listens need not care. */
function oneAtATime(sink: WalkSink): WalkSink {
  let turn: Promise<void> = Promise.resolve();
  return {
    series: (found) => (turn = turn.then(() => sink.series(found))),
    problem: (problem) => sink.problem(problem),
  };
}

/** Paths are tested below the root only: what the root is called, or where it lies, hides nothing. */
function testsOf(options: WalkOptions): Pick<Walk, 'isBookFile' | 'isExcluded' | 'isOneshots'> {
  const exclusions = options.scanDirectoryExclusions.map((text) => text.toLowerCase()).filter((text) => text !== '');
  const oneshots = options.oneshotsDirectory?.trim().toLowerCase() ?? '';
  const contains = (folder: string, text: string) => `/${folder.toLowerCase()}`.includes(text);
  return {
    isBookFile: bookFileTest(options),
    isExcluded: (folder) => exclusions.some((exclusion) => contains(folder, exclusion)),
    isOneshots: (folder) => oneshots !== '' && contains(folder, oneshots),
  };
}

/** Where a link leads, or null when that is outside of the root, nowhere, or back to a folder above. */
async function follow(
  { root }: Walk,
  folder: Folder,
  name: string,
): Promise<{ real: string; isFolder: boolean } | null> {
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

async function sort(walking: Walk, folder: Folder, entries: Dirent[]) {
  const files: string[] = [];
  const folders: Folder[] = [];
  for (const entry of entries) {
    const link = entry.isSymbolicLink() ? await follow(walking, folder, entry.name) : null;
    const isFolder = link ? link.isFolder : entry.isDirectory();
    if (!isFolder && (link || entry.isFile())) files.push(entry.name);
    if (!isFolder || isHidden(entry.name)) continue;
    const below = join(folder.path, entry.name);
    const links = folder.links + (link ? 1 : 0);
    if (links > linkDepth || walking.isExcluded(below)) continue;
    folders.push({ path: below, real: link?.real ?? path.join(folder.real, entry.name), above: folder, links });
  }
  return { files, folders };
}

async function measure({ disk, sink }: Walk, folder: Folder, names: string[]): Promise<FoundFile[]> {
  if (names.length === 0) return [];
  const results = await disk.stat(names.map((name) => `${folder.real}/${name}`));
  const found: FoundFile[] = [];
  for (const [index, result] of results.entries()) {
    const file = join(folder.path, names[index] ?? '');
    if (isFailure(result)) sink.problem({ path: file, code: problemCode(result.failed) });
    else found.push({ path: file, size: result.size, modifiedAt: timeOf(result) });
  }
  return found;
}

const isRar = (name: string) => /\.(?:rar|cbr)$/iu.test(name);

/** An archive in volumes is its first one, with what the others add to it. */
async function withVolumes(walking: Walk, folder: Folder, books: FoundFile[], files: string[]): Promise<FoundFile[]> {
  if (!files.some(isRar)) return books;
  const beside = new Set(files);
  return Promise.all(
    books.map(async (book) => {
      const later = laterVolumes(path.posix.basename(book.path), beside);
      if (later.length === 0) return book;
      return { ...book, ...joinVersions([book, ...(await measure(walking, folder, later))]) };
    }),
  );
}

async function folderTime({ disk }: Walk, folder: Folder): Promise<number> {
  const [result] = await disk.stat([folder.real]);
  return result === undefined || isFailure(result) ? 0 : timeOf(result);
}

async function visitBelow(walking: Walk, folder: Folder): Promise<Visited> {
  walking.signal.throwIfAborted();
  const entries = await walking.disk.list(folder.real);
  if (!isFailure(entries)) return visit(walking, folder, entries);
  walking.sink.problem({ path: folder.path, code: problemCode(entries.failed) });
  return { folder, book: null, hasBookFiles: false };
}

async function visitAll(walking: Walk, folders: Folder[]): Promise<Visited[]> {
  const results: Visited[] = [];
  for (const [at, folder] of folders.entries()) {
    // decided anew before each, since the first folders tell how fast the disk is
    if (walking.disk.isSlow) {
      const rest = folders.slice(at).map((one) => visitBelow(walking, one));
      return [...results, ...(await Promise.all(rest))];
    }
    results.push(await visitBelow(walking, folder));
  }
  return results;
}

/** What the folder itself is, after everything below it. */
async function visit(walking: Walk, folder: Folder, entries: Dirent[]): Promise<Visited> {
  const { files, folders } = await sort(walking, folder, entries);
  const below = await visitAll(walking, folders);
  const bookFiles = await measure(walking, folder, bookFilesOf(files, walking.isBookFile));
  const whole = await withVolumes(walking, folder, bookFiles, files);
  const books: FoundBook[] = whole.map((file) => {
    const name = bookNameOf(file.path.slice(file.path.lastIndexOf('/') + 1));
    return { path: file.path, size: file.size, modifiedAt: file.modifiedAt, name, artwork: [] };
  });
  // mostly there are none, and then nothing has to be looked for among them
  const others = files.filter((name) => !walking.isBookFile(name));
  const hasBookFiles = books.length > 0 || below.some((visited) => visited.hasBookFiles);
  const pictureBooks = below.flatMap(({ book }) => book ?? []);
  const pages = walking.options.scanImageFolders && !hasBookFiles ? others.filter(isPicture) : [];
  if (pages.filter((name) => !isSeriesArtwork(name)).length > pictureBooks.length) {
    return { folder, book: await folderBook(walking, folder, files, pictureBooks), hasBookFiles };
  }
  if (folder.path !== '') books.push(...pictureBooks);
  else await tellOwnSeries(walking, below);
  if (books.length > 0) await tell(walking, folder, books, others);
  return { folder, book: null, hasBookFiles };
}

/** A folder of pictures directly below the root is a series of its own. */
async function tellOwnSeries(walking: Walk, below: Visited[]): Promise<void> {
  for (const { folder, book } of below) {
    if (book) await tell(walking, folder, [book], []);
  }
}

/** The folder with everything below it is the book: its newest time, and all bytes together. */
async function folderBook(walking: Walk, folder: Folder, files: string[], below: FoundBook[]): Promise<FoundBook> {
  const parts = [...(await measure(walking, folder, files.filter(belongsToFolderBook))), ...below];
  const time = await folderTime(walking, folder);
  const modifiedAt = parts.reduce((latest, part) => Math.max(latest, part.modifiedAt), time);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return { path: folder.path, name: nameOf(walking, folder), size, modifiedAt, artwork: [] };
}

const nameOf = ({ root }: Walk, folder: Folder) => path.basename(folder.path === '' ? root : folder.path) || root;

/** `files`: names of what lies in the folder beside the books. */
async function tell(walking: Walk, folder: Folder, books: FoundBook[], files: string[]): Promise<void> {
  const { sink, options } = walking;
  await addArtwork(walking, folder, books, files);
  if (walking.isOneshots(folder.path)) {
    for (const book of books) await sink.series(oneshotOf(book));
    return;
  }
  const artwork = await measure(walking, folder, files.filter(isSeriesArtwork));
  const [seriesJson = null] = await measure(walking, folder, files.filter(isSeriesJson).slice(0, 1));
  const times = options.scanForceModifiedTime ? books.map((book) => book.modifiedAt) : [];
  const modifiedAt = times.reduce((latest, time) => Math.max(latest, time), await folderTime(walking, folder));
  const name = nameOf(walking, folder);
  await sink.series({ path: folder.path, name, oneshot: false, modifiedAt, books, artwork, seriesJson });
}

async function addArtwork(walking: Walk, folder: Folder, books: FoundBook[], files: string[]): Promise<void> {
  const candidates = files.filter((name) => isArtwork(name) && !isSeriesArtwork(name));
  if (candidates.length === 0) return;
  // of books with one name the first counts
  const byName = new Map(books.toReversed().map((book) => [book.name.toLowerCase(), book]));
  for (const name of candidates) {
    const [book] = bookNamesOfArtwork(name).flatMap((bookName) => byName.get(bookName) ?? []);
    if (book) book.artwork.push(...(await measure(walking, folder, [name])));
  }
}

function oneshotOf(book: FoundBook): FoundSeries {
  const { path: at, name, modifiedAt } = book;
  return { path: at, name, oneshot: true, modifiedAt, books: [book], artwork: [], seriesJson: null };
}
