import { z } from 'zod';
import { mediaProfiles, mediaStatuses } from '../../../model/book';
import { authorDto, dateDto, idDto, instantDto, linkDto } from './values';

export const mediaDto = z.object({
  status: z.enum(mediaStatuses),
  mediaType: z.string(),
  pagesCount: z.number().int(),
  comment: z.string(),
  epubDivinaCompatible: z.boolean(),
  epubIsKepub: z.boolean(),
  mediaProfile: z.enum(mediaProfiles),
});

export const bookMetadataDto = z.object({
  title: z.string(),
  titleLock: z.boolean(),
  summary: z.string(),
  summaryLock: z.boolean(),
  number: z.string(),
  numberLock: z.boolean(),
  numberSort: z.number(),
  numberSortLock: z.boolean(),
  releaseDate: dateDto.nullable(),
  releaseDateLock: z.boolean(),
  authors: z.array(authorDto),
  authorsLock: z.boolean(),
  tags: z.array(z.string()),
  tagsLock: z.boolean(),
  isbn: z.string(),
  isbnLock: z.boolean(),
  links: z.array(linkDto),
  linksLock: z.boolean(),
  created: instantDto,
  lastModified: instantDto,
});

export const readProgressDto = z.object({
  /** From 1. */
  page: z.number().int(),
  completed: z.boolean(),
  readDate: instantDto,
  created: instantDto,
  lastModified: instantDto,
  deviceId: z.string(),
  deviceName: z.string(),
});

export const bookDto = z.object({
  id: idDto,
  seriesId: idDto,
  seriesTitle: z.string(),
  libraryId: idDto,
  name: z.string(),
  /** Absolute path for administrators, the file's name for everybody else. */
  url: z.string(),
  /** Position in the series, from 1; not the number of the metadata. */
  number: z.number().int(),
  created: instantDto,
  lastModified: instantDto,
  fileLastModified: instantDto,
  sizeBytes: z.number().int(),
  size: z.string(),
  media: mediaDto,
  metadata: bookMetadataDto,
  readProgress: readProgressDto.nullable(),
  deleted: z.boolean(),
  fileHash: z.string(),
  oneshot: z.boolean(),
});

export const pageDto = z.object({
  number: z.number().int(),
  fileName: z.string(),
  mediaType: z.string(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  sizeBytes: z.number().int().nullable(),
  size: z.string(),
});
