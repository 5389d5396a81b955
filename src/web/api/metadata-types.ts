/** The members of the server's answers that the review uses. */
export interface Reason {
  code: string;
  detail: string;
  points: number;
}

export interface Candidate {
  externalId: string;
  score: number;
  reasons: Reason[];
  title: string;
  url: string;
  otherTitles: string[];
  authors: string[];
  year: number | null;
  lastVolume: number | null;
  originalLanguage: string;
  kinds: string[];
  summary: string;
  cover: string | null;
}

export interface Reviewed {
  seriesId: string;
  libraryId: string;
  name: string;
  bookCount: number;
  candidates: Candidate[];
}

/** How MangaDex is, as all processes of the server see it. */
export interface Provider {
  mode: 'auto' | 'review' | 'off';
  breaker: 'closed' | 'open' | 'half-open';
  openUntil: string | null;
  pausedUntil: string | null;
  pauseReason: string | null;
  lastFailure: string | null;
  /** Series by the state of their match. */
  series: Record<string, number>;
  requested: number;
}

/** What one command, or one night, wrote. */
export interface Run {
  id: string;
  libraryId: string;
  series: number;
  undone: number;
  lastAt: string;
}

export interface FieldDifference {
  bookId: string | null;
  field: string;
  before: unknown;
  after: unknown;
}

export interface Preview {
  changes: FieldDifference[];
  kept: (FieldDifference & { because: 'locked' | 'person' | 'file' })[];
}

export interface Review {
  total: number;
  items: Reviewed[];
}
