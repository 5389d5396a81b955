import { z } from 'zod';
import { publicId } from '../../base/public-id';
import type { Plan } from '../../library/enrich/plan';
import { fieldsOf, type MatchDetails, type Reviewed } from '../../library/enrich/review';
import { matchStates, type CandidateRecord, type MatchReason, type SeriesCandidate } from '../../model/match';
import { instant } from '../reply';

export const instantDto = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
export const instantOrNull = (date: Date | null): string | null => (date === null ? null : instant(date));

const reasonDto = z.object({
  /** `title-same`, `author`, `year-earlier`, `edition-colored`, … */
  code: z.string(),
  /** What was compared. */
  detail: z.string(),
  /** What it adds to the score, or takes from it. */
  points: z.number(),
});

export const candidateDto = z.object({
  externalId: z.string(),
  score: z.number(),
  reasons: z.array(reasonDto),
  rejected: z.boolean(),
  title: z.string(),
  url: z.string(),
  otherTitles: z.array(z.string()),
  authors: z.array(z.string()),
  year: z.number().int().nullable(),
  status: z.string().nullable(),
  originalLanguage: z.string(),
  lastVolume: z.number().nullable(),
  kinds: z.array(z.string()),
  summary: z.string(),
  /** Below `/api/kiremisu/v1/metadata/covers/`. */
  cover: z.string().nullable(),
});

interface Shown {
  externalId: string;
  score: number;
  reasons: MatchReason[];
  record: CandidateRecord;
  rejectedAt: Date | null;
}

export const presentCandidate = ({ externalId, score, reasons, record, rejectedAt }: Shown) => ({
  ...{ externalId, reasons, ...record },
  score: Math.round(Math.min(1, score) * 1000) / 1000,
  rejected: rejectedAt !== null,
});

export const reviewDto = z.object({
  seriesId: z.string(),
  libraryId: z.string(),
  name: z.string(),
  bookCount: z.number().int(),
  decidedAt: instantDto,
  candidates: z.array(candidateDto),
});

export const presentReview = (row: Reviewed): z.input<typeof reviewDto> => ({
  seriesId: publicId(row.seriesId),
  libraryId: publicId(row.libraryId),
  name: row.name,
  bookCount: row.bookCount,
  decidedAt: instant(row.decidedAt),
  candidates: row.candidates.map((candidate: SeriesCandidate) => presentCandidate(candidate)),
});

export const matchDto = z.object({
  /** Null: not looked at yet. */
  state: z.enum(matchStates).nullable(),
  decidedBy: z.enum(['machine', 'person']).nullable(),
  externalId: z.string().nullable(),
  /** MangaDex has the title no more. */
  stale: z.boolean(),
  score: z.number().nullable(),
  reasons: z.array(reasonDto),
  /** What MangaDex was asked. */
  queries: z.array(z.string()),
  decidedAt: instantDto.nullable(),
  checkedAt: instantDto.nullable(),
  checkAt: instantDto.nullable(),
  candidates: z.array(candidateDto),
  enrichments: z.array(
    z.object({
      id: z.string(),
      runId: z.string(),
      kind: z.enum(['match', 'refresh']),
      externalId: z.string(),
      appliedAt: instantDto,
      undoneAt: instantDto.nullable(),
      /** Fields that were written; `books`: in so many books, 0 in the series. */
      fields: z.array(z.object({ field: z.string(), books: z.number().int() })),
    }),
  ),
});

export function presentMatch({ match, candidates, enrichments }: MatchDetails): z.input<typeof matchDto> {
  return {
    state: match?.state ?? null,
    decidedBy: match?.decidedBy ?? null,
    externalId: match?.externalId ?? null,
    stale: match?.stale ?? false,
    score: match?.score ?? null,
    reasons: match?.reasons ?? [],
    queries: match?.queries ?? [],
    decidedAt: instantOrNull(match?.decidedAt ?? null),
    checkedAt: instantOrNull(match?.checkedAt ?? null),
    checkAt: instantOrNull(match?.checkAt ?? null),
    candidates: candidates.map((candidate) => presentCandidate(candidate)),
    enrichments: enrichments.map((enrichment) => ({
      id: publicId(enrichment.id),
      runId: publicId(enrichment.runId),
      kind: enrichment.kind,
      externalId: enrichment.externalId,
      appliedAt: instant(enrichment.appliedAt),
      undoneAt: instantOrNull(enrichment.undoneAt),
      fields: fieldsOf(enrichment.changes),
    })),
  };
}

const fieldDto = { bookId: z.string().nullable(), field: z.string(), before: z.unknown(), after: z.unknown() };

export const previewDto = z.object({
  /** What would be written. */
  changes: z.array(z.object(fieldDto)),
  /** What would stay although MangaDex says otherwise, and why. */
  kept: z.array(z.object({ ...fieldDto, because: z.enum(['locked', 'person', 'file']) })),
});

const idOrNull = (id: string | null) => (id === null ? null : publicId(id));

export const presentPlan = ({ changes, kept }: Plan): z.input<typeof previewDto> => ({
  changes: changes.map(({ bookId, field, before, after }) => ({ bookId: idOrNull(bookId), field, before, after })),
  kept: kept.map(({ bookId, field, value, offered, because }) => ({
    ...{ bookId: idOrNull(bookId), field, before: value, after: offered, because },
  })),
});
