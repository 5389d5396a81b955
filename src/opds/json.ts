export type Json = string | number | boolean | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

type Loose = string | number | boolean | null | undefined | Loose[] | { [key: string]: Loose };

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function filled(value: Loose): Json | undefined {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value))
    return value.map(filled).filter((item): item is Json => item !== undefined && !isEmpty(item));
  return typeof value === 'object' ? compact(value) : value;
}

/**
 * The object without `null`, empty texts, lists and objects: OPDS 2.0 forbids blank values, and KOReader crashes on `null`
 * titles and empty `images` (opds.md §4.1, §4.2).
 */
export function compact(source: { [key: string]: Loose }): JsonObject {
  const target: JsonObject = {};
  for (const [key, value] of Object.entries(source)) {
    const kept = filled(value);
    if (kept !== undefined && !isEmpty(kept)) target[key] = kept;
  }
  return target;
}
