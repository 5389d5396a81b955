import type { ProviderTitle } from '../../metadata/provider';
import { SeriesMatch } from '../../model/match';
import { Series } from '../../model/series';
import { applyMatch } from './apply';
import { chaptersFor, type EnrichContext } from './match-series';
import { nextCheck } from './schedule';
import { lockSeries } from './write';

export interface RefreshRequest {
  runId: string;
  requestedBy: string | null;
  urgent: boolean;
}

/**
 * Brings matched series in line with the provider's records: one request for a hundred of them (mangadex.md §7). `each`
 * may see to it that one that fails holds up no other.
 */
export async function refreshMatches(
  context: EnrichContext,
  matches: readonly SeriesMatch[],
  request: RefreshRequest,
  each: (seriesId: string, refresh: () => Promise<void>) => Promise<void> = (_seriesId, refresh) => refresh(),
): Promise<void> {
  const { provider, signal } = context;
  const asking = { urgent: request.urgent, ...(signal ? { signal } : {}) };
  const titles = await provider.details(
    matches.flatMap(({ externalId }) => externalId ?? []),
    asking,
  );
  for (const match of matches) {
    signal?.throwIfAborted();
    const title = titles.get(match.externalId ?? '');
    await each(match.seriesId, () => (title ? refreshOne(context, match, title, request) : markStale(context, match)));
  }
}

/** Merged or deleted at the provider: what it wrote stays, and nobody asks every day (mangadex.md §4.11). */
async function markStale({ db, log }: EnrichContext, { seriesId, externalId }: SeriesMatch): Promise<void> {
  const at = new Date();
  log.info({ seriesId, externalId }, 'the provider knows the title no more');
  await SeriesMatch.query(db)
    .findById(seriesId)
    .where({ state: 'matched', externalId })
    .patch({ stale: true, checkedAt: at, checkAt: nextCheck('proposed', null, at) });
}

async function refreshOne(
  context: EnrichContext,
  match: SeriesMatch,
  title: ProviderTitle,
  { runId, requestedBy, urgent }: RefreshRequest,
): Promise<void> {
  const { db, provider, signal } = context;
  const { seriesId } = match;
  const series = await Series.query(db).findById(seriesId);
  if (!series) return;
  const chapters = await chaptersFor(context, series, title, { urgent, ...(signal ? { signal } : {}) });
  await db.transaction(async (trx) => {
    const locked = await lockSeries(trx, seriesId);
    const now = await SeriesMatch.query(trx).findById(seriesId);
    if (!locked || now?.state !== 'matched' || now.externalId !== title.id) return;
    const hasNewBooks = locked.books.some(({ createdAt }) => createdAt > now.checkedAt);
    const { decidedBy, score, reasons, queries, subjectKey } = now;
    const isChanged = now.externalVersion !== title.version || hasNewBooks;
    await applyMatch(trx, locked, {
      ...{ provider: provider.name, title, chapters, runId, kind: 'refresh', requestedBy },
      ...{ decidedBy, score, reasons, queries, subjectKey },
    });
    if (!isChanged) await SeriesMatch.query(trx).findById(seriesId).patch({ coversDue: now.coversDue });
  });
}
