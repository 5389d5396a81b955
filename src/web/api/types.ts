/** The members of the server's answers that the web UI uses; the full shapes are in the served OpenAPI document. */
export interface Slice<T> {
  content: T[];
  number: number;
  last: boolean;
  totalElements: number;
}

export interface User {
  id: string;
  email: string;
  roles: string[];
}

/** Komga's options of a library, as the server sends them. */
export interface LibraryOptions {
  name: string;
  /** `''` for everybody but administrators. */
  root: string;
  importComicInfoBook: boolean;
  importComicInfoSeries: boolean;
  importComicInfoCollection: boolean;
  importComicInfoReadList: boolean;
  importComicInfoSeriesAppendVolume: boolean;
  importEpubBook: boolean;
  importEpubSeries: boolean;
  importMylarSeries: boolean;
  importLocalArtwork: boolean;
  importBarcodeIsbn: boolean;
  scanForceModifiedTime: boolean;
  scanInterval: string;
  scanOnStartup: boolean;
  scanCbx: boolean;
  scanPdf: boolean;
  scanEpub: boolean;
  scanDirectoryExclusions: string[];
  repairExtensions: boolean;
  convertToCbz: boolean;
  emptyTrashAfterScan: boolean;
  seriesCover: string;
  hashFiles: boolean;
  hashPages: boolean;
  hashKoreader: boolean;
  analyzeDimensions: boolean;
  oneshotsDirectory: string | null;
}

export interface Library extends LibraryOptions {
  id: string;
  unavailable: boolean;
}

/** What our server can beyond Komga's options. */
export interface OwnOptions {
  scanImageFolders: boolean;
  watch: boolean;
  parseNames: boolean;
  vanishLimit: number | null;
}

export interface LibraryState extends OwnOptions {
  lastScanAt: string | null;
  unavailableSince: string | null;
  unavailableReason: string | null;
}

/** Metadata from MangaDex in one library; null: as the server is configured. */
export interface MetadataOptions {
  mode: 'auto' | 'review' | 'off' | null;
  covers: boolean;
}

/** A book whose file is gone. */
export interface TrashedBook {
  id: string;
  seriesId: string;
  seriesTitle: string;
  title: string;
  path: string;
  sizeBytes: number;
  deletedAt: string;
}

export interface Author {
  name: string;
  role: string;
}

export interface WebLink {
  label: string;
  url: string;
}

export interface Series {
  id: string;
  libraryId: string;
  name: string;
  booksCount: number;
  booksReadCount: number;
  booksUnreadCount: number;
  booksInProgressCount: number;
  deleted: boolean;
  metadata: {
    title: string;
    status: string;
    summary: string;
    readingDirection: string;
    publisher: string;
    ageRating: number | null;
    language: string;
    genres: string[];
    tags: string[];
    totalBookCount: number | null;
    links: WebLink[];
    alternateTitles: { label: string; title: string }[];
  };
  booksMetadata: { authors: Author[]; tags: string[]; releaseDate: string | null; summary: string };
}

export interface ReadProgress {
  page: number;
  completed: boolean;
  readDate: string;
}

export interface Book {
  id: string;
  seriesId: string;
  seriesTitle: string;
  libraryId: string;
  name: string;
  /** The whole path for administrators, the name of the file for everybody else. */
  url: string;
  size: string;
  sizeBytes: number;
  fileHash: string;
  deleted: boolean;
  oneshot: boolean;
  media: { status: string; mediaType: string; mediaProfile: string; pagesCount: number; comment: string };
  metadata: {
    title: string;
    number: string;
    numberSort: number;
    summary: string;
    releaseDate: string | null;
    authors: Author[];
    tags: string[];
    isbn: string;
    links: WebLink[];
  };
  readProgress: ReadProgress | null;
}

export interface Page {
  number: number;
  fileName: string;
  mediaType: string;
  width: number | null;
  height: number | null;
}

/** A task that a person waits for, such as a scan. */
export interface Operation {
  id: string;
  kind: string;
  subjectId: string | null;
  subjectName: string | null;
  state: 'queued' | 'running' | 'waiting' | 'done' | 'failed';
  done: number;
  total: number | null;
  message: string | null;
  /** Files that failed while the rest went on. */
  problems: { name: string; code: string }[];
  /** Books a second, while it runs. */
  rate: number | null;
  secondsLeft: number | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

/** What has fields of metadata: the word of the addresses. */
export type Described = 'series' | 'books';

/** One field: what it says, by whom, since when. */
export interface FieldState {
  field: string;
  value: unknown;
  /** Null: nobody has said anything. */
  source: 'name' | 'file' | 'mangadex' | 'person' | null;
  since: string | null;
  locked: boolean;
}

/** A change that was made to files. */
export interface HistoryEvent {
  id: string;
  type: string;
  timestamp: string;
  bookId: string | null;
  seriesId: string | null;
  properties: Record<string, string>;
}

/** Background work that the server gave up. */
export interface FailedTask {
  id: string;
  /** `analyzeBook`, `convertBook`, … */
  task: string;
  /** Null for work on many things at once, and for what is gone. */
  subject: { kind: 'book' | 'series' | 'library'; id: string; name: string } | null;
  /** Null: the log tells what happened. */
  code: string | null;
  createdAt: string;
}
