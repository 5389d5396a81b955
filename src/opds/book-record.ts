import type { Person } from './people';
import type { Urn } from './urn';

/** The file of a book, in one format. */
export interface Acquisition {
  /** Ends in the file name with its extension. */
  href: string;
  type: string;
  /** Bytes, where known. */
  size?: number | null;
  rel?: 'http://opds-spec.org/acquisition' | 'http://opds-spec.org/acquisition/open-access';
}

/** A genre or tag. The scheme is an IRI that tells them apart. */
export interface Category {
  term: string;
  scheme?: string;
}

/** What both versions of OPDS say about a book. */
export interface BookRecord {
  id: Urn;
  /** The same wherever the book is listed. */
  title: string;
  /** The last change of the record, never "now". */
  updated: Date;
  people?: Person[];
  /** `2008`, `2008-05` or `2008-05-12`; anything else is left out. */
  issued?: string | null;
  language?: string | null;
  publisher?: string | null;
  /** An IRI, such as `urn:isbn:…`. */
  identifier?: string | null;
  categories?: Category[];
  summary?: string | null;
  /** Address of its page in the web UI. */
  page?: string | null;
  /** At least one: Panels wants a file also where pages are streamed. */
  acquisitions: [Acquisition, ...Acquisition[]];
}
