import { z } from 'zod';

/**
 * What decoders of real clients need (clients.md): a key may only be absent or null where the client allows it. Not our
 * own wire schemas, so that a test says what clients say.
 */
const id = z.string().regex(/^[0-9A-Z]+$/);
const instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const count = z.number().int().nonnegative();
const author = z.object({ name: z.string(), role: z.string() });
const lock = z.boolean();

export const mihonPage = <T extends z.ZodType>(item: T) =>
  z.object({
    content: z.array(item),
    empty: z.boolean(),
    first: z.boolean(),
    last: z.boolean(),
    number: count,
    numberOfElements: count,
    size: count,
    totalElements: count,
    totalPages: count,
  });

const seriesMetadata = z.object({
  status: z.enum(['ENDED', 'ONGOING', 'ABANDONED', 'HIATUS']),
  created: z.string().nullish(),
  lastModified: z.string().nullish(),
  title: z.string(),
  titleSort: z.string(),
  summary: z.string(),
  summaryLock: lock,
  readingDirection: z.string(),
  readingDirectionLock: lock,
  publisher: z.string(),
  publisherLock: lock,
  ageRating: z.number().int().nullish(),
  ageRatingLock: lock,
  language: z.string(),
  languageLock: lock,
  genres: z.array(z.string()),
  genresLock: lock,
  tags: z.array(z.string()),
  tagsLock: lock,
  totalBookCount: z.number().int().nullish(),
});

export const mihonSeries = z.object({
  id,
  libraryId: id,
  name: z.string(),
  created: instant.nullish(),
  lastModified: instant.nullish(),
  fileLastModified: instant,
  booksCount: count,
  metadata: seriesMetadata,
  booksMetadata: z.object({
    authors: z.array(author).optional(),
    tags: z.array(z.string()).optional(),
    releaseDate: z.string().nullish(),
    summary: z.string(),
    summaryNumber: z.string(),
    created: z.string(),
    lastModified: z.string(),
  }),
});

export const mihonBook = z.object({
  id,
  seriesId: id,
  seriesTitle: z.string(),
  name: z.string(),
  number: z.number(),
  created: instant.nullish(),
  lastModified: instant.nullish(),
  fileLastModified: instant,
  sizeBytes: count,
  size: z.string(),
  media: z.object({
    status: z.string(),
    mediaType: z.string(),
    pagesCount: count,
    mediaProfile: z.string().optional(),
    epubDivinaCompatible: z.boolean().optional(),
  }),
  metadata: z.object({
    title: z.string(),
    titleLock: lock,
    summary: z.string(),
    summaryLock: lock,
    number: z.string(),
    numberLock: lock,
    numberSort: z.number(),
    numberSortLock: lock,
    releaseDate: z.iso.date().nullish(),
    releaseDateLock: lock,
    authors: z.array(author),
    authorsLock: lock,
    tags: z.array(z.string()),
    tagsLock: lock,
  }),
});

export const mihonCollection = z.object({
  id,
  name: z.string(),
  ordered: z.boolean(),
  seriesIds: z.array(id),
  createdDate: z.string(),
  lastModifiedDate: z.string(),
  filtered: z.boolean(),
});

export const mihonReadList = z.object({
  id,
  name: z.string(),
  summary: z.string(),
  bookIds: z.array(id),
  createdDate: z.string(),
  lastModifiedDate: z.string(),
  filtered: z.boolean(),
});

const counts = { booksCount: count, booksReadCount: count, booksUnreadCount: count, booksInProgressCount: count };

export const trackerSeries = mihonSeries.extend(counts);

export const trackerProgress = z.object({
  ...counts,
  lastReadContinuousNumberSort: z.number(),
  maxNumberSort: z.number(),
});

export const trackerReadListProgress = z.object({ ...counts, lastReadContinuousIndex: count });

export const named = z.object({ id, name: z.string() });
export { author as mihonAuthor };
