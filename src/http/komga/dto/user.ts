import { z } from 'zod';
import { idDto, instantDto } from './values';

export const userDto = z.object({
  id: idDto,
  email: z.string(),
  /** The stored roles and `USER`. */
  roles: z.array(z.string()),
  sharedAllLibraries: z.boolean(),
  sharedLibrariesIds: z.array(idDto),
  labelsAllow: z.array(z.string()),
  labelsExclude: z.array(z.string()),
  /** Null when there is none: Komga leaves it out, which broke two clients. */
  ageRestriction: z.object({ age: z.number().int(), restriction: z.enum(['ALLOW_ONLY', 'EXCLUDE']) }).nullable(),
});

export const apiKeyDto = z.object({
  id: idDto,
  userId: idDto,
  /** Readable in the answer that creates it, `******` afterwards. */
  key: z.string(),
  comment: z.string(),
  createdDate: instantDto,
  lastModifiedDate: instantDto,
});

export const activityDto = z.object({
  userId: idDto.nullable(),
  email: z.string().nullable(),
  apiKeyId: idDto.nullable(),
  apiKeyComment: z.string().nullable(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  success: z.boolean(),
  error: z.string().nullable(),
  dateTime: instantDto,
  source: z.string().nullable(),
});

const emailAddress = z
  .string()
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'must be a well-formed email address')
  .max(320);
const password = z.string().refine((text) => text.trim() !== '', 'must not be blank');

const ageRestriction = z
  .object({
    age: z.number().int().min(0, 'must be greater than or equal to 0'),
    restriction: z.enum(['ALLOW_ONLY', 'EXCLUDE', 'NONE']),
  })
  .nullable()
  .optional();

const sharedLibraries = z.object({ all: z.boolean(), libraryIds: z.array(z.string()).default([]) });

export const newUserBody = z.object({
  email: emailAddress,
  password,
  /** Unknown names are dropped: clients send `USER` back. */
  roles: z.array(z.string()).default([]),
  sharedLibraries: sharedLibraries.nullish(),
  ageRestriction,
  labelsAllow: z.array(z.string()).nullish(),
  labelsExclude: z.array(z.string()).nullish(),
});

export const userChangesBody = z.object({
  roles: z.array(z.string()).optional(),
  sharedLibraries: sharedLibraries.optional(),
  ageRestriction,
  labelsAllow: z.array(z.string()).nullish(),
  labelsExclude: z.array(z.string()).nullish(),
});

export const passwordBody = z.object({ password });
export const apiKeyBody = z.object({
  comment: z
    .string()
    .max(200)
    .refine((text) => text.trim() !== '', 'must not be blank'),
});
export const claimHeaders = z.object({ email: emailAddress, password });
