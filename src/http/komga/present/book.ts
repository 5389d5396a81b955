import path from 'node:path';
import type { z } from 'zod';
import { publicId } from '../../../base/public-id';
import { humanSize } from '../../../base/text';
import type { BookProgress, BookView } from '../../../search/book-view';
import type { ListOf } from '../../../search/slice';
import { isAdmin, type Viewer } from '../../../search/viewer';
import { instant } from '../../reply';
import type { bookDto, bookMetadataDto, mediaDto, readProgressDto } from '../dto/book';
import { listPage } from '../dto/page';

function presentMedia(row: BookView): z.input<typeof mediaDto> {
  return {
    status: row.mediaStatus,
    mediaType: row.mediaType,
    pagesCount: row.pageCount,
    comment: row.mediaComment,
    epubDivinaCompatible: row.epubDivina,
    epubIsKepub: row.epubKepub,
    mediaProfile: row.mediaProfile,
  };
}

function presentMetadata(row: BookView): z.input<typeof bookMetadataDto> {
  const locked = new Set(row.locked);
  return {
    title: row.title,
    titleLock: locked.has('title'),
    summary: row.summary,
    summaryLock: locked.has('summary'),
    number: row.metadataNumber,
    numberLock: locked.has('number'),
    numberSort: row.numberSort,
    numberSortLock: locked.has('numberSort'),
    releaseDate: row.releaseDate,
    releaseDateLock: locked.has('releaseDate'),
    authors: row.authors,
    authorsLock: locked.has('authors'),
    tags: row.tags,
    tagsLock: locked.has('tags'),
    isbn: row.isbn,
    isbnLock: locked.has('isbn'),
    links: row.links,
    linksLock: locked.has('links'),
    created: instant(row.metadataCreatedAt),
    lastModified: instant(row.metadataModifiedAt),
  };
}

function presentProgress(progress: BookProgress): z.input<typeof readProgressDto> {
  return {
    page: progress.page,
    completed: progress.completed,
    readDate: instant(progress.readAt),
    created: instant(progress.createdAt),
    lastModified: instant(progress.modifiedAt),
    deviceId: progress.deviceId,
    deviceName: progress.deviceName,
  };
}

/** Administrators see the absolute path, everybody else the name of the file. */
export function presentBook(row: BookView, viewer: Viewer): z.input<typeof bookDto> {
  return {
    id: publicId(row.id),
    seriesId: publicId(row.seriesId),
    seriesTitle: row.seriesTitle,
    libraryId: publicId(row.libraryId),
    name: row.name,
    url: isAdmin(viewer) ? path.join(row.libraryRoot, row.path) : path.basename(row.path),
    number: row.number,
    created: instant(row.createdAt),
    lastModified: instant(row.modifiedAt),
    fileLastModified: instant(row.fileModifiedAt),
    sizeBytes: row.fileSize,
    size: humanSize(row.fileSize),
    media: presentMedia(row),
    metadata: presentMetadata(row),
    readProgress: row.progress && presentProgress(row.progress),
    deleted: row.deletedAt !== null,
    fileHash: row.fileHash,
    oneshot: row.oneshot,
  };
}

export const booksPage = (slice: ListOf<BookView>, viewer: Viewer) =>
  listPage(slice, (row) => presentBook(row, viewer));
