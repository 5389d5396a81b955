import type { Knex } from 'knex';
import type { Database } from '../../db/database';

/** A whole library is matched or refreshed because a person wants it. */
export const libraryOperation = 'matchLibrary';

/**
 * Brings operations in line with what is left of their requests. It is counted, never added up: whatever was killed, the
 * numbers are right. With an id only that one.
 */
export async function reportOperations(db: Database | Knex.Transaction, id: string | null = null): Promise<void> {
  await db.raw(
    `with open as (
       select o.id, (select count(*)::int from match_request r where r.operation_id = o.id) as waiting
       from operation o where o.kind = :kind and o.state in ('queued', 'running')
         and (cast(:id as uuid) is null or o.id = cast(:id as uuid))
     )
     update operation o set
       state = case when waiting = 0 then 'done' when waiting < o.total then 'running' else o.state end,
       done = greatest(o.total - waiting, 0),
       started_at = case when waiting < o.total then coalesce(o.started_at, now()) else o.started_at end,
       finished_at = case when waiting = 0 then now() end,
       updated_at = now()
     from open where open.id = o.id and o.total is not null and (waiting = 0 or o.done is distinct from o.total - waiting)`,
    { kind: libraryOperation, id },
  );
}
