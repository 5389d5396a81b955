import { z } from 'zod';
import { uuidOf } from '../base/public-id';

/** An id that nothing has: what text that is no id stands for. */
export const unknownId = '00000000-0000-0000-0000-000000000000';

/** As lenient as Komga's JSON reader (komga-rest.md §1.3): a number for a text, a text for a number or a boolean. */
export const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const number = z.union([z.number(), z.string().trim().regex(decimal).transform(Number)]);
export const finite = number.refine(Number.isFinite, 'must be finite');
/** Decimals are cut. */
export const wholeNumber = finite
  .transform(Math.trunc)
  .refine((value) => Math.abs(value) < 2 ** 31, 'must fit into 32 bits');

export const boolean = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]);

/** The id that clients see → uuid. */
export const id = text.transform((value) => uuidOf(value) ?? unknownId);

const isoInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)(\[[\w/+-]+\])?$/i;

function instantOf(value: string | number): Date | null {
  if (typeof value === 'number') return new Date(value * 1000);
  if (!isoInstant.test(value)) return null;
  const [plain = ''] = value.toUpperCase().split('[');
  return new Date(plain.replace(/([+-]\d\d):?(\d\d)?$/, (_, hours: string, minutes = '00') => `${hours}:${minutes}`));
}

/** The years that JavaScript and Postgres write alike. */
const earliest = Date.parse('0001-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59Z');

/** ISO-8601 with zone or offset, or a number of seconds since 1970. */
export const dateTime = z.union([z.date(), z.string(), z.number()]).transform((value, context): Date => {
  const instant = value instanceof Date ? value : instantOf(value);
  const time = instant?.getTime() ?? NaN;
  if (instant !== null && time >= earliest && time <= latest) return instant;
  // not a broken rule but not this type at all
  context.addIssue({
    code: 'invalid_type',
    expected: 'date',
    input: value,
    message: 'must be an instant with a time zone',
  });
  return z.NEVER;
});

const secondsADay = 86_400;
const isoDuration =
  /^([-+]?)P(?=\d|[-+]|T)(?:([-+]?\d+)D)?(?:T(?=[-+\d])(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,]\d{0,9})?S)?)?$/i;

/** ISO-8601 with days and time (`P30D`, `PT48H`; months and years have no length) → seconds. */
function secondsOf(duration: string): number | null {
  const match = isoDuration.exec(duration);
  if (!match) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(2, 6).map((part) => Number(part ?? 0));
  const total = days * secondsADay + hours * 3600 + minutes * 60 + seconds;
  return match[1] === '-' ? -total : total;
}

/** Two thousand years: with it no date leaves the range of Postgres. */
const longest = 730_000 * secondsADay;

/** In seconds. */
export const duration = z.union([z.string(), z.number()]).transform((value, context): number => {
  const seconds = typeof value === 'number' ? value : secondsOf(value);
  if (seconds !== null && Number.isFinite(seconds)) return Math.max(-longest, Math.min(seconds, longest));
  context.addIssue({ code: 'custom', message: 'must be an ISO-8601 duration of days or less' });
  return z.NEVER;
});

/** The part of a duration that counts: whole days. */
export const wholeDays = (seconds: number): number => Math.trunc(seconds / secondsADay);

/** The calendar date of an instant in UTC. */
export const utcDate = (instant: Date): string => instant.toISOString().slice(0, 10);
