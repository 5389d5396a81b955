import { z } from 'zod';
import { boolean, text, wholeNumber } from '../../../search/condition-values';
import { idDto, instantDto, notBlank } from './values';

const thumbnailSizes = ['DEFAULT', 'MEDIUM', 'LARGE', 'XLARGE'] as const;

/** `configurationSource`: of the environment; `databaseSource`: saved here, which ours never are. */
const sourced = <T extends z.ZodType>(value: T) =>
  z.object({
    configurationSource: value.nullable(),
    databaseSource: value.nullable(),
    effectiveValue: value.nullable(),
  });

export const settingsDto = z.object({
  deleteEmptyCollections: z.boolean(),
  deleteEmptyReadLists: z.boolean(),
  rememberMeDurationDays: z.number().int(),
  thumbnailSize: z.enum(thumbnailSizes),
  taskPoolSize: z.number().int(),
  serverPort: sourced(z.number().int()),
  serverContextPath: sourced(z.string()),
  koboProxy: z.boolean(),
  koboPort: z.number().int().nullable(),
  kepubifyPath: sourced(z.string()),
});

const positive = wholeNumber.refine((value) => value > 0, 'must be greater than 0').nullish();
const ofEnvironment = z
  .unknown()
  .refine((value) => value === null || value === undefined, 'is set in the environment of the server')
  .optional();

/** Absent and null leave a setting as it is. Those of Kobo are taken and forgotten: the settings page sends them all. */
export const settingsChangesBody = z.object({
  deleteEmptyCollections: boolean.nullish(),
  deleteEmptyReadLists: boolean.nullish(),
  rememberMeDurationDays: positive,
  renewRememberMeKey: boolean.nullish(),
  thumbnailSize: z.enum(thumbnailSizes).nullish(),
  taskPoolSize: positive,
  serverPort: ofEnvironment,
  serverContextPath: ofEnvironment,
});

const longestKey = 255;
const longestValue = 1_000_000;
const segment = /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/;

/** Names apart by dots, each begun and ended by a letter or digit, the first one begun by a letter. */
const isKey = (key: string): boolean =>
  key.length <= longestKey && /^[a-z]/.test(key) && key.split('.').every((part) => segment.test(part));

const value = notBlank.refine((text) => text.length <= longestValue, 'must not be longer than 1,000,000 characters');

const byKey = <T extends z.ZodType>(setting: T) =>
  z.record(z.string(), setting).superRefine((settings, context) => {
    for (const key of Object.keys(settings)) {
      if (!isKey(key)) context.addIssue({ code: 'custom', path: [key], message: 'is not a valid key' });
    }
  });

export const globalSettingsBody = byKey(z.object({ value, allowUnauthorized: boolean }));
export const userSettingsBody = byKey(z.object({ value }));
export const settingKeysBody = z.array(text.refine(isKey, 'is not a valid key'));

export const globalSettingsDto = z.record(z.string(), z.object({ value: z.string(), allowUnauthorized: z.boolean() }));
export const userSettingsDto = z.record(z.string(), z.object({ value: z.string() }));

export const historyDto = z.object({
  id: idDto,
  type: z.string(),
  timestamp: instantDto,
  bookId: idDto.nullable(),
  seriesId: idDto.nullable(),
  properties: z.record(z.string(), z.string()),
});
