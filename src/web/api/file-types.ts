/** The members of the server's answers about imports and reading lists that the web UI uses. */
/** A file outside of the libraries. */
export interface FoundFile {
  id: string;
  name: string;
  /** Its path. */
  url: string;
  size: string;
  /** UNKNOWN until it was opened. */
  status: string;
  comment: string;
  pages: unknown[];
  number: number | null;
  seriesId: string | null;
}

export interface Folder {
  /** The folder above, '' where it may not be looked into; absent for the list of places. */
  parent?: string;
  directories: { name: string; path: string }[];
}

export type CopyMode = 'COPY' | 'MOVE' | 'HARDLINK';

export interface WantedImport {
  sourceFile: string;
  seriesId: string;
  /** Whose file is replaced. */
  upgradeBookId?: string;
  /** Without its extension. */
  destinationName?: string;
}

export interface ImportOutcome {
  bookId: string | null;
  sourceFile: string;
  success: boolean;
  /** A code, when it failed. */
  message: string | null;
}

export interface ReadList {
  id: string;
  name: string;
  summary: string;
  bookIds: string[];
}

/** A series that a wanted book may be of, with the books of that number. */
export interface MatchedSeries {
  series: { seriesId: string; title: string; releaseDate: string | null };
  books: { bookId: string; number: string; title: string }[];
}

/** What of a list lies in the libraries. */
export interface ListMatch {
  readListMatch: { name: string; errorCode: string };
  requests: { request: { series: string[]; number: string }; matches: MatchedSeries[] }[];
}
