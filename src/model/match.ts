import { Model } from 'objection';
import type { FieldOrigin, MatchReason } from '../base/values';

export const matchStates = ['matched', 'proposed', 'none', 'never'] as const;
export type MatchState = (typeof matchStates)[number];

export type { MatchReason };

/** What was decided for a series, by whom, and when it is looked at again. No row: not looked at yet. */
export class SeriesMatch extends Model {
  static override tableName = 'series_match';
  static override idColumn = 'seriesId';
  static override jsonAttributes = ['reasons', 'queries'];

  declare seriesId: string;
  declare provider: string;
  declare state: MatchState;
  declare decidedBy: 'machine' | 'person';
  declare externalId: string | null;
  declare externalVersion: string | null;
  declare coversDue: boolean;
  declare stale: boolean;
  declare score: number | null;
  declare reasons: MatchReason[];
  declare queries: string[];
  declare subjectKey: string;
  declare matcherVersion: number;
  declare decidedAt: Date;
  declare checkedAt: Date;
  declare checkAt: Date;
}

/** What a person needs to see of a title to choose it. */
export interface CandidateRecord {
  title: string;
  url: string;
  otherTitles: string[];
  authors: string[];
  year: number | null;
  status: string | null;
  originalLanguage: string;
  lastVolume: number | null;
  kinds: string[];
  summary: string;
  cover: string | null;
}

export class SeriesCandidate extends Model {
  static override tableName = 'series_candidate';
  static override idColumn = ['seriesId', 'provider', 'externalId'];
  static override jsonAttributes = ['reasons', 'record'];

  declare seriesId: string;
  declare provider: string;
  declare externalId: string;
  declare score: number;
  declare reasons: MatchReason[];
  declare record: CandidateRecord;
  declare rejectedAt: Date | null;
}

/** One field that was written: of a book, or (null) of the series. */
export interface FieldChange {
  bookId: string | null;
  field: string;
  before: unknown;
  /** Who had set it before; null: nobody. */
  origin: FieldOrigin | null;
  after: unknown;
}

/** What one match or refresh wrote to a series and its books. */
export class Enrichment extends Model {
  static override tableName = 'enrichment';
  static override jsonAttributes = ['changes', 'posters', 'matchBefore'];

  declare id: string;
  declare seriesId: string;
  declare runId: string;
  declare provider: string;
  declare externalId: string;
  declare kind: 'match' | 'refresh';
  declare requestedBy: string | null;
  declare changes: FieldChange[];
  /** Ids of the posters that came with it. */
  declare posters: string[];
  declare matchBefore: Record<string, unknown> | null;
  declare appliedAt: Date;
  declare undoneAt: Date | null;
  /** The match that took its place: with the undo of that one it stands again. */
  declare replacedBy: string | null;
}
