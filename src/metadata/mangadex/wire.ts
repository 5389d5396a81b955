import { z } from 'zod';

/**
 * MangaDex's answers as far as we need them. Tolerant on purpose: unknown members are dropped, missing ones have a
 * default, and a member of another shape than documented counts as missing, so that one odd record spoils no list.
 */
const lenient = <S extends z.ZodType>(schema: S, fallback: z.output<S>) => schema.catch(fallback as never);

/** PHP writes an empty map as `[]` (mangadex.md §4.3). */
const textMap = lenient(
  z.preprocess(
    (value) => (Array.isArray(value) || value === null ? {} : value),
    z.record(z.string(), z.unknown()).transform((map) => {
      const texts = Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
      return Object.fromEntries(texts);
    }),
  ),
  {},
);

const text = lenient(z.string().nullable(), null).default(null);
const whole = lenient(z.number().int().nullable(), null).default(null);

/** Items that cannot be read are passed over. */
const readable =
  <S extends z.ZodType>(item: S) =>
  (value: unknown): z.output<S>[] =>
    Array.isArray(value)
      ? value.flatMap((entry) => {
          const parsed = item.safeParse(entry);
          return parsed.success ? [parsed.data] : [];
        })
      : [];

const listOf = <S extends z.ZodType>(item: S) => z.unknown().default([]).transform(readable(item));

const id = z.string().regex(/^[\w-]{1,64}$/);

const attributesOf = lenient(z.record(z.string(), z.unknown()), {}).default({});

const relationship = z.object({ id, type: z.string(), related: text, attributes: attributesOf });

const tag = z.object({
  id,
  attributes: z.object({ name: textMap.default({}), group: lenient(z.string(), '').default('') }),
});

export const wireManga = z.object({
  id,
  attributes: z.object({
    title: textMap.default({}),
    altTitles: listOf(textMap),
    description: textMap.default({}),
    links: textMap.default({}),
    originalLanguage: lenient(z.string(), '').default(''),
    lastVolume: text,
    lastChapter: text,
    publicationDemographic: text,
    status: text,
    year: whole,
    contentRating: text,
    tags: listOf(tag),
    chapterNumbersResetOnNewVolume: lenient(z.boolean(), false).default(false),
    updatedAt: text,
    version: whole,
  }),
  relationships: listOf(relationship),
});

export const wireCover = z.object({
  id,
  attributes: z.object({
    volume: text,
    fileName: z.string().regex(/^[\w.-]{1,200}$/),
    locale: text,
    description: text,
  }),
  relationships: listOf(relationship),
});

export const wireChapter = z.object({
  id,
  attributes: z.object({ volume: text, chapter: text, title: text, translatedLanguage: text }),
});

/** `result` can be `error` inside a 200 (mangadex.md §3). */
const collection = <S extends z.ZodType>(item: S) =>
  z.object({
    result: lenient(z.string(), 'ok').default('ok'),
    data: z.array(z.unknown()).transform(readable(item)),
    total: lenient(z.number().int(), 0).default(0),
  });

export const wireMangaList = collection(wireManga);
export const wireCoverList = collection(wireCover);
export const wireChapterList = collection(wireChapter);

export type WireManga = z.output<typeof wireManga>;
export type WireCover = z.output<typeof wireCover>;
export type WireChapter = z.output<typeof wireChapter>;
