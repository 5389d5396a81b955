import { z } from 'zod';
import { mediaStatuses } from '../model/book';
import { posterTypes } from '../model/poster';
import { seriesStatuses } from '../model/series';
import { boolean, dateTime, duration, finite, id, text, wholeNumber } from './condition-values';

export const readStatuses = ['UNREAD', 'READ', 'IN_PROGRESS'] as const;
export type ReadStatus = (typeof readStatuses)[number];

const equality = <S extends z.ZodType>(value: S) => z.object({ operator: z.enum(['is', 'isNot']), value });
const presence = z.object({ operator: z.enum(['isNull', 'isNotNull']) });
const flag = z.object({ operator: z.enum(['isTrue', 'isFalse']) });
const membership = z.union([equality(text), presence]);
const textOperators = [
  ...(['is', 'isNot', 'contains', 'doesNotContain', 'beginsWith', 'doesNotBeginWith'] as const),
  ...(['endsWith', 'doesNotEndWith'] as const),
] as const;
const textLeaf = z.object({ operator: z.enum(textOperators), value: text });
const comparison = <S extends z.ZodType>(value: S) =>
  z.object({ operator: z.enum(['is', 'isNot', 'greaterThan', 'lessThan']), value });
const dateLeaf = z.union([
  z.object({ operator: z.enum(['before', 'after']), dateTime }),
  z.object({ operator: z.enum(['isInTheLast', 'isNotInTheLast']), duration }),
  presence,
]);
const author = equality(z.object({ name: text.nullish(), role: text.nullish() }));
const poster = equality(z.object({ type: z.enum(posterTypes).nullish(), selected: boolean.nullish() }));

/** What both kinds of entity can be asked for. */
const shared = {
  libraryId: equality(id),
  deleted: flag,
  oneShot: flag,
  title: textLeaf,
  releaseDate: dateLeaf,
  tag: membership,
  readStatus: equality(z.enum(readStatuses)),
  author,
};

export const seriesLeaves = {
  ...shared,
  collectionId: equality(id),
  complete: flag,
  titleSort: textLeaf,
  sharingLabel: membership,
  publisher: equality(text),
  language: equality(text),
  genre: membership,
  ageRating: z.union([comparison(wholeNumber), presence]),
  seriesStatus: equality(z.enum(seriesStatuses)),
};

export const bookLeaves = {
  ...shared,
  seriesId: equality(id),
  readListId: equality(id),
  numberSort: comparison(finite),
  mediaStatus: equality(z.enum(mediaStatuses)),
  mediaProfile: equality(z.enum(['DIVINA', 'PDF', 'EPUB'])),
  poster,
};

export type SeriesLeaves = { [K in keyof typeof seriesLeaves]: z.output<(typeof seriesLeaves)[K]> };
export type BookLeaves = { [K in keyof typeof bookLeaves]: z.output<(typeof bookLeaves)[K]> };

export type TextLeaf = z.output<typeof textLeaf>;
export type DateLeaf = z.output<typeof dateLeaf>;
export type MembershipLeaf = z.output<typeof membership>;
export type PresenceLeaf = z.output<typeof presence>;
export type FlagLeaf = z.output<typeof flag>;
export type AuthorLeaf = z.output<typeof author>;

/** A tree of `allOf`, `anyOf` and leaves, one key an object. An empty list is neutral, wherever it stands. */
export type Condition<L> =
  | { allOf: readonly Condition<L>[] }
  | { anyOf: readonly Condition<L>[] }
  | { [K in keyof L]: { [P in K]: L[P] } }[keyof L];

export type SeriesCondition = Condition<SeriesLeaves>;
export type BookCondition = Condition<BookLeaves>;
