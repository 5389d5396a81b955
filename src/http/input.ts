import { z } from 'zod';
import { badRequest, HttpFailure, InvalidInput } from '../base/errors';
import { uuidOf } from '../base/public-id';
import type { HttpContext } from './context';

/** Query parameters by name, every occurrence in order. */
export type QueryValues = Record<string, string[]>;

/**
 * Reads a query string by Komga's rules: `name[]` is `name`; a parameter that occurs once is split at commas where its
 * schema says `many()`; raw brackets and braces are fine; broken percent-encoding is taken literally.
 */
export function readQueryString(text: string): QueryValues {
  const values: QueryValues = Object.create(null) as QueryValues;
  for (const [name, value] of new URLSearchParams(text)) {
    const plain = name.endsWith('[]') ? name.slice(0, -2) : name;
    // Postgres has no text with NUL in it
    (values[plain] ??= []).push(value.replaceAll('\0', ''));
  }
  return values;
}

/** Occurrences → items: one occurrence is split at commas, several are taken as they are; empty items are dropped. */
function items(occurrences: string[]): string[] {
  const parts = occurrences.length === 1 ? (occurrences[0] ?? '').split(',').map((part) => part.trim()) : occurrences;
  return parts.filter((part) => part !== '');
}

/** What values are to those who send them: schemas of parameters take texts, of which alone a query string consists. */
const descriptions = new WeakMap<object, Record<string, unknown>>();

/** What the document says instead of what a schema says; undefined for most. */
export const descriptionOf = (schema: object): Record<string, unknown> | undefined => descriptions.get(schema);

/** Gives a schema another description in the document. */
export function described<S extends z.ZodType>(description: Record<string, unknown>, schema: S): S {
  descriptions.set(schema, description);
  return schema;
}

const texts = { type: 'array', items: { type: 'string' } };

const occurrences = z.array(z.string()).default([]);

/** A list in any of the three spellings; absent and empty give `[]`. */
export const many = () => described(texts, occurrences.transform(items));

/** A list of enum values; an unknown one is 400. */
export const manyOf = <const T extends readonly string[]>(values: T) =>
  described(
    { type: 'array', items: { type: 'string', enum: values } },
    occurrences.transform(items).pipe(z.array(z.enum(values))),
  );

/** One enum value; absent or empty gives undefined, an unknown one is 400. */
export const oneOf = <const T extends readonly string[]>(values: T) =>
  described(
    { type: 'string', enum: values },
    occurrences.transform((list) => list.find((value) => value !== '')).pipe(z.enum(values).optional()),
  );

/** A list whose values hold commas themselves (`author=name,role`): never split. */
export const manyWhole = () =>
  described(
    texts,
    occurrences.transform((list) => list.filter((value) => value !== '')),
  );

/** Ids of entities, as uuids; ids that are none are kept as the nil uuid, which matches nothing. */
export const manyIds = () =>
  described(
    texts,
    many().transform((list) => list.map((id) => uuidOf(id) ?? nilUuid)),
  );

/** A single text; several occurrences are joined by a comma, as Komga does. Absent gives undefined. */
export const text = () =>
  described(
    { type: 'string' },
    z
      .array(z.string())
      .optional()
      .transform((list) => list?.join(',')),
  );

const truths = ['true', 'on', 'yes', '1'];
const falsehoods = ['false', 'off', 'no', '0'];

/** true/on/yes/1 and false/off/no/0, any case; absent or empty gives undefined; anything else is 400. */
export const flag = () =>
  described(
    { type: 'boolean' },
    z
      .array(z.string())
      .optional()
      .transform((list, context): boolean | undefined => {
        const value = list?.[0]?.toLowerCase() ?? '';
        if (value === '') return undefined;
        if (truths.includes(value)) return true;
        if (falsehoods.includes(value)) return false;
        context.addIssue({ code: 'custom', message: 'must be true or false' });
        return z.NEVER;
      }),
  );

/** An integer; absent or empty gives undefined; anything else is 400. */
export const integer = () =>
  described(
    { type: 'integer' },
    z
      .array(z.string())
      .optional()
      .transform((list, context): number | undefined => {
        const value = list?.[0] ?? '';
        if (value === '') return undefined;
        if (/^[+-]?\d{1,9}$/.test(value)) return Number(value);
        context.addIssue({ code: 'custom', message: 'must be a whole number' });
        return z.NEVER;
      }),
  );

