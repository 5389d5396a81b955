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

/** `name`: the name of the file or folder, a guess that all others go before. */
export type Source = 'name' | 'file' | 'mangadex' | 'person';

/** What the name of a file says of its book beyond the fields of its metadata; absent: nothing. */
export interface NameFacts {
  /** Who scanned or translated. */
  group?: string;
  /** BCP 47. */
  language?: string;
  /** As it is written: `Omnibus Edition`. */
  edition?: string;
  volume?: string;
  chapter?: string;
  special?: true;
}

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
