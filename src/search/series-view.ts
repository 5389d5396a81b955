import type { Series } from '../model/series';
import { sql, type Sql } from './sql';
import { columns } from './view';
import type { Viewer } from './viewer';

const seriesColumns = [
  ...([
    'id',
    'libraryId',
    'path',
    'name',
    'oneshot',
    'fileModifiedAt',
    'bookCount',
    'createdAt',
    'modifiedAt',
  ] as const),
  ...(['deletedAt', 'status', 'title', 'titleSort', 'summary', 'readingDirection', 'publisher', 'ageRating'] as const),
  ...(['language', 'totalBookCount', 'genres', 'tags', 'sharingLabels', 'links', 'alternateTitles', 'locked'] as const),
  ...([
    'provenance',
    'metadataCreatedAt',
    'metadataModifiedAt',
    'booksAuthors',
    'booksTags',
    'booksReleaseDate',
  ] as const),
  ...(['booksSummary', 'booksSummaryNumber', 'booksMetadataCreatedAt', 'booksMetadataModifiedAt'] as const),
] as const satisfies readonly (keyof Series)[];

/** A series as every protocol presents it: its columns, where its library lies, and how far the viewer is in it. */
export interface SeriesView extends Pick<Series, (typeof seriesColumns)[number]> {
  /** With `path` the absolute path, which only administrators are shown. */
  libraryRoot: string;
  /** Books that the viewer completed. */
  readCount: number;
  inProgressCount: number;
  lastReadAt: Date | null;
}

/** Over `series s`, `library l` and the viewer's `series_progress vp`. */
export const seriesViewColumns: Sql = sql`${columns('s', seriesColumns)}, l.root as "libraryRoot",
  coalesce(vp.read_count, 0) as "readCount", coalesce(vp.in_progress_count, 0) as "inProgressCount",
  vp.last_read_at as "lastReadAt"`;

export const seriesViewJoins = (viewer: Viewer): Sql => sql`join library l on l.id = s.library_id
  left join series_progress vp on vp.user_id = ${viewer.userId} and vp.series_id = s.id`;
