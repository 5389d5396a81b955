import type { Knex } from 'knex';
import type { Library } from '../model/library';
import type { Queue } from '../queue/tasks';

/** Posters of one task. */
const together = 50;

/** Books that came since the last scan that ended, also when it was another process that read them; or these books. */
async function findBare(trx: Knex, subject: Pick<Library, 'id' | 'lastScanAt'> | { bookIds: string[] }) {
  const [where, values] =
    'bookIds' in subject
      ? ['b.id = any(?)', [subject.bookIds]]
      : ['b.library_id = ? and b.created_at > ?', [subject.id, subject.lastScanAt ?? new Date(0)]];
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `select b.id from book b where ${where} and b.media_status = 'READY' and b.deleted_at is null
       and not exists (select 1 from poster p where p.book_id = b.id and p.type = 'GENERATED')
     order by b.created_at, b.id`,
    values,
  );
  return rows.map(({ id }) => id);
}

/**
 * Asks for the posters of books that a scan has read. At its end: decoding pictures takes ten times as long as all the rest, and
 * whoever looks at a book before gets its poster at once.
 */
export async function submitPosters(
  trx: Knex.Transaction,
  queue: Queue,
  subject: Pick<Library, 'id' | 'lastScanAt'> | { bookIds: string[] },
): Promise<void> {
  if ('bookIds' in subject && subject.bookIds.length === 0) return;
  const ids = await findBare(trx, subject);
  const chunks = Array.from({ length: Math.ceil(ids.length / together) }, (_, index) => ({
    bookIds: ids.slice(index * together, (index + 1) * together),
  }));
  await queue.submitMany('generatePosters', chunks, { trx });
}
