import type { z } from 'zod';
import { mediaStatuses } from '../../model/book';
import { seriesStatuses } from '../../model/series';
import { readStatuses, type BookCondition, type SeriesCondition } from '../../search/condition';
import type { TitlePattern } from '../../search/find-series';
import { date, flag, many, manyIds, manyOf, manyWhole, text } from '../input';

/**
 * The filters of the old GET lists (komga-rest.md §8), which Mihon and the KOReader plug-ins live on: values of one
 * parameter are alternatives, parameters narrow each other, an empty one does nothing.
 */
const shared = {
  library_id: manyIds(),
  read_status: manyOf(readStatuses),
  tag: many(),
  deleted: flag(),
  /** `name,role`; names hold commas themselves, so the last one separates. */
  author: manyWhole(),
};

/** Of a list of series; a route takes those that its operation knows. */
export const seriesFilters = {
  ...shared,
  collection_id: manyIds(),
  status: manyOf(seriesStatuses),
  publisher: many(),
  language: many(),
  genre: many(),
  sharing_label: many(),
  age_rating: many(),
  release_year: many(),
  complete: flag(),
  oneshot: flag(),
};

export const bookFilters = { ...shared, media_status: manyOf(mediaStatuses), released_after: date() };

/** Searches in words and by pattern, which only the lists of all series and all books have. */
export const searchFilters = { search: text(), search_regex: manyWhole() };

type Values<T extends Record<string, z.ZodType>> = { [K in keyof T]?: z.output<T[K]> };

const flagged = (value: boolean) => ({ operator: value ? ('isTrue' as const) : ('isFalse' as const) });
const is = <T>(value: T) => ({ operator: 'is' as const, value });

const alternatives = <T, C>(values: readonly T[] | undefined, leaf: (value: T) => C): { anyOf: C[] }[] =>
  values === undefined || values.length === 0 ? [] : [{ anyOf: values.map(leaf) }];

/** Text before and after the last comma; null without one. */
function atLastComma(value: string): [string, string] | null {
  const at = value.lastIndexOf(',');
  return at < 0 ? null : [value.slice(0, at), value.slice(at + 1)];
}

/** What has no comma is no author; a missing name or role means any (clients.md rule 17). */
function authorsOf(values: readonly string[] | undefined): { name?: string; role?: string }[] {
  return (values ?? []).flatMap((value) => {
    const [name, role] = atLastComma(value) ?? ['', ''];
    return name === '' && role === '' ? [] : [{ ...(name && { name }), ...(role && { role }) }];
  });
}

const isInteger = (value: string) => /^[+-]?\d{1,9}$/.test(value);

/** Anything but a number, as the `None` of the list of ratings, asks for series without one. */
const ageRating = (value: string): SeriesCondition => ({
  ageRating: isInteger(value) ? is(Number(value)) : { operator: 'isNull' },
});

/** Years that the database and JavaScript write alike; nothing was released at their ends. */
function releasedIn(value: string): SeriesCondition {
  const year = Math.min(Math.max(Number(value), 2), 9998);
  const day = (number: number, date: string) => new Date(`${String(number).padStart(4, '0')}-${date}T12:00:00Z`);
  return {
    allOf: [
      { releaseDate: { operator: 'after', dateTime: day(year - 1, '12-31') } },
      { releaseDate: { operator: 'before', dateTime: day(year + 1, '01-01') } },
    ],
  };
}

export function seriesConditionFromQuery(query: Values<typeof seriesFilters>): SeriesCondition {
  const flags: SeriesCondition[] = [];
  if (query.deleted !== undefined) flags.push({ deleted: flagged(query.deleted) });
  if (query.complete !== undefined) flags.push({ complete: flagged(query.complete) });
  if (query.oneshot !== undefined) flags.push({ oneShot: flagged(query.oneshot) });
  return {
    allOf: [
      ...alternatives(query.library_id, (id): SeriesCondition => ({ libraryId: is(id) })),
      ...alternatives(query.collection_id, (id): SeriesCondition => ({ collectionId: is(id) })),
      ...alternatives(query.status, (value): SeriesCondition => ({ seriesStatus: is(value) })),
      ...alternatives(query.read_status, (value): SeriesCondition => ({ readStatus: is(value) })),
      ...alternatives(query.publisher, (value): SeriesCondition => ({ publisher: is(value) })),
      ...alternatives(query.language, (value): SeriesCondition => ({ language: is(value) })),
      ...alternatives(query.genre, (value): SeriesCondition => ({ genre: is(value) })),
      ...alternatives(query.tag, (value): SeriesCondition => ({ tag: is(value) })),
      ...alternatives(query.sharing_label, (value): SeriesCondition => ({ sharingLabel: is(value) })),
      ...alternatives(query.age_rating, ageRating),
      ...alternatives(query.release_year?.filter(isInteger), releasedIn),
      ...alternatives(authorsOf(query.author), (author): SeriesCondition => ({ author: is(author) })),
      ...flags,
    ],
  };
}

export function bookConditionFromQuery(query: Values<typeof bookFilters>): BookCondition {
  const others: BookCondition[] = [];
  if (query.deleted !== undefined) others.push({ deleted: flagged(query.deleted) });
  if (query.released_after !== undefined) {
    const dateTime = new Date(`${query.released_after}T12:00:00Z`);
    others.push({ releaseDate: { operator: 'after', dateTime } });
  }
  return {
    allOf: [
      ...alternatives(query.library_id, (id): BookCondition => ({ libraryId: is(id) })),
      ...alternatives(query.read_status, (value): BookCondition => ({ readStatus: is(value) })),
      ...alternatives(query.media_status, (value): BookCondition => ({ mediaStatus: is(value) })),
      ...alternatives(query.tag, (value): BookCondition => ({ tag: is(value) })),
      ...alternatives(authorsOf(query.author), (author): BookCondition => ({ author: is(author) })),
      ...others,
    ],
  };
}

const fields: Record<string, TitlePattern['field']> = { TITLE: 'title', TITLE_SORT: 'titleSort' };

/** `pattern,field`: the first one counts, and only with a field that is known. */
export function titlePattern(values: readonly string[]): TitlePattern | null {
  const [pattern, name] = atLastComma(values[0] ?? '') ?? ['', ''];
  const field = fields[name.toUpperCase()];
  return pattern === '' || field === undefined ? null : { pattern, field };
}
