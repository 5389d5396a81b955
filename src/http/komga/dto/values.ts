import { z } from 'zod';
import { text } from '../../../search/condition-values';

/** An id as clients see it (base/public-id.ts). */
export const idDto = z.string().regex(/^[0-9A-Z]{13}([0-9A-Z]{13})?$/);

/** `yyyy-MM-ddTHH:mm:ssZ`, never a fraction. */
export const instantDto = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

export const dateDto = z.iso.date();

export const authorDto = z.object({ name: z.string(), role: z.string() });

export const linkDto = z.object({ label: z.string(), url: z.string() });

/** A text of a body that has to say something; in a list of things one that is missing is as good as blank. */
export const notBlank = text.refine((value) => value.trim() !== '', 'must not be blank');

export const notMissing = z.preprocess((value) => value ?? '', notBlank);
