import { isCoded } from '../../base/errors';
import { newId } from '../../base/public-id';
import type { Database } from '../../db/database';
import { ProviderUnavailable } from '../../metadata/provider';
import { matcherVersion } from '../../metadata/matching/score';
import { Series } from '../../model/series';
import { SeriesMatch } from '../../model/match';
import type { Queue, TaskContext } from '../../queue/tasks';
import { fetchCovers } from './covers';
import { dueRefreshes, findNew, nextCovers, nextRequest, nextRetry, type NewSeries } from './due';
import { openMangaDex, type MangaDexSettings, type Tuning } from './mangadex';
import { matchSeries, type EnrichContext } from './match-series';
import { modeOfSeries } from './mode';
import { reportOperations } from './operations';
import { refreshMatches } from './refresh';
import { undoNext } from './undo-run';

/** Other work goes before: a thread is not kept for longer than this, milliseconds. */
const sliceLength = 5_000;
/** What failed for a reason of its own is tried again after a day. */
const day = 24 * 60 * 60_000;
/** Matches of one library that follow each other so closely are one run, to be undone together. */
const runGap = '30 minutes';

export interface EnrichDeps {
  mangadex?: MangaDexSettings;
  /** For tests. */
  tuning?: Tuning;
}

/**
 * Works through what is due, the most wanted first, in slices; the rows are the list of work, so whatever is killed goes
 * on where it was. When the provider cannot be asked the work just waits: the clock looks every minute.
 */
export async function enrich(context: TaskContext, _payload: object, deps: EnrichDeps): Promise<void> {
  const { db, queue, log, signal } = context;
  const { mangadex } = deps;
  if (mangadex === undefined) return;
  const work: Work = {
    ...{ db, queue, log, signal, provider: openMangaDex(db, mangadex, deps.tuning), mode: mangadex.mode },
    ...{ runs: new Map(), fresh: [] },
  };
  const end = performance.now() + sliceLength;
  try {
    while (await step(work)) {
      signal.throwIfAborted();
      if (performance.now() < end) continue;
      await queue.submit('enrich', {});
      break;
    }
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    log.info({ reason: error.message, until: error.until }, 'metadata waits for the provider');
  } finally {
    await reportOperations(db);
  }
}

interface Work extends EnrichContext {
  signal: AbortSignal;
  mode: MangaDexSettings['mode'];
  queue: Queue;
  runs: Map<string, string>;
  /** New series that were found together. */
  fresh: NewSeries[];
}

/** One unit of work; false when there is none. */
async function step(work: Work): Promise<boolean> {
  const { db, mode } = work;
  return (
    (await undoNext(work)) ||
    (await answerRequest(work)) ||
    (await attempt(work, await nextFresh(work))) ||
    (await refreshDue(work)) ||
    (await attempt(work, await nextRetry(db, mode))) ||
    (await coverDue(work))
  );
}

async function answerRequest(work: Work): Promise<boolean> {
  const { db } = work;
  const request = await nextRequest(db, work.mode);
  if (request === null) return false;
  const { seriesId, mode, requestedBy, operationId } = request;
  if (mode !== 'off') {
    const runId = operationId ?? newId();
    const match = await SeriesMatch.query(db).findById(seriesId);
    await guarded(work, seriesId, async () => {
      if (match?.state === 'matched') await refreshMatches(work, [match], { runId, requestedBy, urgent: false });
      else await matchSeries(work, seriesId, { mode, runId, requestedBy, asked: operationId === null, urgent: false });
    });
  }
  await db('matchRequest').where({ seriesId }).delete();
  await reportOperations(db, operationId);
  return true;
}

async function attempt(work: Work, series: NewSeries | null): Promise<boolean> {
  if (series === null) return false;
  const { seriesId, libraryId } = series;
  // somebody may have switched it off since the series was found
  const mode = (await modeOfSeries(work.db, seriesId, work.mode))?.mode ?? 'off';
  if (mode === 'off') return true;
  const runId = await runOf(work, libraryId);
  const request = { mode, runId, requestedBy: null, asked: false, urgent: false };
  await guarded(work, seriesId, () => matchSeries(work, seriesId, request));
  return true;
}

async function nextFresh(work: Work): Promise<NewSeries | null> {
  if (work.fresh.length === 0) work.fresh = await findNew(work.db, work.mode);
  return work.fresh.shift() ?? null;
}

async function refreshDue(work: Work): Promise<boolean> {
  const matches = await dueRefreshes(work.db, work.mode);
  if (matches.length === 0) return false;
  const each = (seriesId: string, refresh: () => Promise<void>) => guarded(work, seriesId, refresh);
  await refreshMatches(work, matches, { runId: newId(), requestedBy: null, urgent: false }, each);
  return true;
}

async function coverDue(work: Work): Promise<boolean> {
  const match = await nextCovers(work.db, work.mode);
  if (match === null) return false;
  await guarded(work, match.seriesId, () => fetchCovers(work, match), { coversDue: false });
  return true;
}

/** One series that cannot be done holds nobody up. An outage and a stop are not its fault. */
async function guarded(
  { db, log, signal, provider }: Work,
  seriesId: string,
  work: () => Promise<unknown>,
  giveUp: Partial<SeriesMatch> = {},
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ProviderUnavailable || signal.aborted) throw error;
    log.warn({ err: error, seriesId, code: isCoded(error) ? error.code : undefined }, 'metadata of a series failed');
    if (!(await Series.query(db).findById(seriesId).select('id'))) return;
    const at = new Date();
    const checkAt = new Date(at.getTime() + day);
    const row = {
      ...{ seriesId, provider: provider.name, state: 'none' as const, decidedBy: 'machine' as const },
      ...{ matcherVersion, decidedAt: at, checkedAt: at, checkAt, reasons: [], queries: [] },
    };
    await SeriesMatch.query(db).insert(row).onConflict('seriesId').ignore();
    await SeriesMatch.query(db)
      .findById(seriesId)
      .patch({ checkAt, ...giveUp });
  }
}

/** The run of a library that is going on, or a new one. */
async function runOf({ db, runs }: Work, libraryId: string): Promise<string> {
  const known = runs.get(libraryId) ?? (await latestRun(db, libraryId)) ?? newId();
  runs.set(libraryId, known);
  return known;
}

async function latestRun(db: Database, libraryId: string): Promise<string | null> {
  const { rows } = await db.raw<{ rows: { runId: string }[] }>(
    `select e.run_id as "runId" from enrichment e join series s on s.id = e.series_id
     where s.library_id = ? and e.kind = 'match' and e.requested_by is null and e.undone_at is null
       and e.applied_at > now() - interval '${runGap}'
     order by e.applied_at desc limit 1`,
    [libraryId],
  );
  return rows[0]?.runId ?? null;
}
