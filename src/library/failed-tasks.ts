import type { Database } from '../db/database';
import { failedTasks, type FailedTask } from '../queue/queue';

/** What a task is about, by a name that a person knows. */
export interface TaskSubject {
  kind: 'book' | 'series' | 'library';
  id: string;
  name: string;
}

export interface NamedTask extends FailedTask {
  /** Null for work on many things at once, and for what is gone. */
  subject: TaskSubject | null;
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/u;

/** Work that was given up and waits for an administrator, newest first, with what it is about. */
export async function namedFailedTasks(db: Database, limit: number): Promise<NamedTask[]> {
  const tasks = await failedTasks(db, limit);
  const ids = tasks.flatMap(({ key }) => uuid.exec(key)?.[0] ?? []);
  const { rows } = await db.raw<{ rows: TaskSubject[] }>(
    `select 'book' as kind, id, title as name from book where id = any(cast(:ids as uuid[]))
     union all select 'series', id, title from series where id = any(cast(:ids as uuid[]))
     union all select 'library', id, name from library where id = any(cast(:ids as uuid[]))`,
    { ids },
  );
  const subjects = new Map(rows.map((subject) => [subject.id, subject]));
  return tasks.map((task) => ({ ...task, subject: subjects.get(uuid.exec(task.key)?.[0] ?? '') ?? null }));
}
