import { z } from 'zod';
import { pageHashActions } from '../../../search/find-page-hashes';
import { idDto, instantDto, notBlank } from './values';

export const knownPageHashDto = z.object({
  hash: z.string(),
  size: z.number().int().nullable(),
  action: z.enum(pageHashActions),
  deleteCount: z.number().int(),
  matchCount: z.number().int(),
  created: instantDto,
  lastModified: instantDto,
});

export const unknownPageHashDto = z.object({ hash: z.string(), size: z.number().int(), matchCount: z.number().int() });

export const pageHashMatchDto = z.object({
  bookId: idDto,
  url: z.string(),
  pageNumber: z.number().int(),
  fileName: z.string(),
  fileSize: z.number().int(),
  mediaType: z.string(),
});

export const pageHashBody = z.object({
  hash: notBlank,
  size: z.number().int().min(0).nullish(),
  action: z.enum(pageHashActions),
});
