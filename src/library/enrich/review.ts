import { notFound } from '../../base/errors';
import type { Database } from '../../db/database';
import { Enrichment, SeriesCandidate, SeriesMatch, type FieldChange } from '../../model/match';
import { Library } from '../../model/library';
import { breakerState, type BreakerRecord, type BreakerState } from './breaker';
import { gateNames, type MangaDexSettings } from './mangadex';

/** What a person looks at before deciding. */

export interface Reviewed {
  seriesId: string;
  libraryId: string;
  name: string;
  bookCount: number;
  decidedAt: Date;
  candidates: SeriesCandidate[];
}

export interface ReviewSlice {
  items: Reviewed[];
  total: number;
}

/** Series whose candidates wait for a person, the likeliest first: those are done with one key each. */
export async function findReview(
  db: Database,
  { page, size, libraryIds }: { page: number; size: number; libraryIds: string[] },
): Promise<ReviewSlice> {
  const { rows } = await db.raw<{ rows: (Omit<Reviewed, 'candidates'> & { total: number })[] }>(
    `select s.id as "seriesId", s.library_id as "libraryId", s.name, s.book_count as "bookCount",
       m.decided_at as "decidedAt", count(*) over ()::int as total
     from series_match m join series s on s.id = m.series_id
     where m.state = 'proposed' and s.deleted_at is null
       and (cardinality(cast(:libraryIds as uuid[])) = 0 or s.library_id = any(cast(:libraryIds as uuid[])))
     order by m.score desc nulls last, s.id limit :size offset :offset`,
    { libraryIds, size, offset: page * size },
  );
  const candidates = await SeriesCandidate.query(db)
    .whereIn(
      'seriesId',
      rows.map(({ seriesId }) => seriesId),
    )
    .whereNull('rejectedAt')
    .orderBy('score', 'desc');
  return {
    total: rows[0]?.total ?? 0,
    items: rows.map(({ seriesId, libraryId, name, bookCount, decidedAt }) => ({
      ...{ seriesId, libraryId, name, bookCount, decidedAt },
      candidates: candidates.filter((candidate) => candidate.seriesId === seriesId),
    })),
  };
}

export interface MatchDetails {
  match: SeriesMatch | null;
  candidates: SeriesCandidate[];
  enrichments: Enrichment[];
}

/** The decision of a series, what else it could be, and what was written. Throws 404. */
export async function getMatchDetails(db: Database, seriesId: string): Promise<MatchDetails> {
  const exists = await db('series').where({ id: seriesId }).first<object | undefined>('id');
  if (exists === undefined) throw notFound();
  const [match, candidates, enrichments] = await Promise.all([
    SeriesMatch.query(db).findById(seriesId),
    SeriesCandidate.query(db).where({ seriesId }).orderBy('score', 'desc'),
    Enrichment.query(db).where({ seriesId }).orderBy('appliedAt', 'desc').limit(50),
  ]);
  return { match: match ?? null, candidates, enrichments };
}

export interface Run {
  runId: string;
  libraryId: string;
  series: number;
  undone: number;
  firstAt: Date;
  lastAt: Date;
}

/** The last runs, newest first. */
export async function listRuns(db: Database, limit: number): Promise<Run[]> {
  const { rows } = await db.raw<{ rows: Run[] }>(
    `select e.run_id as "runId", min(s.library_id::text)::uuid as "libraryId", count(distinct e.series_id)::int as series,
       count(distinct e.series_id) filter (where e.undone_at is not null)::int as undone,
       min(e.applied_at) as "firstAt", max(e.applied_at) as "lastAt"
     from enrichment e join series s on s.id = e.series_id
     group by e.run_id order by max(e.applied_at) desc limit ?`,
    [limit],
  );
  return rows;
}

export interface ProviderState {
  name: string;
  mode: MangaDexSettings['mode'];
  breaker: BreakerState;
  openUntil: Date | null;
  pausedUntil: Date | null;
  pauseReason: string | null;
  requests: number;
  lastAnswerAt: Date | null;
  lastFailureAt: Date | null;
  lastFailure: string | null;
  /** Series by the state of their match. */
  series: Record<string, number>;
  /** Series that somebody asked for and that are not done. */
  requested: number;
}

type GateRow = Omit<ProviderState, 'name' | 'mode' | 'breaker' | 'series' | 'requested'> & {
  breaker: BreakerRecord | null;
};

const gateSql = `select breaker, open_until as "openUntil", paused_until as "pausedUntil", pause_reason as "pauseReason",
    requests, last_answer_at as "lastAnswerAt", last_failure_at as "lastFailureAt", last_failure as "lastFailure"
  from provider_gate where name = ?`;

/** How the provider is, as all processes see it, and what is left to do. */
export async function providerState(db: Database, { mode }: Pick<MangaDexSettings, 'mode'>): Promise<ProviderState> {
  const gates = await db.raw<{ rows: GateRow[] }>(gateSql, [gateNames.api]);
  const [row] = gates.rows;
  const states = await db.raw<{ rows: { state: string; count: number }[] }>(
    'select state, count(*)::int as count from series_match group by state',
  );
  const waiting = await db.raw<{ rows: [{ count: number }] }>('select count(*)::int as count from match_request');
  const now = new Date();
  const future = (date: Date | null | undefined) => (date && date > now ? date : null);
  return {
    name: 'mangadex',
    mode,
    breaker: breakerState(row?.breaker ?? null, row?.openUntil ?? null, now),
    openUntil: future(row?.openUntil),
    pausedUntil: future(row?.pausedUntil),
    pauseReason: future(row?.pausedUntil) ? (row?.pauseReason ?? null) : null,
    requests: row?.requests ?? 0,
    lastAnswerAt: row?.lastAnswerAt ?? null,
    lastFailureAt: row?.lastFailureAt ?? null,
    lastFailure: row?.lastFailure ?? null,
    series: Object.fromEntries(states.rows.map(({ state, count }) => [state, count])),
    requested: waiting.rows[0].count,
  };
}

export interface LibraryMetadata {
  /** Null: as the server is configured. */
  mode: MangaDexSettings['mode'] | null;
  covers: boolean;
}

/** Throws 404. */
export async function getLibraryMetadata(db: Database, id: string): Promise<LibraryMetadata> {
  const library = await Library.query(db).findById(id).select('mangadex', 'mangadexCovers');
  if (!library) throw notFound();
  return { mode: library.mangadex, covers: library.mangadexCovers };
}

/** Throws 404. What is not given stays. */
export async function setLibraryMetadata(db: Database, id: string, changes: Partial<LibraryMetadata>): Promise<void> {
  const { mode, covers } = changes;
  const patch = {
    ...(mode === undefined ? {} : { mangadex: mode }),
    ...(covers === undefined ? {} : { mangadexCovers: covers }),
    modifiedAt: new Date(),
  };
  if ((await Library.query(db).findById(id).patch(patch)) === 0) throw notFound();
}

/** The fields that an enrichment wrote, without what was there before: for a list. */
export const fieldsOf = (changes: FieldChange[]): { field: string; books: number }[] => {
  const names = [...new Set(changes.map(({ field }) => field))];
  return names.map((field) => ({
    field,
    books: changes.filter((change) => change.field === field && change.bookId !== null).length,
  }));
};
