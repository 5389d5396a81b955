import type { Database } from '../../db/database';
import { Book } from '../../model/book';
import { SeriesMatch } from '../../model/match';
import { Series } from '../../model/series';
import type { Queue } from '../../queue/tasks';
import { gateNames, type MangaDexSettings } from './mangadex';
import { matcherVersion } from '../../metadata/matching/score';
import { modeOfSeries, modeSql, type Mode } from './mode';
import { subjectKeyOf, subjectOfSeries } from './subject';
import { isUndoOpen } from './undo-run';

/** What a person asked for. */
export interface RequestedSeries {
  seriesId: string;
  mode: Mode;
  operationId: string | null;
  requestedBy: string | null;
}

export interface NewSeries {
  seriesId: string;
  libraryId: string;
  mode: Mode;
}

/** The next one that a person waits for. */
export async function nextRequest(db: Database, mode: Mode): Promise<RequestedSeries | null> {
  const { rows } = await db.raw<{ rows: RequestedSeries[] }>(
    `select r.series_id as "seriesId", ${modeSql} as mode, r.operation_id as "operationId", r.requested_by as "requestedBy"
     from match_request r join library l on l.id = r.library_id order by r.requested_at, r.series_id limit 1`,
    { mode },
  );
  return rows[0] ?? null;
}

/** Series that nobody looked at yet, their files read: what they say comes first. */
const newSeries = `from series s join library l on l.id = s.library_id
  where ${modeSql} <> 'off' and s.deleted_at is null and l.unavailable_at is null and s.book_count > 0
    and not exists (select 1 from series_match m where m.series_id = s.id)
    and not exists (select 1 from book b where b.series_id = s.id and b.deleted_at is null
      and b.media_status in ('UNKNOWN', 'OUTDATED'))`;

/** Those that were found first, some at a time: to look for them costs more than to match one. */
export async function findNew(db: Database, mode: Mode, limit = 20): Promise<NewSeries[]> {
  const { rows } = await db.raw<{ rows: NewSeries[] }>(
    `select s.id as "seriesId", s.library_id as "libraryId", ${modeSql} as mode ${newSeries}
     order by s.created_at, s.id limit :limit`,
    { mode, limit },
  );
  return rows;
}

const dueMatches = `from series_match m join series s on s.id = m.series_id join library l on l.id = s.library_id
  where ${modeSql} <> 'off' and s.deleted_at is null`;
const isDue = `(m.check_at <= now() or (m.matcher_version < :matcherVersion and m.state in ('none', 'proposed')))
  and m.state <> 'never' and (m.state = 'matched' or m.decided_by = 'machine')`;

/** Matches to refresh: a hundred cost one request. */
export async function dueRefreshes(db: Database, mode: Mode, limit = 100): Promise<SeriesMatch[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select m.series_id as id ${dueMatches} and m.state = 'matched' and m.check_at <= now()
     order by m.check_at limit :limit`,
    { mode, limit },
  );
  return SeriesMatch.query(db).findByIds(rows.map(({ id }) => id));
}

/** A series that nothing or nothing sure was found for, some weeks ago. */
export async function nextRetry(db: Database, mode: Mode): Promise<NewSeries | null> {
  const { rows } = await db.raw<{ rows: NewSeries[] }>(
    `select s.id as "seriesId", s.library_id as "libraryId", ${modeSql} as mode ${dueMatches} and ${isDue}
       and m.state <> 'matched' order by m.check_at limit 1`,
    { mode, matcherVersion },
  );
  return rows[0] ?? null;
}

export async function nextCovers(db: Database, mode: Mode): Promise<SeriesMatch | null> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select m.series_id as id ${dueMatches} and m.covers_due and m.state = 'matched' and l.mangadex_covers
     order by m.decided_at limit 1`,
    { mode },
  );
  const [row] = rows;
  return row ? ((await SeriesMatch.query(db).findById(row.id)) ?? null) : null;
}

async function isAnythingDue(db: Database, mode: Mode): Promise<boolean> {
  const { rows } = await db.raw<{ rows: [{ due: boolean }] }>(
    `select exists (select 1 from match_request) or exists (select 1 ${newSeries})
       or exists (select 1 ${dueMatches} and (${isDue} or (m.covers_due and l.mangadex_covers))) as due`,
    { mode, matcherVersion },
  );
  return rows[0].due;
}

async function isShut(db: Database): Promise<boolean> {
  const row: unknown = await db('providerGate')
    .where({ name: gateNames.api })
    .whereRaw('greatest(paused_until, open_until) > now()')
    .first();
  return row !== undefined;
}

/** Every minute: work that waits is taken up again, also after an outage, unless the provider is to be left alone. */
export async function submitDueEnrichment(db: Database, queue: Queue, { mode }: MangaDexSettings): Promise<boolean> {
  // an undo asks nobody
  const isWanted = (await isUndoOpen(db)) || (!(await isShut(db)) && (await isAnythingDue(db, mode)));
  if (!isWanted) return false;
  await queue.submit('enrich', {});
  return true;
}

/**
 * After the files of a series were read: a new series is to be matched, new books of a matched one are to be filled, and
 * one that nothing was found for is looked at again when it has other names now.
 */
export async function submitRefreshed(
  db: Database,
  queue: Queue,
  seriesId: string,
  { mode }: MangaDexSettings,
): Promise<void> {
  const found = await modeOfSeries(db, seriesId, mode);
  const series = await Series.query(db).findById(seriesId).whereNull('deletedAt');
  if (!series || found === null || found.mode === 'off') return;
  const match = await SeriesMatch.query(db).findById(seriesId);
  if (match && !(await isOverdue(db, series, match))) return;
  if (match) await SeriesMatch.query(db).findById(seriesId).patch({ checkAt: new Date() });
  await queue.submit('enrich', {});
}

/** The same for many: new ones ask together, so that a first scan does not ask once a series. */
export async function submitAllRefreshed(
  db: Database,
  queue: Queue,
  seriesIds: string[],
  settings: MangaDexSettings,
): Promise<void> {
  const { rows } = await db.raw<{ rows: { id: string; isMatched: boolean }[] }>(
    `select s.id, m.series_id is not null as "isMatched" from series s join library l on l.id = s.library_id
     left join series_match m on m.series_id = s.id
     where s.id = any(:seriesIds) and s.deleted_at is null and ${modeSql} <> 'off'`,
    { seriesIds, mode: settings.mode },
  );
  if (rows.some(({ isMatched }) => !isMatched)) await queue.submit('enrich', {});
  for (const { id, isMatched } of rows) if (isMatched) await submitRefreshed(db, queue, id, settings);
}

async function isOverdue(db: Database, series: Series, match: SeriesMatch): Promise<boolean> {
  if (match.state === 'matched') {
    const [book] = await Book.query(db)
      .select('id')
      .where({ seriesId: series.id })
      .where('createdAt', '>', match.checkedAt)
      .limit(1);
    return book !== undefined;
  }
  if (match.state === 'never' || match.decidedBy === 'person') return false;
  return subjectKeyOf(await subjectOfSeries(db, series)) !== match.subjectKey;
}
