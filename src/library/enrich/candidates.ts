import type { Knex } from 'knex';
import type { Scored } from '../../metadata/matching/score';
import type { ProviderTitle } from '../../metadata/provider';
import { SeriesCandidate, type CandidateRecord } from '../../model/match';

const mostOtherTitles = 8;
const longestSummary = 600;

/** What of a title a person needs to choose it. */
export function recordOf(title: ProviderTitle): CandidateRecord {
  const [main, ...others] = title.titles;
  return {
    title: main?.title ?? '',
    url: title.url,
    otherTitles: others.slice(0, mostOtherTitles).map((other) => other.title),
    authors: [...new Set(title.authors.map(({ name }) => name))],
    year: title.year,
    status: title.status,
    originalLanguage: title.originalLanguage,
    lastVolume: title.lastVolume,
    kinds: title.kinds,
    summary: (title.summaries['en'] ?? Object.values(title.summaries)[0] ?? '').slice(0, longestSummary),
    cover: title.cover,
  };
}

/** Of a title that is known by its id only. */
export const unknownRecord = (externalId: string): CandidateRecord => ({
  ...{ title: externalId, url: `https://mangadex.org/title/${externalId}`, otherTitles: [], authors: [], year: null },
  ...{ status: null, originalLanguage: '', lastVolume: null, kinds: [], summary: '', cover: null },
});

/** Replaces what was proposed before; what a person refused stays refused. */
export async function storeCandidates(
  trx: Knex.Transaction,
  seriesId: string,
  provider: string,
  candidates: readonly Scored[],
): Promise<void> {
  await SeriesCandidate.query(trx).delete().where({ seriesId, provider }).whereNull('rejectedAt');
  if (candidates.length === 0) return;
  const rows = candidates.map(({ title, score, reasons }) => ({
    ...{ seriesId, provider, externalId: title.id, score: Math.min(1, score), reasons, record: recordOf(title) },
    rejectedAt: null,
  }));
  await SeriesCandidate.query(trx).insert(rows).onConflict(['seriesId', 'provider', 'externalId']).ignore();
}

export async function rejectedIds(db: Knex, seriesId: string, provider: string): Promise<Set<string>> {
  const rows = await SeriesCandidate.query(db)
    .select('externalId')
    .where({ seriesId, provider })
    .whereNotNull('rejectedAt');
  return new Set(rows.map(({ externalId }) => externalId));
}
