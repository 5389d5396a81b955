import type { TaskContext } from '../queue/tasks';

/** Daily: what nobody can use any more (expired logins), and what nobody looks at (activity and operations of the past). */
export async function cleanUp({ db, log }: Pick<TaskContext, 'db' | 'log'>): Promise<void> {
  const remove = async (sql: string) => (await db.raw<{ rowCount: number }>(sql)).rowCount;
  const removed = {
    sessions: await remove('delete from session where expires_at < now()'),
    rememberTokens: await remove('delete from remember_token where expires_at < now()'),
    activity: await remove(`delete from authentication_activity where happened_at < now() - interval '1 month'`),
    operations: await remove(
      `delete from operation where state in ('done', 'failed') and finished_at < now() - interval '7 days'`,
    ),
    transientBooks: await remove(`delete from transient_book where used_at < now() - interval '1 hour'`),
    providerResponses: await remove(
      `delete from provider_response where fresh_until < now() and fetched_at < now() - interval '30 days'`,
    ),
  };
  log.info(removed, 'cleaned up');
}
