import type { Book } from '../model/book';
import type { Library } from '../model/library';
import type { Analysis } from './book-content';

/** Which state of a file was looked at. */
export interface FileVersion {
  size: number;
  /** As in FoundFile. */
  modifiedAt: number;
}

export interface Outcome {
  bookId: string;
  library: Library;
  analysis: Analysis;
  version: FileVersion;
}

/** An outcome with the row that it is about, and what that row becomes. */
export interface StoredOutcome extends Outcome {
  book: Book;
  next: Book;
}
