import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';
import { fail } from '../base/errors';
import type { Database } from '../db/database';
import { withArchiveFiles } from '../media/archive-files';
import { hashPage } from '../media/page-hash';
import { writeZip } from '../media/write-zip';
import type { StoredPage } from '../model/book-media';
import type { TaskContext, Tasks } from '../queue/tasks';
import type { Analysis } from './book-content';
import {
  analyzeNew,
  asideOf,
  attemptChange,
  findChangeable,
  requireSame,
  sweepAside,
  syncFolder,
  takeOverRights,
  versionOnDisk,
  type ChangeableBook,
  type FileDeps,
} from './file-change';
import { recordHistory } from './history';
import { storeIn } from './store-analysis';

interface HashedPage {
  number: number;
  hash: string;
  name: string;
  size: number;
  mediaType: string;
}

/**
 * Removes pages from a CBZ by their hash. The new file is written aside, read again and compared before it takes the place
 * of the old one; a book that does not look as expected in any way stays as it is.
 */
export async function removeHashedPages(
  context: TaskContext,
  { bookId, hashes, name }: Tasks['removeHashedPages'],
  deps: FileDeps,
): Promise<void> {
  const { db } = context;
  const found = await findChangeable(db, bookId);
  if (found?.media.container !== 'zip') return;
  const unwanted = await findPages(db, { bookId, hashes, name: name ?? null });
  if (unwanted.length === 0) return;
  await attemptChange(context, 'removeHashedPages', found, () => remove(context, found, unwanted, deps));
}

async function findPages(
  db: Database,
  { bookId, hashes, name }: { bookId: string; hashes: string[]; name: string | null },
): Promise<HashedPage[]> {
  const { rows } = await db.raw<{ rows: HashedPage[] }>(
    `select number, hash, name, size, media_type as "mediaType" from page_hash
     where book_id = :bookId and hash = any(:hashes) and (cast(:name as text) is null or name = :name) order by number`,
    { bookId, hashes, name },
  );
  return rows;
}

async function remove(
  context: TaskContext,
  found: ChangeableBook,
  unwanted: HashedPage[],
  deps: FileDeps,
): Promise<void> {
  const { file, library, book, media } = found;
  const numbers = new Set(unwanted.map(({ number }) => number));
  const kept = media.pages.filter((_, index) => !numbers.has(index + 1));
  if (kept.length === 0) throw fail('ERR_1006');
  const folder = path.dirname(file);
  await sweepAside(folder);
  const aside = asideOf(file);
  try {
    await writeWithout(context, found, unwanted, aside, deps);
    const analysis = await analyzeNew(context, library, aside, deps);
    checkResult(analysis, kept, media.files.length);
    await takeOverRights(file, aside);
    await requireSame(found);
    await rename(aside, file);
    await syncFolder(folder);
    const version = await versionOnDisk(file);
    if (version === null) throw fail('ERR_1018');
    await context.db.transaction(async (trx) => {
      await moveProgress(trx, book.id, [...numbers]);
      await storeIn(trx, context.queue, [{ bookId: book.id, library, analysis, version }]);
      await countAndRecord(trx, found, unwanted);
    });
  } finally {
    await rm(aside, { force: true });
  }
}

/** Each page that goes is looked at once more: what the database says of it must be true of the file. */
async function writeWithout(
  { signal }: TaskContext,
  { file, media }: ChangeableBook,
  unwanted: HashedPage[],
  aside: string,
  { limits }: FileDeps,
): Promise<void> {
  const names = new Map(unwanted.map((page) => [page.name, page]));
  const pagesOfName = media.pages.filter((page) => names.has(page.name));
  if (names.size !== unwanted.length || pagesOfName.length !== unwanted.length) throw fail('ERR_2011', { file });
  await withArchiveFiles(file, { limits, spool: path.dirname(file) }, async (files) => {
    for (const entry of files) {
      const page = names.get(entry.name);
      if (page && hashPage(await entry.read(), page.mediaType) !== page.hash) throw fail('ERR_2011', { file });
    }
    const left = files.filter(({ name }) => !names.has(name));
    if (left.length !== files.length - unwanted.length) throw fail('ERR_2011', { file });
    await writeZip(aside, left, new Date(), signal);
  });
}

/** Every page that stays is there, in its order, with its checksum, and every other file too. */
function checkResult({ state, content }: Analysis, kept: StoredPage[], others: number): void {
  const checksum = (location: object) => (location as { crc32?: number }).crc32;
  const isSame =
    state.mediaStatus === 'READY' &&
    content?.container === 'zip' &&
    content.pages.length === kept.length &&
    content.files.length === others &&
    content.pages.every((page, index) => {
      const before = kept[index];
      if (before?.name !== page.name || before.size !== page.size) return false;
      return before.mediaType === page.mediaType && checksum(before.location) === checksum(page.location);
    });
  if (!isSame) throw fail('ERR_2012');
}

/** Readers stand at the same picture as before. */
async function moveProgress(trx: Knex, bookId: string, removed: number[]): Promise<void> {
  await trx.raw(
    `update read_progress set page = greatest(1, page - (select count(*) from unnest(?::int[]) as number where number <= page))
     where book_id = ? and not completed`,
    [removed, bookId],
  );
}

async function countAndRecord(trx: Knex, { book, library }: ChangeableBook, removed: HashedPage[]): Promise<void> {
  const name = path.join(library.root, book.path);
  for (const page of removed) {
    await trx('knownPageHash').where({ hash: page.hash }).increment('deleteCount', 1);
    await recordHistory(
      trx,
      'DuplicatePageDeleted',
      { bookId: book.id, seriesId: book.seriesId },
      {
        ...{ name, 'page number': String(page.number), 'page file name': page.name, 'page file hash': page.hash },
        ...{ 'page file size': String(page.size), 'page media type': page.mediaType },
      },
    );
  }
}
