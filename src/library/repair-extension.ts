import path from 'node:path';
import type { Knex } from 'knex';
import { fail } from '../base/errors';
import type { Container } from '../media/reader';
import { Book } from '../model/book';
import type { TaskContext, Tasks } from '../queue/tasks';
import { stemOf } from './book-files';
import { attemptChange, findChangeable, moveIntoPlace, type ChangeableBook } from './file-change';
import { extensions, isMisnamed } from './file-kinds';
import { finishMove, moveRow, noteMove, settleMoves } from './file-move';
import { volumesOnDisk } from './volumes';

/** Renames a file whose extension says something else than its content. */
export async function repairExtension(context: TaskContext, { bookId }: Tasks['repairExtension']): Promise<void> {
  const first = await findChangeable(context.db, bookId);
  if (!first) return;
  await settleMoves(context, first.library);
  const found = await findChangeable(context.db, bookId);
  // the option may have been switched off since
  if (!found?.library.repairExtensions) return;
  const container = found.media.container as Container;
  const extension = extensions[container];
  if (extension === undefined || !isMisnamed(found.book.path, container)) return;
  await attemptChange(context, 'repair', found, () => rename(context, found, extension));
}

async function rename(context: TaskContext, found: ChangeableBook, extension: string): Promise<void> {
  const { book, library, file } = found;
  // the others are found by the name of the first
  if ((await volumesOnDisk(file)).length > 0) throw fail('ERR_1004', { file });
  const name = `${stemOf(path.posix.basename(book.path))}.${extension}`;
  const toPath = path.posix.join(path.posix.dirname(book.path), name);
  const known = await Book.query(context.db).findOne({ libraryId: library.id, path: toPath });
  if (known) throw fail('ERR_1021', { toPath });
  const version = { size: book.fileSize, modifiedAt: book.fileModifiedAt.getTime() };
  const move = await noteMove(context, found, { kind: 'repair', toPath, version });
  await moveIntoPlace(file, path.join(path.dirname(file), name));
  await context.db.transaction((trx) => moveRow(trx, book.id, toPath));
  await finishMove(context, library.root, move);
}

/** Books of a library whose extension is wrong. */
export async function findMisnamed(db: Knex, libraryId: string): Promise<Tasks['repairExtension'][]> {
  const { rows } = await db.raw<{ rows: Tasks['repairExtension'][] }>(
    `select b.id as "bookId", b.library_id as "libraryId" from book b join book_media m on m.book_id = b.id
     join json_each_text(?::json) as kind (container, extension) on kind.container = m.container
     where b.library_id = ? and b.deleted_at is null and b.media_status = 'READY'
       and lower(b.path) not like '%.' || kind.extension and lower(b.path) not like '%.epub'
       and not exists (select 1 from file_change_failure f where f.book_id = b.id and f.kind = 'repair'
         and f.file_size = b.file_size and f.file_modified_at = b.file_modified_at)`,
    [JSON.stringify(extensions), libraryId],
  );
  return rows;
}
