import { z } from 'zod';
import { badRequest } from '../base/errors';
import { text as anyText } from './condition-values';
import { bookLeaves, seriesLeaves, type BookCondition, type Condition, type SeriesCondition } from './condition';

type Json = Record<string, unknown>;

/** More than any client sends; less than would exhaust the stack here or in Postgres. */
const deepest = 64;
const most = 2_000;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const operators = [
  ...['is', 'isNot', 'isNull', 'isNotNull', 'isTrue', 'isFalse', 'contains', 'doesNotContain', 'beginsWith'],
  ...['doesNotBeginWith', 'endsWith', 'doesNotEndWith', 'greaterThan', 'lessThan', 'before', 'after'],
  ...['isInTheLast', 'isNotInTheLast'],
];
const byLowerCase = (names: readonly string[]) => new Map(names.map((name) => [name.toLowerCase(), name]));
const operatorNames = byLowerCase(operators);
const members = byLowerCase(['operator', 'value', 'dateTime', 'duration', 'name', 'role', 'type', 'selected']);

/** Keys in the spelling of the schema, whatever case they came in. */
const canonical = (object: Json): Json =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [members.get(key.toLowerCase()) ?? key, value]));

/** The inside of a leaf as its schema spells it: keys and operator are matched without regard to case. */
function canonicalLeaf(leaf: unknown): unknown {
  if (!isObject(leaf)) return leaf;
  const { operator, value, ...others } = canonical(leaf);
  return {
    ...others,
    operator: typeof operator === 'string' ? (operatorNames.get(operator.toLowerCase()) ?? operator) : operator,
    value: isObject(value) ? canonical(value) : value,
  };
}

/** Reads trees over one set of leaves. */
class ConditionReader {
  private readonly keys: Map<string, string>;
  private count = 0;

  constructor(private readonly leaves: Record<string, z.ZodType>) {
    this.keys = byLowerCase(['allOf', 'anyOf', ...Object.keys(leaves)]);
  }

  /** Several keys in one object are AND-ed: Paperback sends three, and that is what it means (clients.md rule 19). */
  read(json: unknown, depth = 0): Condition<Json> {
    if (!isObject(json)) throw badRequest('A condition must be an object');
    if (depth > deepest || ++this.count > most) throw badRequest('The condition is too large');
    const parts = Object.entries(json).flatMap(([name, value]) => {
      const key = this.keys.get(name.toLowerCase());
      return key === undefined ? [] : [this.part(key, value, depth)];
    });
    const [first, ...others] = parts;
    if (first === undefined) throw badRequest('A condition has no known key');
    return others.length === 0 ? first : { allOf: parts };
  }

  private part(key: string, value: unknown, depth: number): Condition<Json> {
    if (key !== 'allOf' && key !== 'anyOf') return { [key]: this.leaf(key, value) };
    if (!Array.isArray(value)) throw badRequest(`'${key}' must be a list`);
    const parts = value.filter((part) => part !== null).map((part) => this.read(part, depth + 1));
    return key === 'allOf' ? { allOf: parts } : { anyOf: parts };
  }

  private leaf(key: string, value: unknown): unknown {
    const result = this.leaves[key]?.safeParse(canonicalLeaf(value));
    if (result?.success) return result.data;
    throw badRequest(`The condition '${key}' is not valid`);
  }
}

/** The condition of a series search; null for none. Ids become uuids. Throws 400. */
export function seriesConditionFrom(json: unknown): SeriesCondition | null {
  // the reader keeps to the schemas of the leaves, from which the type is made
  return json === null || json === undefined ? null : (new ConditionReader(seriesLeaves).read(json) as SeriesCondition);
}

export function bookConditionFrom(json: unknown): BookCondition | null {
  return json === null || json === undefined ? null : (new ConditionReader(bookLeaves).read(json) as BookCondition);
}

export interface Search<C> {
  condition: C | null;
  /** null when there is nothing to search for. */
  fullText: string | null;
}

function searchFrom<C>(body: unknown, conditionFrom: (json: unknown) => C | null): Search<C> {
  if (!isObject(body)) throw badRequest('The body must be an object');
  const members = new Map(Object.entries(body).map(([key, value]) => [key.toLowerCase(), value]));
  const text = z.union([anyText, z.null()]).optional().safeParse(members.get('fulltextsearch'));
  if (!text.success) throw badRequest("'fullTextSearch' must be a text");
  const fullText = text.data ?? '';
  return { condition: conditionFrom(members.get('condition')), fullText: fullText.trim() === '' ? null : fullText };
}

/** The body of `POST /series/list`: `{ condition, fullTextSearch }`, both optional. */
export const seriesSearchFrom = (body: unknown): Search<SeriesCondition> => searchFrom(body, seriesConditionFrom);

export const bookSearchFrom = (body: unknown): Search<BookCondition> => searchFrom(body, bookConditionFrom);
