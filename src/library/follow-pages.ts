import type { Database } from '../db/database';
import { UserClientSetting } from '../model/client-setting';
import { ReadProgress } from '../model/reading';
import { emit } from '../queue/events';
import type { Viewer } from '../search/viewer';
import { lockUser, recount } from './progress';

/**
 * A setting of the user, kept where front-ends keep theirs (`PATCH /api/v1/client-settings/user`): `true` lets the pages that a
 * reading app streams move the progress on. Nothing else does: apps fetch ahead, and KOReader loads the first page before it
 * jumps to the remembered one (opds.md §3.7).
 */
export const followPagesSetting = 'opds.follow-pages';

export async function followsPages(db: Database, { userId }: Viewer): Promise<boolean> {
  const setting = await UserClientSetting.query(db).findById([userId, followPagesSetting]).select('value');
  return setting?.value === 'true';
}

/**
 * The reader has come to this page (from 1) of a book they may see. Progress only ever moves on: an earlier page that is looked
 * up again, or a finished book that is opened, takes nothing back.
 */
export async function moveOn(db: Database, { userId }: Viewer, bookId: string, page: number): Promise<void> {
  const stored = await ReadProgress.query(db).findById([userId, bookId]).select('page', 'completed');
  // most requests are for a page that was there before: these need no lock
  if (stored && (stored.completed || stored.page >= page)) return;
  await db.transaction(async (trx) => {
    await lockUser(trx, userId);
    const { rows } = await trx.raw<{ rows: { seriesId: string }[] }>(
      `insert into read_progress (user_id, book_id, page, completed, read_at, created_at, modified_at)
       select :userId::uuid, b.id, least(:page::int, b.page_count), :page::int >= b.page_count, :now::timestamptz,
         :now::timestamptz, :now::timestamptz from book b where b.id = :bookId
       on conflict (user_id, book_id) do update set page = excluded.page, completed = excluded.completed,
         read_at = excluded.read_at, modified_at = excluded.modified_at, device_id = '', device_name = '', locator = null
         where not read_progress.completed and read_progress.page < excluded.page
       returning (select series_id from book where id = book_id) as "seriesId"`,
      { userId, bookId, page, now: new Date() },
    );
    const [moved] = rows;
    if (!moved) return;
    await recount(trx, userId, [moved.seriesId]);
    await emit(trx, { type: 'ReadProgressChanged', bookId, userId });
  });
}
