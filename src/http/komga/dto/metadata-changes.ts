import { z } from 'zod';
import { readingDirections, seriesStatuses } from '../../../model/series';
import { boolean, finite, text, wholeNumber } from '../../../search/condition-values';
import { notBlank, notMissing } from './values';

/** `…Lock` of each field; absent and null leave a lock as it is. */
function locksOf<const F extends string>(fields: readonly F[]) {
  type Locks = { [K in `${F}Lock`]: z.ZodOptional<z.ZodNullable<typeof boolean>> };
  return Object.fromEntries(fields.map((field) => [`${field}Lock`, boolean.nullish()])) as Locks;
}

const schemes = new Set(['http:', 'https:', 'mailto:', 'ftp:']);

/** Nothing that runs when somebody follows the link. */
const isSafeUrl = (value: string): boolean => URL.canParse(value) && schemes.has(new URL(value).protocol);

const links = z.array(
  z.object({
    label: notMissing,
    url: z.preprocess((value) => value ?? '', text.refine(isSafeUrl, 'must be a valid URL')),
  }),
);
const alternateTitles = z.array(z.object({ label: notMissing, title: notMissing }));
const tags = z.array(text);

export const seriesFields = [
  ...(['status', 'title', 'titleSort', 'summary', 'readingDirection', 'publisher', 'ageRating', 'language'] as const),
  ...(['genres', 'tags', 'totalBookCount', 'sharingLabels', 'links', 'alternateTitles'] as const),
] as const;

/** What null means differs by field: it keeps a text, and clears what may be unset and lists (komga-rest.md §11.2). */
export const seriesChangesBody = z.object({
  status: z.enum(seriesStatuses).nullish(),
  title: notBlank.nullish(),
  titleSort: notBlank.nullish(),
  summary: text.nullish(),
  readingDirection: z.enum(readingDirections).nullish(),
  publisher: text.nullish(),
  ageRating: wholeNumber.refine((age) => age >= 0, 'must be greater than or equal to 0').nullish(),
  language: text.nullish(),
  genres: tags.nullish(),
  tags: tags.nullish(),
  totalBookCount: wholeNumber.refine((count) => count > 0, 'must be greater than 0').nullish(),
  sharingLabels: tags.nullish(),
  links: links.nullish(),
  alternateTitles: alternateTitles.nullish(),
  ...locksOf(seriesFields),
});

export const bookFields = [
  ...(['title', 'summary', 'number', 'numberSort', 'releaseDate', 'authors', 'tags', 'isbn', 'links'] as const),
] as const;

/** Komga takes a date, a date-time in UTC (which is cut), three numbers, or `""` for none. */
const releaseDate = z
  .union([z.string(), z.tuple([z.int(), z.int(), z.int()]).transform((parts) => parts.map(twoDigits).join('-'))])
  .transform((value, context): string | null => {
    if (value === '') return null;
    const date = z.iso.datetime().safeParse(value).success ? value.slice(0, 10) : value;
    if (z.iso.date().safeParse(date).success) return date;
    context.addIssue({ code: 'invalid_type', expected: 'date', input: value, message: 'must be a date' });
    return z.NEVER;
  })
  .nullish();

function twoDigits(part: number): string {
  return String(part).padStart(2, '0');
}

/** Here null clears the summary too, unlike that of a series (komga-rest.md §12.3). */
export const bookChangesBody = z.object({
  title: notBlank.nullish(),
  summary: text.nullish(),
  number: notBlank.nullish(),
  numberSort: finite.refine((value) => Number.isFinite(Math.fround(value)), 'must be finite').nullish(),
  releaseDate,
  authors: z.array(z.object({ name: notMissing, role: notMissing })).nullish(),
  tags: tags.nullish(),
  isbn: text.nullish(),
  links: links.nullish(),
  ...locksOf(bookFields),
});
