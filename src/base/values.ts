/** Small values that files, providers and people fill in and that tables keep as jsonb; every layer speaks of them. */

export interface Author {
  name: string;
  /** Lower case: writer, penciller, inker, colorist, letterer, cover, editor, translator or one of the user's own. */
  role: string;
}

export interface Link {
  label: string;
  url: string;
}

export interface AlternateTitle {
  label: string;
  title: string;
}

export type Source = 'file' | 'mangadex' | 'person';

/** Who set a field of the metadata, and when: tells a later source what it may replace. */
export interface FieldOrigin {
  source: Source;
  /** ISO date-time. */
  at: string;
}

/** Why a title of a provider fits a series, or does not. */
export interface MatchReason {
  /** For programs and translations: `title-same`, `author`, `year-earlier`, … */
  code: string;
  /** What was compared, for people. */
  detail: string;
  /** What it adds to the score, or takes from it. */
  points: number;
}
