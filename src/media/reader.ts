import type { Readable } from 'node:stream';
import type { EpubOutline } from './epub-outline';

/** What the file is, told by its content. `folder` is a folder of images. */
export type Container = 'zip' | 'rar4' | 'rar5' | '7z' | 'tar' | 'pdf' | 'epub' | 'folder';

/** Where the bytes of a page lie when they can be read with one positioned read: no parsing at request time. */
export interface ZipLocation {
  kind: 'zip';
  /** Offset of the local header in the file, bytes. */
  offset: number;
  compressedSize: number;
  size: number;
  /** 0 stored, 8 deflate; others are unpacked in a thread (zip-methods.ts). */
  method: number;
  crc32: number;
  /** General purpose bits, of methods whose decoder has to know them. */
  flags?: number;
}

/** A run of bytes in the file that is the page as it is (stored RAR entry, TAR entry, JPEG inside a PDF). */
export interface SpanLocation {
  kind: 'span';
  offset: number;
  size: number;
  /** Where the archive has a checksum. */
  crc32?: number | null;
}

/** A file below the folder of a folder book, or an entry of an archive that has to be unpacked by name or index. */
export interface EntryLocation {
  kind: 'file' | 'entry';
  name: string;
  /** Position in the archive's own order, where it has one. */
  index?: number;
}

/** A page that has to be rendered (PDF). 1-based. */
export interface RenderLocation {
  kind: 'render';
  /** Absent: as a picture. */
  as?: 'pdf';
  page: number;
}

export type PageLocation = ZipLocation | SpanLocation | EntryLocation | RenderLocation;

export interface PageEntry {
  /** Path inside the container, `/` as separator, decoded; for a PDF the page number as text. Only shown, never opened. */
  name: string;
  /** Told by content: `image/jpeg`, … ; of a rendered page what it will be rendered to. */
  mediaType: string;
  /** Pixels as stored; null where the format does not tell cheaply. */
  width: number | null;
  height: number | null;
  /** Bytes of the page as delivered; null when it is rendered. */
  size: number | null;
  location: PageLocation;
  /** The picture moves: it is only changed when a client asks for another format. */
  animated?: true;
}

/** An entry that is no page (ComicInfo.xml, text) or could not be read. */
export interface OtherEntry {
  name: string;
  mediaType: string;
  size: number | null;
  /** Where its bytes lie, for containers whose files are served on their own (EPUB). */
  location?: PageLocation;
}

export interface BookContent {
  container: Container;
  /** In reading order (Komga's natural order; spine order in an EPUB). */
  pages: PageEntry[];
  files: OtherEntry[];
  /** Names of entries that look like content but cannot be read, with the code of the reason. The book stays readable. */
  problems: { name: string; code: string }[];
  /** Of an EPUB: every spine item is exactly one picture. */
  divina: boolean;
  /** Page count where it is not `pages.length` (EPUB books: one page a KiB of spine). */
  pageCount: number;
  /** Of an EPUB, where it could be read. */
  outline?: EpubOutline | null;
  /** The archive lies in more than one file. */
  volumes?: true;
}

/**
 * Opens a book file of one kind. Made by `openBook`, which tells the kind by content. Methods throw coded errors
 * (base/errors.ts) only. Nothing here touches the database. Unpackers and renderers work in the calling thread until they are
 * done: books are opened by tasks and page threads, never by the process that answers requests (docs/decisions/0008).
 */
export interface Reader {
  readonly container: Container;
  /** Reads the directory and the first bytes of each entry. `dimensions: false` leaves width and height null. */
  content(options?: { dimensions?: boolean }): Promise<BookContent>;
  /** A whole small entry by its exact name (`ComicInfo.xml`, the OPF), or null; at most `limits.metadataBytes`. */
  file(name: string): Promise<Buffer | null>;
  /** The bytes of a page that `content()` told of (now or at analysis), as a stream. Stops when the signal aborts. */
  open(location: PageLocation, signal?: AbortSignal): Promise<Readable>;
  /** The picture that the book itself names as its cover (EPUB); the first page is the cover of other books. */
  cover?(): Promise<PageLocation | null>;
  close(): Promise<void>;
}
