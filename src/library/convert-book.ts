import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';
import { fail } from '../base/errors';
import { withArchiveFiles } from '../media/archive-files';
import type { Container } from '../media/reader';
import { writeZip } from '../media/write-zip';
import { Book } from '../model/book';
import type { StoredPage } from '../model/book-media';
import type { TaskContext, Tasks } from '../queue/tasks';
import type { Analysis } from './book-content';
import { bookNameOf } from './book-files';
import {
  analyzeNew,
  asideOf,
  attemptChange,
  findChangeable,
  moveIntoPlace,
  requireSame,
  sweepAside,
  takeOverRights,
  versionOnDisk,
  type ChangeableBook,
  type FileDeps,
} from './file-change';
import { convertible, isConvertible } from './file-kinds';
import { finishMove, moveRow, noteMove, settleMoves } from './file-move';
import { hashBook } from './hash-book';
import { storeIn } from './store-analysis';

/** Packs the book of a RAR, 7z or TAR anew as CBZ: same book, same pages; the old file goes when the new one was read whole. */
export async function convertBook(
  context: TaskContext,
  { bookId }: Tasks['convertBook'],
  deps: FileDeps,
): Promise<void> {
  const { db } = context;
  const first = await findChangeable(db, bookId);
  if (!first) return;
  await settleMoves(context, first.library);
  const found = await findChangeable(db, bookId);
  // the option may have been switched off since
  if (!found?.library.convertToCbz || !isConvertible(found.media.container as Container)) return;
  await attemptChange(context, 'convert', found, () => convert(context, found, deps));
}

async function convert(context: TaskContext, found: ChangeableBook, deps: FileDeps): Promise<void> {
  const { book, library, media, file } = found;
  const folder = path.dirname(file);
  const toPath = path.posix.join(path.posix.dirname(book.path), `${bookNameOf(path.posix.basename(book.path))}.cbz`);
  const target = path.join(folder, path.basename(toPath));
  if (await isTaken(context.db, library.id, toPath)) throw fail('ERR_1021', { target });
  await sweepAside(folder);
  const aside = asideOf(file);
  try {
    const names = await repack(context, file, aside, deps);
    const analysis = await analyzeNew(context, library, aside, deps);
    checkResult(analysis, media.pages, names);
    await takeOverRights(file, aside);
    const version = await versionOnDisk(aside);
    if (version === null) throw fail('ERR_1018');
    await requireSame(found);
    const move = await noteMove(context, found, { kind: 'convert', toPath, version });
    await moveIntoPlace(aside, target);
    await context.db.transaction(async (trx) => {
      await moveRow(trx, book.id, toPath);
      await storeIn(trx, context.queue, [{ bookId: book.id, library, analysis, version }]);
    });
    await finishMove(context, library.root, move);
    // by its hash it is found again when somebody moves the new file: the old one is that of no file any more
    await hashBook(context, { bookId: book.id });
  } finally {
    await rm(aside, { force: true });
  }
}

/** Also a row in the trash keeps its path: the file may come back to it. */
async function isTaken(db: Knex, libraryId: string, at: string): Promise<boolean> {
  return (await Book.query(db).findOne({ libraryId, path: at })) !== undefined;
}

async function repack({ signal }: TaskContext, file: string, aside: string, { limits }: FileDeps): Promise<string[]> {
  return withArchiveFiles(file, { limits, spool: path.dirname(file) }, async (files) => {
    await writeZip(aside, files, new Date(), signal);
    return files.map(({ name }) => name);
  });
}

/** The same pages in the same order and of the same sizes, and every other file. */
function checkResult({ state, content }: Analysis, before: StoredPage[], names: string[]): void {
  const pages = content?.pages ?? [];
  const listed = new Set([...pages, ...(content?.files ?? [])].map(({ name }) => name));
  const isSame =
    state.mediaStatus === 'READY' &&
    content?.container === 'zip' &&
    pages.length === before.length &&
    pages.every(({ name, mediaType, size }, index) => {
      const old = before[index];
      return old?.name === name && old.mediaType === mediaType && old.size === size;
    });
  if (!isSame || names.some((name) => !listed.has(name))) throw fail('ERR_2012');
}

/** Books of a library that are to be converted. */
export async function findConvertible(db: Knex, libraryId: string): Promise<Tasks['convertBook'][]> {
  const { rows } = await db.raw<{ rows: Tasks['convertBook'][] }>(
    `select b.id as "bookId", b.library_id as "libraryId" from book b join book_media m on m.book_id = b.id
     where b.library_id = ? and b.deleted_at is null and b.media_status = 'READY' and m.container = any(?)
       and not exists (select 1 from file_change_failure f where f.book_id = b.id and f.kind = 'convert'
         and f.file_size = b.file_size and f.file_modified_at = b.file_modified_at)`,
    [libraryId, convertible],
  );
  return rows;
}
