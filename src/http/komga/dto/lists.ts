import { z } from 'zod';
import { boolean, id, text } from '../../../search/condition-values';
import { idDto, instantDto, notBlank } from './values';

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

/** Ids of members as uuids; text that is no id becomes one that nothing has, which the library refuses. */
const members = z
  .array(id)
  .min(1, 'must not be empty')
  .refine((ids) => new Set(ids).size === ids.length, 'must only contain unique elements');

export const newCollectionBody = z.object({ name: notBlank, ordered: boolean, seriesIds: members });

/** Absent and null leave a field as it is. */
export const collectionChangesBody = z.object({
  name: notBlank.nullish(),
  ordered: boolean.nullish(),
  seriesIds: members.nullish(),
});

export const newReadListBody = z.object({
  name: notBlank,
  summary: text.default(''),
  ordered: boolean.default(true),
  bookIds: members,
});

export const readListChangesBody = z.object({
  name: notBlank.nullish(),
  summary: text.nullish(),
  ordered: boolean.nullish(),
  bookIds: members.nullish(),
});
