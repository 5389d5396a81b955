import { encodeSegment } from './wording';

export type Urn = `urn:${string}`;

/** What an entry stands for. The feed behind it has an id of its own: `feedUrn`. */
export type UrnKind =
  | 'library'
  | 'series'
  | 'book'
  | 'collection'
  | 'readlist'
  | 'publisher'
  | 'genre'
  | 'tag'
  | 'letter'
  | 'status'
  | 'shelf';

/**
 * Id of a thing, an IRI that never changes: `urn:kiremisu:book:01J…`. Readers store it, Panels rejects entries without
 * (opds.md §2.4). The id is the public one, or a name where the thing has no id (publisher, genre).
 */
export function urnOf(kind: UrnKind, id: string): Urn {
  return `urn:kiremisu:${kind}:${encodeSegment(id)}`;
}

/** Id of a feed, never that of the thing it lists: `feedUrn('series', id)`, `feedUrn('search', text)`, `feedUrn('catalog')`. */
export function feedUrn(...parts: [string, ...string[]]): Urn {
  return `urn:kiremisu:feed:${parts.map(encodeSegment).join(':')}`;
}
