import type { Knex } from 'knex';
import type { Library } from '../model/library';
import { queueOperation } from '../queue/operations';
import type { Priority, Queue } from '../queue/tasks';

/** Asks for a scan that a person waits for: task and the operation that shows it, in one transaction. */
export async function submitScan(
  trx: Knex.Transaction,
  queue: Queue,
  { id, name }: Pick<Library, 'id' | 'name'>,
  { deep = false, priority = 6 }: { deep?: boolean; priority?: Priority } = {},
): Promise<void> {
  await queueOperation(trx, { kind: 'scanLibrary', subjectId: id, subjectName: name });
  await queue.submit('scanLibrary', { libraryId: id, deep }, { trx, priority });
}
