import { z } from 'zod';
import { readingDirections, seriesStatuses } from '../../../model/series';
import { authorDto, dateDto, idDto, instantDto, linkDto } from './values';

export const alternateTitleDto = z.object({ label: z.string(), title: z.string() });

export const seriesMetadataDto = z.object({
  status: z.enum(seriesStatuses),
  statusLock: z.boolean(),
  title: z.string(),
  titleLock: z.boolean(),
  titleSort: z.string(),
  titleSortLock: z.boolean(),
  summary: z.string(),
  summaryLock: z.boolean(),
  /** `''` when unset, never null: two clients decode a closed enum. */
  readingDirection: z.enum([...readingDirections, '']),
  readingDirectionLock: z.boolean(),
  publisher: z.string(),
  publisherLock: z.boolean(),
  ageRating: z.number().int().nullable(),
  ageRatingLock: z.boolean(),
  language: z.string(),
  languageLock: z.boolean(),
  genres: z.array(z.string()),
  genresLock: z.boolean(),
  tags: z.array(z.string()),
  tagsLock: z.boolean(),
  totalBookCount: z.number().int().nullable(),
  totalBookCountLock: z.boolean(),
  sharingLabels: z.array(z.string()),
  sharingLabelsLock: z.boolean(),
  links: z.array(linkDto),
  linksLock: z.boolean(),
  alternateTitles: z.array(alternateTitleDto),
  alternateTitlesLock: z.boolean(),
  created: instantDto,
  lastModified: instantDto,
});

export const booksMetadataDto = z.object({
  authors: z.array(authorDto),
  tags: z.array(z.string()),
  releaseDate: dateDto.nullable(),
  summary: z.string(),
  summaryNumber: z.string(),
  created: instantDto,
  lastModified: instantDto,
});

export const seriesDto = z.object({
  id: idDto,
  libraryId: idDto,
  /** Of the folder; never changed by metadata. */
  name: z.string(),
  /** Absolute path for administrators, `''` for everybody else. */
  url: z.string(),
  created: instantDto,
  lastModified: instantDto,
  fileLastModified: instantDto,
  booksCount: z.number().int(),
  booksReadCount: z.number().int(),
  booksUnreadCount: z.number().int(),
  booksInProgressCount: z.number().int(),
  metadata: seriesMetadataDto,
  booksMetadata: booksMetadataDto,
  deleted: z.boolean(),
  oneshot: z.boolean(),
});

export const groupCountDto = z.object({ group: z.string(), count: z.number().int() });
