import type { Knex } from 'knex';
import type { BackgroundTask, Queue, TaskName, Tasks } from '../queue/tasks';
import { submitEach } from './each-book';
import { isConvertible, isMisnamed } from './file-kinds';
import { lacksIsbn } from './find-barcode';
import type { StoredOutcome } from './analysis-outcome';

type OfBook = { [T in TaskName]: Tasks[T] extends { bookId: string } ? T : never }[TaskName];

/** Asks for all that follows from an analysis: hashes, changes of files, and the series when its last book was analysed. */
export async function submitFollowing(trx: Knex.Transaction, queue: Queue, stored: StoredOutcome[]): Promise<void> {
  await submitForBooks(trx, queue, stored);
  await submitRefreshes(trx, queue, stored);
}

/** The same without the series, for whoever brings them in line. */
export async function submitForBooks(trx: Knex.Transaction, queue: Queue, stored: StoredOutcome[]): Promise<void> {
  const submit = (task: OfBook, wanted: (outcome: StoredOutcome) => boolean) => {
    const payloads = stored.filter(wanted).map(({ book }) => ({ libraryId: book.libraryId, bookId: book.id }));
    return queue.submitMany(task, payloads, { trx });
  };
  const submitLater = (task: BackgroundTask, wanted: (outcome: StoredOutcome) => boolean) =>
    submitEach(queue, task, stored.filter(wanted).map(({ bookId }) => ({ bookId })), trx); // prettier-ignore
  // also of a file that cannot be read: moved or renamed, it is still the same book
  await submitLater('hashBook', ({ library, next }) => library.hashFiles && next.fileHash === '');
  await submitLater('hashBookKoreader', ({ library, next }) => library.hashKoreader && next.fileHashKoreader === '');
  await submitLater('hashBookPages', ({ library, next }) => library.hashPages && isReady(next) && isZip(next));
  await submitLater('findBarcode', ({ library, next }) => library.importBarcodeIsbn && lacksIsbn(next));
  // whether it is needed and possible is for the task to find out
  await submit('convertBook', wantsConversion);
  await submit('repairExtension', (outcome) => !wantsConversion(outcome) && wantsRepair(outcome));
}

const isReady = ({ mediaStatus }: StoredOutcome['next']) => mediaStatus === 'READY';
const isZip = ({ mediaType }: StoredOutcome['next']) => mediaType === 'application/zip';
const containerOf = ({ next, analysis }: StoredOutcome) =>
  isReady(next) && analysis.content ? analysis.content.container : null;

function wantsConversion(outcome: StoredOutcome): boolean {
  const container = containerOf(outcome);
  return outcome.library.convertToCbz && container !== null && isConvertible(container);
}

function wantsRepair(outcome: StoredOutcome): boolean {
  const container = containerOf(outcome);
  return outcome.library.repairExtensions && container !== null && isMisnamed(outcome.book.path, container);
}

/** Once a series, not once a book: a series of 1,000 chapters would be combined from 1,000 books 1,000 times. */
async function submitRefreshes(trx: Knex.Transaction, queue: Queue, stored: StoredOutcome[]): Promise<void> {
  const seriesIds = [...new Set(stored.map(({ book }) => book.seriesId))];
  const { rows } = await trx.raw<{ rows: { seriesId: string }[] }>(
    `select asked.id as "seriesId" from unnest(?::uuid[]) as asked (id) where not exists (
       select 1 from book where book.series_id = asked.id and book.deleted_at is null
         and book.media_status in ('UNKNOWN', 'OUTDATED'))`,
    [seriesIds],
  );
  if (rows.length > 1) {
    await queue.submit('refreshSeriesTogether', { seriesIds: rows.map(({ seriesId }) => seriesId) }, { trx });
    return;
  }
  await queue.submitMany('refreshSeries', rows, { trx });
}
