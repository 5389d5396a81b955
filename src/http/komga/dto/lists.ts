import { z } from 'zod';
import { idDto, instantDto } from './values';

export const collectionDto = z.object({
  id: idDto,
  name: z.string(),
  ordered: z.boolean(),
  /** Only those the viewer may see, in their manual order. */
  seriesIds: z.array(idDto),
  createdDate: instantDto,
  lastModifiedDate: instantDto,
  /** True when members are hidden from the viewer. */
  filtered: z.boolean(),
});

export const readListDto = z.object({
  id: idDto,
  name: z.string(),
  summary: z.string(),
  ordered: z.boolean(),
  bookIds: z.array(idDto),
  createdDate: instantDto,
  lastModifiedDate: instantDto,
  filtered: z.boolean(),
});
