import { z } from 'zod';
import { trimToNull } from './normalise';
import type { SeriesPatch, SeriesStatus } from './types';

const statuses = new Map<string, SeriesStatus>([
  ['Ended', 'ENDED'],
  ['Continuing', 'ONGOING'],
]);

const ageRatings = new Map([
  ['All', 0],
  ['9+', 9],
  ['12+', 12],
  ['15+', 15],
  ['17+', 17],
  ['Adult', 18],
]);

const text = z.union([z.string(), z.number().transform(String)]);
/** Optional fields never spoil the file: what is not as expected counts as absent. */
const optionalText = text.nullish().catch(null);
const wholeNumber = z.coerce.number().int();

/** What Mylar always writes; a `series.json` without it comes from another program and means something else. */
const metadata = z.object({
  type: text,
  publisher: text,
  name: text,
  comicid: text.optional(),
  cid: text.optional(),
  year: wholeNumber,
  booktype: text,
  comic_image: text.optional(),
  ComicImage: text.optional(),
  total_issues: wholeNumber,
  publication_run: text,
  status: text,
  description_text: optionalText,
  description_formatted: optionalText,
  volume: wholeNumber.nullish().catch(null),
  age_rating: optionalText,
});

const document = z.object({
  metadata: metadata
    .refine((fields) => fields.comicid !== undefined || fields.cid !== undefined)
    .refine((fields) => fields.comic_image !== undefined || fields.ComicImage !== undefined),
});

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json.replace(/^\uFEFF/u, ''));
  } catch {
    return null;
  }
}

/**
 * What Mylar's `series.json` says about the series of its folder; null when it is not one. A status or age rating that is
 * unknown to us is passed over, where Komga ignores the file.
 */
export function parseMylarSeries(json: string): SeriesPatch | null {
  const parsed = document.safeParse(parseJson(json));
  if (!parsed.success) return null;
  const series = parsed.data.metadata;
  const name = trimToNull(series.name);
  // The year tells apart series of one name; it is not the volume (Komga does the same).
  const isLaterVolume = typeof series.volume === 'number' && series.volume !== 1;
  const title = name !== null && isLaterVolume ? `${name} (${series.year})` : name;
  return {
    title,
    titleSort: title,
    status: statuses.get(series.status) ?? null,
    summary: trimToNull(series.description_formatted) ?? trimToNull(series.description_text),
    publisher: trimToNull(series.publisher),
    totalBookCount: series.total_issues > 0 ? series.total_issues : null,
    ageRating: ageRatings.get(series.age_rating?.trim() ?? '') ?? null,
  };
}
