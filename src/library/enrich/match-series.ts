import type { Log } from '../../base/log';
import type { Database } from '../../db/database';
import { findMatch, type MatchResult } from '../../metadata/matching/match';
import { matcherVersion } from '../../metadata/matching/score';
import {
  ProviderRefused,
  type Asking,
  type MetadataProvider,
  type ProviderChapter,
  type ProviderTitle,
} from '../../metadata/provider';
import { Book } from '../../model/book';
import { SeriesMatch, type MatchState } from '../../model/match';
import { Series } from '../../model/series';
import { applyMatch } from './apply';
import { rejectedIds, storeCandidates } from './candidates';
import type { Mode } from './mode';
import { wantsChapterTitles } from './plan';
import { nextCheck } from './schedule';
import { subjectKeyOf, subjectOfSeries } from './subject';
import { lockSeries } from './write';

export interface EnrichContext {
  db: Database;
  provider: MetadataProvider;
  log: Log;
  signal?: AbortSignal;
}

export interface MatchRequest {
  mode: Exclude<Mode, 'off'>;
  runId: string;
  requestedBy: string | null;
  /** A person asked for this very series: what an earlier undo left alone is looked at again. */
  asked: boolean;
  urgent: boolean;
}

const askingOf = ({ signal }: EnrichContext, urgent: boolean): Asking => ({ urgent, ...(signal ? { signal } : {}) });

/** What a person decided is final until the person changes it; a match is not looked for twice. */
function isDecided(existing: SeriesMatch | undefined, asked: boolean): boolean {
  if (!existing) return false;
  if (existing.state === 'matched' || existing.state === 'never') return true;
  return existing.decidedBy === 'person' && !asked;
}

/** Looks for the title of one series and writes what comes of it. Tells the state; null when the series is gone. */
export async function matchSeries(
  context: EnrichContext,
  seriesId: string,
  request: MatchRequest,
): Promise<MatchState | null> {
  const { db, provider, log } = context;
  const series = await Series.query(db).findById(seriesId);
  const existing = await SeriesMatch.query(db).findById(seriesId);
  if (!series) return null;
  if (isDecided(existing, request.asked)) return existing?.state ?? null;
  const subject = await subjectOfSeries(db, series);
  const asking = askingOf(context, request.urgent);
  const rejected = await rejectedIds(db, seriesId, provider.name);
  const result = await findMatch(provider, subject, { ...asking, rejected });
  const [best] = result.candidates;
  const title = result.outcome === 'matched' && request.mode === 'auto' ? best?.title : undefined;
  const chapters = title === undefined ? null : await chaptersFor(context, series, title, asking);
  const found = { result, title, chapters, subjectKey: subjectKeyOf(subject) };
  const state = await store(context, seriesId, request, existing, found);
  log.debug({ seriesId, state, externalId: title?.id, score: best?.score, queries: result.queries }, 'looked for');
  return state;
}

interface Found {
  result: MatchResult;
  title: ProviderTitle | undefined;
  chapters: ProviderChapter[] | null;
  subjectKey: string;
}

async function store(
  { db, provider }: EnrichContext,
  seriesId: string,
  { runId, requestedBy, asked }: MatchRequest,
  existing: SeriesMatch | undefined,
  { result, title, chapters, subjectKey }: Found,
): Promise<MatchState | null> {
  return db.transaction(async (trx) => {
    const locked = await lockSeries(trx, seriesId);
    if (!locked) return null;
    // somebody else may have decided while MangaDex was asked
    const now = await SeriesMatch.query(trx).findById(seriesId);
    if (isDecided(now, asked) || now?.decidedAt.getTime() !== existing?.decidedAt.getTime()) return now?.state ?? null;
    await storeCandidates(trx, seriesId, provider.name, result.candidates);
    const [best] = result.candidates;
    const score = best ? Math.min(1, best.score) : null;
    const { queries } = result;
    const reasons = best?.reasons ?? [];
    if (title) {
      const match = {
        provider: provider.name,
        title,
        chapters,
        runId,
        requestedBy,
        score,
        reasons,
        queries,
        subjectKey,
      };
      await applyMatch(trx, locked, { ...match, kind: 'match', decidedBy: 'machine' });
      return 'matched';
    }
    const state: MatchState = result.candidates.length > 0 ? 'proposed' : 'none';
    const at = new Date();
    const row = {
      ...{ seriesId, provider: provider.name, state, decidedBy: 'machine' as const, externalId: null },
      ...{ externalVersion: null, coversDue: false, stale: false, score, reasons, queries, subjectKey, matcherVersion },
      ...{ decidedAt: at, checkedAt: at, checkAt: nextCheck(state, null, at) },
    };
    await SeriesMatch.query(trx).insert(row).onConflict('seriesId').merge();
    return state;
  });
}

/** Titles of chapters, if the books can use them; a match is good without them. */
export async function chaptersFor(
  { db, provider, log }: EnrichContext,
  series: Series,
  title: ProviderTitle,
  asking: Asking,
): Promise<ProviderChapter[] | null> {
  const books = await Book.query(db).where({ seriesId: series.id, deletedAt: null });
  if (!wantsChapterTitles(books)) return null;
  try {
    return await provider.chapters(title.id, series.language || 'en', asking);
  } catch (error) {
    if (!(error instanceof ProviderRefused)) throw error;
    log.info({ seriesId: series.id, reason: error.message }, 'no titles of chapters');
    return null;
  }
}