/** A calendar date `yyyy-MM-dd`. */
export const date = () =>
  described(
    { type: 'string', format: 'date' },
    z
      .array(z.string())
      .optional()
      .transform((list, context): string | undefined => {
        const value = list?.[0] ?? '';
        if (value === '') return undefined;
        if (z.iso.date().safeParse(value).success) return value;
        context.addIssue({ code: 'custom', message: 'must be a date' });
        return z.NEVER;
      }),
  );

/** `page`, `size` are never an error (Komga): what is unusable means the default. */
const lenient = (fallback: number, minimum: number, maximum: number) =>
  described(
    { type: 'integer', minimum, maximum, default: fallback },
    z
      .array(z.string())
      .optional()
      .transform((list) => {
        const value = Number(list?.[0]?.trim() || NaN);
        if (!Number.isInteger(value) || value < minimum || value > 2_147_483_647) return fallback;
        return Math.min(value, maximum);
      }),
  );

/** Which part of a list whose order is fixed. */
export const sliceParameters = { page: lenient(0, 0, 2_147_483_647), size: lenient(20, 1, 2000), unpaged: flag() };

/** The parameters of a paged list; `sort` is left as text for search/sort.ts. */
export const pageParameters = { ...sliceParameters, sort: manyWhole() };

export const nilUuid = '00000000-0000-0000-0000-000000000000';

/** An id in a path → uuid; text that is no id becomes the nil uuid, so that it is simply unknown. */
export const entityId = () => z.string().transform((id) => uuidOf(id) ?? nilUuid);

/** Path parameters and query: the first fault is the message of a 400. */
export function parseValues<S extends z.ZodType>(schema: S, values: unknown): z.output<S> {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw badRequest(`Parameter '${issue?.path[0]?.toString() ?? ''}': ${issue?.message ?? 'not valid'}`);
}

/** Kinds of faults that mean "this is not the JSON that was asked for": Komga's standard body, not `violations`. */
const structural = new Set([
  'invalid_type',
  'invalid_value',
  'invalid_union',
  'invalid_key',
  'invalid_element',
  'unrecognized_keys',
]);

const fieldName = (path: readonly PropertyKey[]): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');

/** Komga's JSON reader takes the names of members in any case (komga-rest.md §1.3). */
function withNamesOf(schema: z.ZodType, value: unknown): unknown {
  if (!(schema instanceof z.ZodObject) || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  const names = new Map(Object.keys(schema.shape).map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [names.get(name.toLowerCase()) ?? name, member] as const),
  );
}

/** A JSON body: wrong structure is a plain 400, a broken rule is a 400 with `violations`, or `plain` too. */
export function parseBody<S extends z.ZodType>(schema: S, value: unknown, { plain = false } = {}): z.output<S> {
  const result = schema.safeParse(withNamesOf(schema, value));
  if (result.success) return result.data;
  const { issues } = result.error;
  const broken = issues.find((issue) => structural.has(issue.code));
  if (broken) throw badRequest(`Unusable value at '${fieldName(broken.path)}'`);
  const violations = issues
    .filter((issue) => issue.path.length > 0)
    .map(({ path, message }) => ({ fieldName: fieldName(path), message }));
  if (!plain) throw new InvalidInput(violations);
  throw badRequest(violations.map((violation) => `${violation.fieldName}: ${violation.message}`).join('; '));
}

/** An escaped backslash before `u0000` makes it harmless text; bare, JSON forbids it. */
const escapedNul = /(?<!\\)(?:\\\\)*\\u0000/;

const jsonType = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/** The request's JSON, at most `limit` bytes. 415 for another type, 413 when too big, 400 when it cannot be read. */
export async function readJson(ctx: HttpContext, limit = 4 * 1024 * 1024): Promise<unknown> {
  const bytes = await readBytes(ctx, limit);
  if (bytes.length === 0) throw badRequest('Required request body is missing');
  if (!jsonType.test(ctx.get('content-type'))) throw new HttpFailure(415, 'Content-Type must be application/json');
  const text = bytes.toString('utf8');
  if (escapedNul.test(text)) throw badRequest('The request body holds a NUL character');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badRequest('The request body is not readable JSON');
  }
}

async function readBytes(ctx: HttpContext, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw new HttpFailure(413, 'The request body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
