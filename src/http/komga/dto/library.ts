import { z } from 'zod';
import { scanIntervals, seriesCovers } from '../../../model/library';
import { idDto, notBlank } from './values';

const options = {
  importComicInfoBook: z.boolean(),
  importComicInfoSeries: z.boolean(),
  importComicInfoCollection: z.boolean(),
  importComicInfoReadList: z.boolean(),
  importComicInfoSeriesAppendVolume: z.boolean(),
  importEpubBook: z.boolean(),
  importEpubSeries: z.boolean(),
  importMylarSeries: z.boolean(),
  importLocalArtwork: z.boolean(),
  importBarcodeIsbn: z.boolean(),
  scanForceModifiedTime: z.boolean(),
  scanInterval: z.enum(scanIntervals),
  scanOnStartup: z.boolean(),
  scanCbx: z.boolean(),
  scanPdf: z.boolean(),
  scanEpub: z.boolean(),
  scanDirectoryExclusions: z.array(z.string()),
  repairExtensions: z.boolean(),
  convertToCbz: z.boolean(),
  emptyTrashAfterScan: z.boolean(),
  seriesCover: z.enum(seriesCovers),
  hashFiles: z.boolean(),
  hashPages: z.boolean(),
  hashKoreader: z.boolean(),
  analyzeDimensions: z.boolean(),
  oneshotsDirectory: z.string().nullable(),
};

export const libraryDto = z.object({
  id: idDto,
  name: z.string(),
  /** `''` for everybody but administrators. */
  root: z.string(),
  ...options,
  unavailable: z.boolean(),
});

export const newLibraryBody = z.object({ name: notBlank, root: notBlank, ...z.object(options).partial().shape });

/** Absent and null leave a field as it is, but null empties the exclusions and the one-shots folder (Komga). */
export const libraryChangesBody = z.object({
  name: notBlank.nullish(),
  root: notBlank.nullish(),
  ...Object.fromEntries(Object.entries(options).map(([name, schema]) => [name, schema.nullish()])),
} as Nullish<{ name: typeof notBlank; root: typeof notBlank } & typeof options>);

type Nullish<T extends Record<string, z.ZodType>> = { [K in keyof T]: z.ZodOptional<z.ZodNullable<T[K]>> };
