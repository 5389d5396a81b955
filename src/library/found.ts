/** What a walk through a library's folder finds. */
export interface FoundFile {
  /** Below the root, `/` between segments. */
  path: string;
  size: number;
  /** The later of birth and last change, milliseconds (Komga). */
  modifiedAt: number;
}

export interface FoundBook extends FoundFile {
  name: string;
  artwork: FoundFile[];
}

/** A folder with books (one-shot: one book). */
export interface FoundSeries {
  path: string;
  name: string;
  oneshot: boolean;
  modifiedAt: number;
  books: FoundBook[];
  artwork: FoundFile[];
  seriesJson: FoundFile | null;
}
