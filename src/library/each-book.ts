import type { Knex } from 'knex';
import type { BackgroundTask, Handlers, Priority, Queue, TaskContext, Tasks } from '../queue/tasks';

/** Books of one task: few enough that what a stop cuts off is soon done again. */
const together = 50;

/** After this time the rest is queued anew: somebody may be waiting behind it for a scan or an import. */
const turnMilliseconds = 500;

/** By its hash a moved book is found again, so hashes go before guesses. */
const priorityOf = (task: BackgroundTask): Priority => (task === 'findBarcode' ? 0 : 1);

/** Asks for a task of each book; those of many books together. */
export async function submitEach(
  queue: Queue,
  task: BackgroundTask,
  books: { bookId: string }[],
  trx: Knex.Transaction,
): Promise<void> {
  if (books.length <= 1) return queue.submitMany(task, books, { trx });
  const chunks = Array.from({ length: Math.ceil(books.length / together) }, (_, index) => {
    const some = books.slice(index * together, (index + 1) * together);
    return { task, bookIds: some.map(({ bookId }) => bookId) };
  });
  await queue.submitMany('eachBook', chunks, { trx, priority: priorityOf(task) });
}

/**
 * Does it to one book after the other. A book that fails becomes a task of its own, and so does each of them after a try that ended
 * without a word, perhaps with its process: the one that is to blame is found that way.
 */
export async function eachBook(
  context: TaskContext,
  { task, bookIds }: Tasks['eachBook'],
  handlers: Pick<Handlers, BackgroundTask>,
): Promise<void> {
  const alone = (ids: string[]) =>
    context.queue.submitMany(
      task,
      ids.map((bookId) => ({ bookId })),
    );
  if (context.attempt > 1) return alone(bookIds);
  const failed: string[] = [];
  const begin = performance.now();
  for (const [done, bookId] of bookIds.entries()) {
    context.signal.throwIfAborted();
    if (performance.now() - begin > turnMilliseconds) {
      const rest = { task, bookIds: bookIds.slice(done) };
      await context.queue.submit('eachBook', rest, { priority: priorityOf(task) });
      break;
    }
    await handlers[task](context, { bookId }).catch((error: unknown) => {
      if (context.signal.aborted) throw error;
      context.log.warn({ bookId, of: task, err: error }, 'the task of a book failed, it will be tried alone');
      failed.push(bookId);
    });
  }
  await alone(failed);
}
