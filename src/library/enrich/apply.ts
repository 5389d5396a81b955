import type { Knex } from 'knex';
import { newId } from '../../base/public-id';
import type { ProviderChapter, ProviderTitle } from '../../metadata/provider';
import { Enrichment, SeriesMatch, type MatchReason } from '../../model/match';
import { matcherVersion } from '../../metadata/matching/score';
import { planEnrichment } from './plan';
import { nextCheck } from './schedule';
import { valueAfter, writeValues, type LockedSeries } from './write';

export interface MatchToApply {
  /** Of the enrichment, where something refers to it already. */
  id?: string;
  provider: string;
  title: ProviderTitle;
  chapters: ProviderChapter[] | null;
  runId: string;
  kind: 'match' | 'refresh';
  decidedBy: 'machine' | 'person';
  requestedBy: string | null;
  score: number | null;
  reasons: MatchReason[];
  queries: string[];
  subjectKey: string;
}

const matchRow = (trx: Knex, seriesId: string) => SeriesMatch.query(trx).findById(seriesId);

/** Writes a match: the fields, what was there before, and the decision; all or nothing, and once. */
export async function applyMatch(
  trx: Knex.Transaction,
  locked: LockedSeries,
  match: MatchToApply,
): Promise<Enrichment> {
  const { series, books } = locked;
  const { title, chapters, kind } = match;
  const at = new Date();
  const before = await matchRow(trx, series.id);
  const { changes } = planEnrichment({ series, books, title, chapters, kind });
  await writeValues(
    trx,
    locked,
    changes.map((change) => valueAfter(change, at)),
    at,
  );
  const row = {
    ...{ seriesId: series.id, provider: match.provider, state: 'matched' as const, decidedBy: match.decidedBy },
    ...{ externalId: title.id, externalVersion: title.version, stale: false, score: match.score },
    ...{ reasons: match.reasons, queries: match.queries, subjectKey: match.subjectKey, matcherVersion },
    ...{ coversDue: true, checkedAt: at, checkAt: nextCheck('matched', title.status ?? series.status, at) },
    decidedAt: kind === 'match' ? at : (before?.decidedAt ?? at),
  };
  await SeriesMatch.query(trx).insert(row).onConflict('seriesId').merge();
  const enrichment = {
    ...{
      id: match.id ?? newId(),
      seriesId: series.id,
      runId: match.runId,
      provider: match.provider,
      externalId: title.id,
      kind,
    },
    ...{ requestedBy: match.requestedBy, changes, posters: [], appliedAt: at, undoneAt: null, replacedBy: null },
    matchBefore: before ? (before.toJSON() as Record<string, unknown>) : null,
  };
  // a refresh that changed nothing is no event
  if (kind === 'match' || changes.length > 0) await Enrichment.query(trx).insert(enrichment);
  return Enrichment.fromJson(enrichment, { skipValidation: true });
}
