import type { Book } from '../model/book';
import { creditsOf } from '../model/keys';
import type { Series } from '../model/series';
import { sql, type Sql } from './sql';
import { columns } from './view';
import type { Viewer } from './viewer';

const bookColumns = [
  ...(['id', 'libraryId', 'seriesId', 'path', 'name', 'oneshot', 'fileSize', 'fileModifiedAt', 'fileHash'] as const),
  ...(['fileHashKoreader', 'number', 'createdAt', 'modifiedAt', 'deletedAt', 'title', 'summary'] as const),
  ...(['metadataNumber', 'numberSort', 'releaseDate', 'authors', 'tags', 'isbn', 'links', 'locked'] as const),
  ...([
    'provenance',
    'nameFacts',
    'metadataCreatedAt',
    'metadataModifiedAt',
    'mediaStatus',
    'mediaType',
    'mediaProfile',
  ] as const),
  ...(['mediaComment', 'pageCount', 'epubDivina', 'epubKepub', 'mediaModifiedAt'] as const),
] as const satisfies readonly (keyof Book)[];

/** How far the viewer is in a book. */
export interface BookProgress {
  /** From 1. */
  page: number;
  completed: boolean;
  readAt: Date;
  createdAt: Date;
  modifiedAt: Date;
  deviceId: string;
  deviceName: string;
}

/** A book as every protocol presents it: its columns, what it says about its series, and how far the viewer is in it. */
export interface BookView extends Pick<Book, (typeof bookColumns)[number]> {
  libraryRoot: string;
  seriesTitle: string;
  seriesLanguage: string;
  seriesPublisher: string;
  seriesReadingDirection: Series['readingDirection'];
  seriesAgeRating: number | null;
  seriesGenres: string[];
  /** null: unread. */
  progress: BookProgress | null;
}

type Flat<T, Prefix extends string> = { [K in keyof T & string as `${Prefix}${K}`]: T[K] | null };

export type BookRow = Omit<BookView, 'progress'> & Flat<BookProgress, 'progress:'>;

const progressColumns = [
  ...(['page', 'completed', 'readAt', 'createdAt', 'modifiedAt', 'deviceId', 'deviceName'] as const),
] as const satisfies readonly (keyof BookProgress)[];

/** Over `book b`, its `series bs`, `library l` and the viewer's `read_progress vp`. */
export const bookViewColumns: Sql = sql`${columns('b', bookColumns)}, l.root as "libraryRoot",
  bs.title as "seriesTitle", bs.language as "seriesLanguage", bs.publisher as "seriesPublisher",
  bs.reading_direction as "seriesReadingDirection", bs.age_rating as "seriesAgeRating", bs.genres as "seriesGenres",
  ${columns('vp', progressColumns, 'progress:')}`;

export const bookViewJoins = (viewer: Viewer): Sql => sql`join series bs on bs.id = b.series_id
  join library l on l.id = b.library_id
  left join read_progress vp on vp.user_id = ${viewer.userId} and vp.book_id = b.id`;

/** The flat row as it comes from the database → the view, with the progress as one thing that is there or not. */
export function bookViewOf(row: BookRow): BookView {
  const {
    'progress:page': page,
    'progress:completed': completed,
    'progress:readAt': readAt,
    'progress:createdAt': createdAt,
    'progress:modifiedAt': modifiedAt,
    'progress:deviceId': deviceId,
    'progress:deviceName': deviceName,
    ...stored
  } = row;
  const book = { ...stored, authors: creditsOf(stored) };
  if (page === null || completed === null || readAt === null || createdAt === null || modifiedAt === null) {
    return { ...book, progress: null };
  }
  const device = { deviceId: deviceId ?? '', deviceName: deviceName ?? '' };
  return { ...book, progress: { page, completed, readAt, createdAt, modifiedAt, ...device } };
}
