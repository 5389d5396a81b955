import { z } from 'zod';
import { posterTypes } from '../../../model/poster';
import { idDto } from './values';

const posterDto = z.object({
  id: idDto,
  type: z.enum(posterTypes),
  /** One of an entity is, or none: its fallback is shown. */
  selected: z.boolean(),
  mediaType: z.string(),
  fileSize: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
});

export const bookPosterDto = posterDto.extend({ bookId: idDto });
export const seriesPosterDto = posterDto.extend({ seriesId: idDto });
export const collectionPosterDto = posterDto.extend({ collectionId: idDto });
export const readListPosterDto = posterDto.extend({ readListId: idDto });
