import type { Knex } from 'knex';
import { newId } from '../base/public-id';
import type { Database } from '../db/database';
import type { Library } from '../model/library';

/** The analysis of a library is many tasks; whoever watches wants to see it as one piece of work. */
export const analysisKind = 'analyzeLibrary';

const maxProblems = 300;

/** Books that are still to be opened. With a condition on the index of what is not READY. */
const waiting = `select 1 from book where library_id = :libraryId and media_status in ('UNKNOWN', 'OUTDATED')
  and deleted_at is null`;

type Values = Record<string, string | number | Date>;

export interface Analyzed {
  library: Pick<Library, 'id' | 'name'>;
  /** Books that were looked at since the last note. */
  done: number;
  problems: { name: string; code: string }[];
  /** When the work on them began. */
  since: Date;
  /** The book that this task is about, where it is about one: its task is still in the queue. */
  bookId?: string;
}

/**
 * Adds what one task has done to the operation of its library, opens it at the first and closes it at the last of them. A
 * row that many threads write to, so on its own and short; what is left is counted once a second at most.
 */
export async function noteAnalyzed(
  db: Database,
  { library, done, problems, since, bookId = '' }: Analyzed,
): Promise<void> {
  const values = {
    ...{ id: newId(), kind: analysisKind, libraryId: library.id, name: library.name, done, since },
    self: bookId,
    problems: JSON.stringify(problems.slice(0, maxProblems)),
  };
  if (!(await addTo(db, values))) {
    // a single new file, read already: nobody wants to read of it
    if (problems.length === 0 && !(await isWaiting(db, library.id))) return;
    await db.raw(
      `insert into operation (id, kind, subject_id, subject_name, state, created_at, started_at, updated_at)
       values (:id, :kind, :libraryId, :name, 'running', :since, :since, :since)
       on conflict (kind, subject_id) where state in ('queued', 'running') do nothing`,
      values,
    );
    await addTo(db, values);
  }
  await closeIfDone(db, values);
}

async function isWaiting(db: Database, libraryId: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(`${waiting} limit 1`, { libraryId });
  return rows.length > 0;
}

async function addTo(db: Database, values: Values): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `update operation set state = 'running', started_at = coalesce(started_at, :since), updated_at = now(),
       done = done + :done,
       total = case when total is null or updated_at < now() - interval '1 second'
         then greatest(total, done + :done + (select count(*) from (${waiting}) as left_over)) else total end,
       problems = case when jsonb_array_length(problems) >= ${maxProblems} then problems
         else problems || cast(:problems as jsonb) end
     where kind = :kind and subject_id = :libraryId and state in ('queued', 'running') returning 1`,
    values,
  );
  return rows.length > 0;
}

/** Nothing waits to be opened, and nobody asked for one of its books once more. */
async function closeIfDone(db: Database, values: Values): Promise<void> {
  await db.raw(
    `update operation set state = 'done', total = done, finished_at = now(), updated_at = now()
     where kind = :kind and subject_id = :libraryId and state = 'running' and not exists (${waiting})
       and (done >= total or not exists (
         select 1 from graphile_worker.jobs as task
         join book on book.library_id = :libraryId and book.id = cast(
           case when task.task_identifier = 'analyzeBook' then split_part(task.key, ':', 2) end as uuid)
         where task.task_identifier = 'analyzeBook' and task.key <> 'analyzeBook:' || cast(:self as text)
           and (task.locked_at is not null or task.attempts < task.max_attempts)))`,
    values,
  );
}

/** Somebody asked for all books of a library to be analysed again. Goes with the transaction of the tasks. */
export async function queueAnalysis(trx: Knex.Transaction, { id, name }: Pick<Library, 'id' | 'name'>, total: number) {
  const now = new Date();
  await trx.raw(
    `insert into operation (id, kind, subject_id, subject_name, state, total, created_at, updated_at)
     values (:id, :kind, :libraryId, :name, 'queued', :total, :now, :now)
     on conflict (kind, subject_id) where state in ('queued', 'running') do update set
       total = operation.done + excluded.total, updated_at = excluded.updated_at`,
    { id: newId(), kind: analysisKind, libraryId: id, name, total, now },
  );
}

/** Books whose files are gone are never noted, and a killed process notes nothing: with no task left, nothing goes on. */
export async function closeForgottenAnalyses(db: Database): Promise<void> {
  await db.raw(
    `update operation set state = 'done', finished_at = now(), updated_at = now()
     where kind = ? and state in ('queued', 'running') and updated_at < now() - interval '1 minute' and not exists (
       select 1 from graphile_worker.jobs as task where task.task_identifier in ('analyzeBook', 'analyzeBooks')
         and (task.locked_at is not null or task.attempts < task.max_attempts))`,
    [analysisKind],
  );
}
