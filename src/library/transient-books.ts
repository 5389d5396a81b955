import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { badRequest, isCoded, notFound } from '../base/errors';
import { isInside } from '../base/files';
import { newId } from '../base/public-id';
import { fold } from '../base/text';
import type { Database } from '../db/database';
import type { MediaLimits } from '../media/limits';
import type { Container } from '../media/reader';
import { bookPatchFromComicInfo } from '../metadata/book-patch';
import { seriesPatchFromComicInfo } from '../metadata/series-patch';
import type { StoredFile, StoredPage } from '../model/book-media';
import { Library } from '../model/library';
import type { Queue, TaskContext, Tasks } from '../queue/tasks';
import { findSeriesByTitle } from '../search/find-by-title';
import { analyzeFile, type Described, type MediaState } from './book-content';
import type { FoundPage } from './found-page';
import type { BookPages } from './pages';
import { requireAllowed } from './places';
import { insertRows, toJson } from './rows';
import type { FoundBook } from './found';
import { walk } from './walk';

export interface TransientAnalysis extends Pick<MediaState, 'mediaStatus' | 'mediaType' | 'mediaComment'> {
  container: Container | null;
  pages: StoredPage[];
  files: StoredFile[];
  /** What it would be if it were imported. */
  number: number | null;
  seriesId: string | null;
}

/** A file outside of the libraries that somebody may import. */
export interface TransientBook {
  id: string;
  path: string;
  name: string;
  fileSize: number;
  fileModifiedAt: Date;
  analysis: TransientAnalysis | null;
}

interface Deps {
  db: Database;
  queue: Queue;
}

const walkOptions = {
  ...{ scanCbx: true, scanPdf: true, scanEpub: true, scanImageFolders: false, scanForceModifiedTime: false },
  ...{ scanDirectoryExclusions: [], oneshotsDirectory: null },
};
/** Nobody picks from more than this; a whole disk is not to be looked through at somebody's request. */
const maxBooks = 5_000;
const columns = {
  ...{ id: 'uuid', path: 'text', name: 'text', file_size: 'bigint', file_modified_at: 'timestamptz' },
  used_at: 'timestamptz',
};

/** The books below a folder outside of the libraries, by path. Throws ERR_1016 and ERR_1017. */
export async function listTransientBooks(db: Database, folder: string): Promise<TransientBook[]> {
  const root = await requireAllowed(db, folder).catch(() => {
    throw badRequest('ERR_1016');
  });
  const libraries = await Library.query(db).select('root');
  if (libraries.some((library) => isInside(library.root, root))) throw badRequest('ERR_1017');
  const found = (await findFiles(root)).filter(({ path: file }) => !libraries.some((one) => isInside(one.root, file)));
  const at = new Date();
  const rows = found.map((file) => ({
    ...{
      id: newId(),
      path: file.path,
      name: file.name,
      fileSize: file.size,
      fileModifiedAt: new Date(file.modifiedAt),
    },
  }));
  await insertRows(
    db,
    'transient_book',
    columns,
    rows.map((row) => ({
      ...{ id: row.id, path: row.path, name: row.name, file_size: row.fileSize },
      ...{ file_modified_at: row.fileModifiedAt.toISOString(), used_at: at.toISOString() },
    })),
  );
  return rows.map((row) => ({ ...row, analysis: null }));
}

async function findFiles(root: string): Promise<FoundBook[]> {
  const stop = new AbortController();
  const found: FoundBook[] = [];
  const sink = {
    series: ({ books }: { books: FoundBook[] }) => {
      found.push(...books.map((book) => ({ ...book, path: path.join(root, book.path) })));
      if (found.length > maxBooks) stop.abort();
    },
    problem: () => undefined,
  };
  try {
    await walk(root, walkOptions, sink, stop.signal);
  } catch (error) {
    if (isCoded(error)) throw badRequest(error.code);
    if (!stop.signal.aborted) throw error;
  }
  return found.slice(0, maxBooks).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Throws 404 for an unknown or forgotten one. */
async function getTransient(db: Database, id: string): Promise<TransientBook> {
  const [row] = await db<TransientBook & { usedAt: Date }>('transientBook')
    .where({ id })
    .update({ usedAt: new Date() })
    .returning(['id', 'path', 'name', 'fileSize', 'fileModifiedAt', 'analysis']);
  if (row === undefined) throw notFound();
  return row;
}

/** How long somebody waits for a book to be opened; a huge or slow one is there when it is asked for again. */
const patience = 30_000;
const between = 50;

/** Has the book opened by a worker: the process that answers requests never unpacks one. Throws 404. */
export async function analyzeTransientBook({ db, queue }: Deps, id: string): Promise<TransientBook> {
  const book = await getTransient(db, id);
  if (book.analysis !== null) return book;
  await queue.submit('analyzeTransientBook', { transientId: id });
  for (const end = Date.now() + patience; Date.now() < end; await pause(between)) {
    const now = await getTransient(db, id);
    if (now.analysis !== null) return now;
  }
  return book;
}

/** The task behind it. */
export async function openTransientBook(
  { db, signal }: TaskContext,
  { transientId }: Tasks['analyzeTransientBook'],
  { limits }: { limits: MediaLimits },
): Promise<void> {
  const book = await getTransient(db, transientId).catch(() => null);
  if (book === null) return;
  const { state, content, ...described } = await analyzeFile(book.path, {
    limits,
    dimensions: true,
    posterEdge: null,
    signal,
  });
  const { mediaStatus, mediaType, mediaComment } = state;
  const analysis = {
    ...{ mediaStatus, mediaType, mediaComment, container: content?.container ?? null },
    ...{ pages: content?.pages ?? [], files: content?.files ?? [] },
    ...(await guess(db, described)),
  };
  await db('transientBook')
    .where({ id: transientId })
    .update({ analysis: toJson(analysis) });
}

async function guess(
  db: Database,
  { comicInfo, opf }: Described,
): Promise<Pick<TransientAnalysis, 'number' | 'seriesId'>> {
  const titles = [
    comicInfo && seriesPatchFromComicInfo(comicInfo, { appendVolume: true }).title,
    comicInfo && seriesPatchFromComicInfo(comicInfo, { appendVolume: false }).title,
    opf?.series.title,
  ].flatMap((title) => (title ? fold(title) : []));
  const number = comicInfo ? (bookPatchFromComicInfo(comicInfo).numberSort ?? null) : null;
  return { number, seriesId: titles.length === 0 ? null : await findSeriesByTitle(db, titles) };
}

/** A page, as it lies in the file, from 1. Throws 404, and 400 for a number that does not exist. */
export async function transientPage(
  { db, pages }: { db: Database; pages: BookPages },
  id: string,
  number: number,
): Promise<FoundPage> {
  const book = await getTransient(db, id);
  const container = book.analysis?.container;
  if (!book.analysis || !container || book.analysis.mediaStatus !== 'READY') throw notFound();
  const page = book.analysis.pages[number - 1];
  if (page === undefined) throw badRequest('Page number does not exist');
  const { path: file, name, fileModifiedAt: modifiedAt } = book;
  return pages.ofFile({ path: file, container, name, id, modifiedAt }, page, number);
}
