import type { Knex } from 'knex';
import { Book } from '../model/book';
import type { Library } from '../model/library';
import type { Queue } from '../queue/tasks';
import { submitEach } from './each-book';
import { findUnhashedPages } from './hash-pages';

/** Of books that were analysed before an option was switched on, or whose task was lost. */
export async function submitHashes(
  queue: Queue,
  { id, hashFiles, hashKoreader, hashPages }: Library,
  trx: Knex.Transaction,
): Promise<void> {
  if (hashFiles) await submitEach(queue, 'hashBook', await findUnhashed(trx, id, 'fileHash'), trx);
  if (hashKoreader) await submitEach(queue, 'hashBookKoreader', await findUnhashed(trx, id, 'fileHashKoreader'), trx);
  if (hashPages) await submitEach(queue, 'hashBookPages', await findUnhashedPages(trx, id), trx);
}

async function findUnhashed(
  db: Knex,
  libraryId: string,
  column: 'fileHash' | 'fileHashKoreader',
): Promise<{ bookId: string }[]> {
  const rows = await Book.query(db)
    .select('id')
    .where({ libraryId, deletedAt: null, [column]: '' })
    // what was not analysed yet is hashed afterwards
    .whereNotIn('mediaStatus', ['UNKNOWN', 'OUTDATED']);
  return rows.map(({ id }) => ({ bookId: id }));
}
