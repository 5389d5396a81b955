import { isDeepStrictEqual } from 'node:util';
import type {
  BookField,
  BookMetadata,
  BookPatch,
  Patch,
  Provenance,
  SeriesField,
  SeriesMetadata,
  SeriesPatch,
  Source,
} from './types';

/** Names of all fields; an object, so that a field that is missing here or does not exist does not compile. */
const bookFields: Record<BookField, true> = {
  title: true,
  summary: true,
  number: true,
  numberSort: true,
  releaseDate: true,
  authors: true,
  tags: true,
  isbn: true,
  links: true,
};

const seriesFields: Record<SeriesField, true> = {
  status: true,
  title: true,
  titleSort: true,
  summary: true,
  readingDirection: true,
  publisher: true,
  ageRating: true,
  language: true,
  genres: true,
  tags: true,
  totalBookCount: true,
  sharingLabels: true,
  links: true,
  alternateTitles: true,
};

export type Locks<F extends string> = Partial<Record<F, boolean>>;

/** Who speaks, and when. */
export interface Origin {
  source: Source;
  at: Date;
}

export interface Merged<M> {
  /** The columns to write; empty when the patch says nothing new. */
  changed: Partial<M>;
  /** One entry a changed column. */
  provenance: Provenance<keyof M & string>[];
}

function applyPatch<M extends object>(
  fields: Record<keyof M & string, true>,
  current: M,
  patch: Patch<M>,
  locked: Locks<keyof M & string>,
  origin: Origin,
): Merged<M> {
  const changed: Partial<M> = {};
  const provenance: Provenance<keyof M & string>[] = [];
  const at = origin.at.toISOString();
  for (const field of Object.keys(fields) as (keyof M & string)[]) {
    const value = patch[field];
    if (value === null || value === undefined || locked[field] === true) continue;
    if (isDeepStrictEqual(value, current[field])) continue;
    changed[field] = value;
    provenance.push({ field, source: origin.source, at });
  }
  return { changed, provenance };
}

/** A field is applied when the patch has a value and it is not locked: what a source does not know stays as it is. */
export const applyBookPatch = (current: BookMetadata, patch: BookPatch, locked: Locks<BookField>, origin: Origin) =>
  applyPatch(bookFields, current, patch, locked, origin);

/** As for a book. */
export const applySeriesPatch = (
  current: SeriesMetadata,
  patch: SeriesPatch,
  locked: Locks<SeriesField>,
  origin: Origin,
) => applyPatch(seriesFields, current, patch, locked, origin);
