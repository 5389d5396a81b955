import type { Knex } from 'knex';
import { currentContext } from '../base/context';
import { newId } from '../base/public-id';
import type { Database } from '../db/database';

/** What a person waits for. For a task `kind` is its name and the key of the task begins `<kind>:<subjectId>`. */
export interface OperationSubject {
  kind: string;
  subjectId: string;
  subjectName?: string;
}

/** Numbers of the whole, not differences: a task that begins again just tells them again. */
export interface Progress {
  done?: number;
  total?: number | null;
  message?: string | null;
}

export interface OperationRow {
  id: string;
  kind: string;
  subjectId: string | null;
  subjectName: string | null;
  /** `waiting`: a person has to decide. */
  state: 'queued' | 'running' | 'waiting' | 'done' | 'failed';
  done: number;
  total: number | null;
  message: string | null;
  problems: { name: string; code: string }[];
  correlationId: string | null;
  createdAt: Date;
  startedAt: Date | null;
  updatedAt: Date;
  finishedAt: Date | null;
}

/** The open row of one operation, for the task that does the work. */
export interface OngoingOperation {
  id: string;
  /** Kept at once, written at most three times a second. */
  reportProgress(progress: Progress): Promise<void>;
  /** Something that failed on the way while the rest goes on; the first 300 are kept. */
  addProblem(name: string, code: string): void;
  finish(state: 'done' | 'failed' | 'waiting', message?: string): Promise<void>;
}

const writeEvery = 333;
const maxProblems = 300;

/** Notes that somebody asked for work. While such an operation is open it stays one. Goes with the transaction of the task. */
export async function queueOperation(db: Database | Knex.Transaction, subject: OperationSubject): Promise<string> {
  return openRow(db, subject, 'queued');
}

/** The task begins: its operation is running, from zero. After a crash the same row goes on. */
export async function beginOperation(db: Database, subject: OperationSubject): Promise<OngoingOperation> {
  const id = await openRow(db, subject, 'running');
  return ongoing(db, id);
}

async function openRow(
  db: Database | Knex.Transaction,
  { kind, subjectId, subjectName }: OperationSubject,
  state: 'queued' | 'running',
): Promise<string> {
  const now = new Date();
  const running = state === 'running';
  const begins = `, state = 'running', started_at = coalesce(operation.started_at, excluded.started_at),
       done = 0, total = null, message = null, problems = '[]'`;
  const { rows } = await db.raw<{ rows: [{ id: string }] }>(
    `insert into operation (id, kind, subject_id, subject_name, state, correlation_id, created_at, started_at, updated_at)
     values (:id, :kind, :subjectId, :subjectName, :state, :correlationId, :now, :startedAt, :now)
     on conflict (kind, subject_id) where state in ('queued', 'running') do update set
       subject_name = coalesce(excluded.subject_name, operation.subject_name), updated_at = excluded.updated_at
       ${running ? begins : ''}
     returning id`,
    {
      id: newId(),
      kind,
      subjectId,
      subjectName: subjectName ?? null,
      state,
      correlationId: currentContext()?.correlationId ?? null,
      now,
      startedAt: running ? now : null,
    },
  );
  return rows[0].id;
}

function ongoing(db: Database, id: string): OngoingOperation {
  let waiting: Progress = {};
  const problems: { name: string; code: string }[] = [];
  let unwritten = false;
  let writtenAt = 0;
  const write = async (more: Record<string, unknown> = {}) => {
    const fields = { ...waiting, ...(unwritten ? { problems: JSON.stringify(problems) } : {}), ...more };
    waiting = {};
    unwritten = false;
    writtenAt = performance.now();
    await db('operation')
      .where({ id })
      .update({ ...fields, updatedAt: new Date() });
  };
  return {
    id,
    reportProgress: async (progress) => {
      waiting = { ...waiting, ...progress };
      if (performance.now() - writtenAt >= writeEvery) await write();
    },
    addProblem: (name, code) => {
      if (problems.length >= maxProblems) return;
      problems.push({ name, code });
      unwritten = true;
    },
    finish: (state, message) =>
      write({
        state,
        finishedAt: state === 'waiting' ? null : new Date(),
        ...(message === undefined ? {} : { message }),
      }),
  };
}

/** Newest first. */
export async function listOperations(db: Database, limit: number): Promise<OperationRow[]> {
  return db<OperationRow>('operation')
    .orderBy([
      { column: 'createdAt', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit);
}

/**
 * Fails the operations of tasks that are in the queue no more, or failed for good: their worker died, or the queue was
 * emptied. A minute's grace, because task and operation may come in two transactions.
 */
export async function failAbandonedOperations(db: Database, tasks: string[]): Promise<number> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `update operation set state = 'failed', message = 'ABANDONED', finished_at = now(), updated_at = now()
     where state in ('queued', 'running') and kind = any(?) and updated_at < now() - interval '1 minute'
       and not exists (
         select 1 from graphile_worker.jobs as task
         where task.task_identifier = operation.kind and task.key like operation.kind || ':' || operation.subject_id || '%'
           and (task.locked_at is not null or task.attempts < task.max_attempts))
     returning id`,
    [tasks],
  );
  return rows.length;
}
