import path from 'node:path';
import type { z } from 'zod';
import { publicId } from '../../../base/public-id';
import type { SeriesReadingSummary } from '../../../search/reading-summary';
import type { SeriesView } from '../../../search/series-view';
import type { ListOf } from '../../../search/slice';
import { isAdmin, type Viewer } from '../../../search/viewer';
import { instant } from '../../reply';
import { listPage } from '../dto/page';
import type { tachiyomiSeriesDto } from '../dto/progress';
import type { booksMetadataDto, seriesDto, seriesMetadataDto } from '../dto/series';

function presentMetadata(row: SeriesView): z.input<typeof seriesMetadataDto> {
  const locked = new Set(row.locked);
  return {
    status: row.status,
    statusLock: locked.has('status'),
    title: row.title,
    titleLock: locked.has('title'),
    titleSort: row.titleSort,
    titleSortLock: locked.has('titleSort'),
    summary: row.summary,
    summaryLock: locked.has('summary'),
    readingDirection: row.readingDirection ?? '',
    readingDirectionLock: locked.has('readingDirection'),
    publisher: row.publisher,
    publisherLock: locked.has('publisher'),
    ageRating: row.ageRating,
    ageRatingLock: locked.has('ageRating'),
    language: row.language,
    languageLock: locked.has('language'),
    genres: row.genres,
    genresLock: locked.has('genres'),
    tags: row.tags,
    tagsLock: locked.has('tags'),
    totalBookCount: row.totalBookCount,
    totalBookCountLock: locked.has('totalBookCount'),
    sharingLabels: row.sharingLabels,
    sharingLabelsLock: locked.has('sharingLabels'),
    links: row.links,
    linksLock: locked.has('links'),
    alternateTitles: row.alternateTitles,
    alternateTitlesLock: locked.has('alternateTitles'),
    created: instant(row.metadataCreatedAt),
    lastModified: instant(row.metadataModifiedAt),
  };
}

function presentBooksMetadata(row: SeriesView): z.input<typeof booksMetadataDto> {
  return {
    authors: row.booksAuthors,
    tags: row.booksTags,
    releaseDate: row.booksReleaseDate,
    summary: row.booksSummary,
    summaryNumber: row.booksSummaryNumber,
    created: instant(row.booksMetadataCreatedAt),
    lastModified: instant(row.booksMetadataModifiedAt),
  };
}

/** Where the series lies is for administrators only. */
export function presentSeries(row: SeriesView, viewer: Viewer): z.input<typeof seriesDto> {
  return {
    id: publicId(row.id),
    libraryId: publicId(row.libraryId),
    name: row.name,
    url: isAdmin(viewer) ? path.join(row.libraryRoot, row.path) : '',
    created: instant(row.createdAt),
    lastModified: instant(row.modifiedAt),
    fileLastModified: instant(row.fileModifiedAt),
    booksCount: row.bookCount,
    booksReadCount: row.readCount,
    booksUnreadCount: Math.max(0, row.bookCount - row.readCount - row.inProgressCount),
    booksInProgressCount: row.inProgressCount,
    metadata: presentMetadata(row),
    booksMetadata: presentBooksMetadata(row),
    deleted: row.deletedAt !== null,
    oneshot: row.oneshot,
  };
}

export const seriesPage = (slice: ListOf<SeriesView>, viewer: Viewer) =>
  listPage(slice, (row) => presentSeries(row, viewer));

export function presentSeriesSummary(summary: SeriesReadingSummary): z.input<typeof tachiyomiSeriesDto> {
  return {
    booksCount: summary.bookCount,
    booksReadCount: summary.readCount,
    booksUnreadCount: summary.unreadCount,
    booksInProgressCount: summary.inProgressCount,
    lastReadContinuousNumberSort: summary.lastReadNumberSort,
    maxNumberSort: summary.maxNumberSort,
  };
}
