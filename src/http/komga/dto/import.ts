import { z } from 'zod';
import { pageDto } from './book';
import { idDto, instantDto, notBlank } from './values';

export const transientBookDto = z.object({
  id: idDto,
  name: z.string(),
  url: z.string(),
  fileLastModified: instantDto,
  sizeBytes: z.number().int(),
  size: z.string(),
  status: z.string(),
  mediaType: z.string(),
  pages: z.array(pageDto),
  files: z.array(z.string()),
  comment: z.string(),
  number: z.number().nullable(),
  seriesId: idDto.nullable(),
});

export const transientScanBody = z.object({ path: z.string() });

export const importBody = z.object({
  copyMode: z.enum(['MOVE', 'COPY', 'HARDLINK']),
  books: z.array(
    z.object({
      sourceFile: notBlank,
      seriesId: z.string(),
      upgradeBookId: z.string().nullish(),
      destinationName: z.string().nullish(),
    }),
  ),
});

const placeDto = z.object({ type: z.enum(['directory', 'file']), name: z.string(), path: z.string() });

export const directoryDto = z.object({
  parent: z.string().exactOptional(),
  directories: z.array(placeDto),
  files: z.array(placeDto),
});

export const directoryBody = z.object({ path: z.string().default(''), showFiles: z.boolean().nullish() });

export const readingListMatchDto = z.object({
  readListMatch: z.object({ name: z.string(), errorCode: z.string() }),
  requests: z.array(
    z.object({
      request: z.object({ series: z.array(z.string()), number: z.string() }),
      matches: z.array(
        z.object({
          series: z.object({ seriesId: idDto, title: z.string(), releaseDate: z.iso.date().nullable() }),
          books: z.array(z.object({ bookId: idDto, number: z.string(), title: z.string() })),
        }),
      ),
    }),
  ),
  errorCode: z.string(),
});
