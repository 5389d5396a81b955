import path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Model } from 'objection';
import type { MediaLimits } from '../media/limits';
import type { Book } from '../model/book';
import type { Library } from '../model/library';
import type { Series } from '../model/series';
import type { FileVersion } from './analysis-outcome';
import { readingOf, type Reading } from './analysis-rows';
import type { Batch, NewBook } from './batch';
import type { newBookRow, newSeriesRow } from './book-rows';
import { mergeBook } from './book-metadata';
import { readAtOnce } from './read-at-once';
import { seriesAfter, type DescribedBook } from './refresh-series';

/** The first books of a batch wait no longer for the others: what is left then is for tasks. */
const batchMilliseconds = 3_000;
/** A disk on which fewer books a second are read than this answers too slowly to wait for it. */
const slowBooksPerSecond = 50;
/** How long the thread may be kept from its other work. */
const breathMilliseconds = 20;

export interface FirstReadingOptions {
  library: Library;
  limits: MediaLimits;
  signal: AbortSignal;
}

/** The columns of a model, without its methods. */
type Fields<M extends Model> = Omit<M, keyof Model>;

/** What was found in the new books of a batch, by their ids. */
export type Readings = ReadonlyMap<string, Reading>;

/**
 * Reads new books while the batch before theirs is being written, so that their rows are written once and whole; a row that
 * waits for its analysis costs two writes and a task (docs/decisions/0013).
 */
export function createFirstReading({ library, limits, signal }: FirstReadingOptions) {
  const options = { limits, dimensions: library.analyzeDimensions, hash: library.hashFiles, signal };
  let isSlow = false;

  async function read({ row, file }: NewBook, at: Date): Promise<Reading | null> {
    const version = { size: file.size, modifiedAt: file.modifiedAt };
    const found = await readAtOnce(path.join(library.root, file.path), version, options);
    if (found === null) return null;
    const book = bookOf(row, version);
    const { analysis, hash } = found;
    // the row is nobody else's yet: it becomes what it is after its analysis
    const next = Object.assign(book, analysis.state, mergeBook(book, library, analysis, at));
    next.fileHash = hash;
    return readingOf({ bookId: row.id, library, analysis, version, book, next });
  }

  return async (books: NewBook[], at: Date): Promise<Readings> => {
    const readings = new Map<string, Reading>();
    const start = performance.now();
    let lastBreath = start;
    let tried = 0;
    for (const book of isSlow ? [] : books) {
      const reading = await read(book, at);
      if (reading) readings.set(book.row.id, reading);
      tried++;
      const now = performance.now();
      if (now - start > batchMilliseconds) break;
      if (now - lastBreath < breathMilliseconds) continue;
      await breathe();
      signal.throwIfAborted();
      lastBreath = performance.now();
    }
    const seconds = (performance.now() - start) / 1000;
    isSlow ||= seconds > 0.5 && tried / seconds < slowBooksPerSecond;
    return readings;
  };
}

/** The book as the database would give it back after the insert. Field by field: spreading objects of this size is slow. */
function bookOf(row: ReturnType<typeof newBookRow>, { size, modifiedAt }: FileVersion): Book {
  const at = new Date(row.created_at);
  const book: Fields<Book> = {
    id: row.id,
    libraryId: row.library_id,
    seriesId: row.series_id,
    path: row.path,
    name: row.name,
    oneshot: row.oneshot,
    fileSize: size,
    fileModifiedAt: new Date(modifiedAt),
    fileHash: '',
    fileHashKoreader: '',
    number: row.number,
    createdAt: at,
    modifiedAt: at,
    deletedAt: null,
    title: row.title,
    summary: '',
    metadataNumber: row.metadata_number,
    numberSort: row.number_sort,
    releaseDate: null,
    authors: [],
    tags: [],
    isbn: '',
    links: [],
    locked: [],
    provenance: {},
    nameFacts: null,
    metadataCreatedAt: at,
    metadataModifiedAt: at,
    mediaStatus: 'UNKNOWN',
    mediaType: '',
    mediaProfile: '',
    mediaComment: '',
    pageCount: 0,
    epubDivina: false,
    epubKepub: false,
    mediaModifiedAt: at,
    titleKey: row.title_key,
    searchKey: row.search_key,
    tagKeys: [],
    authorKeys: [],
  };
  return book as Book;
}

function seriesOf(
  row: ReturnType<typeof newSeriesRow>,
  fileModifiedAt: Date,
  seriesJson: Series['seriesJson'],
): Series {
  const at = new Date(row.created_at);
  const series: Fields<Series> = {
    id: row.id,
    libraryId: row.library_id,
    path: row.path,
    name: row.name,
    oneshot: row.oneshot,
    fileModifiedAt,
    bookCount: row.book_count,
    createdAt: at,
    modifiedAt: at,
    deletedAt: null,
    status: 'ONGOING',
    title: row.title,
    titleSort: row.title_sort,
    summary: '',
    readingDirection: null,
    publisher: '',
    ageRating: null,
    language: '',
    totalBookCount: null,
    genres: [],
    tags: [],
    sharingLabels: [],
    links: [],
    alternateTitles: [],
    locked: [],
    provenance: {},
    metadataCreatedAt: at,
    metadataModifiedAt: at,
    seriesJson,
    booksAuthors: [],
    booksTags: [],
    booksReleaseDate: null,
    booksSummary: '',
    booksSummaryNumber: '',
    booksMetadataCreatedAt: at,
    booksMetadataModifiedAt: at,
    titleKey: row.title_key,
    titleSortKey: row.title_sort_key,
    searchKey: row.search_key,
    publisherKey: '',
    genreKeys: [],
    tagKeys: [],
    sharingLabelKeys: [],
    authorKeys: [],
  };
  return series as Series;
}

export interface CompleteSeries {
  /** As it is after its books were read. */
  series: Series;
  /** Names of the collections that its books name. */
  collections: string[];
}

/** New series of which every book is new and was read: nothing is left to be brought in line later. */
export function completeSeries(
  library: Library,
  { newSeries, newBooks, regrouped }: Batch,
  readings: Readings,
  seriesJson: ReadonlyMap<string, Series['seriesJson']>,
): Map<string, CompleteSeries> {
  const read = new Map<string, Reading[]>();
  for (const { row } of newBooks) {
    const outcome = readings.get(row.id);
    const group = read.get(row.series_id);
    if (outcome && group) group.push(outcome);
    else if (outcome) read.set(row.series_id, [outcome]);
  }
  const complete = new Map<string, CompleteSeries>();
  for (const row of newSeries) {
    const books = read.get(row.id) ?? [];
    if (books.length !== row.book_count || regrouped.has(row.id)) continue;
    const found = books.map(({ next, analysis: { comicInfo, opf } }) => ({ ...next, comicInfo, opf }) as DescribedBook);
    complete.set(
      row.id,
      seriesAfter(seriesOf(row, new Date(row.file_modified_at), seriesJson.get(row.id) ?? null), library, found),
    );
  }
  return complete;
}
