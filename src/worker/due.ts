import type { Database } from '../db/database';
import type { Library, scanIntervals } from '../model/library';
import type { Queue } from '../queue/tasks';

const hours: Record<Exclude<(typeof scanIntervals)[number], 'DISABLED'>, number> = {
  HOURLY: 1,
  EVERY_6H: 6,
  EVERY_12H: 12,
  DAILY: 24,
  WEEKLY: 168,
};

/**
 * Submits the scans whose interval has passed since the last one, also one that failed (its operation says when), and
 * tells how many. A library whose scan waits or runs is left alone: asked for again while it runs, it would be scanned
 * twice in a row.
 */
export async function submitDueScans(db: Database, queue: Queue): Promise<number> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select library.id from library
     join json_each_text(?::json) as scan_interval (name, hours) on scan_interval.name = library.scan_interval
     where coalesce(greatest(library.last_scan_at, (
         select max(operation.created_at) from operation
         where operation.kind = 'scanLibrary' and operation.subject_id = library.id
       )), '-infinity') <= now() - scan_interval.hours::int * interval '1 hour'
       and not exists (
         select 1 from graphile_worker.jobs as task
         where task.task_identifier = 'scanLibrary' and task.key like 'scanLibrary:' || library.id || ':%'
           and (task.locked_at is not null or task.attempts < task.max_attempts))`,
    [JSON.stringify(hours)],
  );
  await submitScans(
    queue,
    rows.map(({ id }) => id),
  );
  return rows.length;
}

/** Submits the scans that libraries want when the server starts. */
export async function submitStartupScans(db: Database, queue: Queue): Promise<void> {
  const ids = await db<Library>('library').where({ scanOnStartup: true }).pluck('id');
  await submitScans(queue, ids);
}

const submitScans = (queue: Queue, ids: string[]): Promise<void> =>
  queue.submitMany(
    'scanLibrary',
    ids.map((libraryId) => ({ libraryId, deep: false })),
  );
