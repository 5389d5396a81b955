import { isPlainPicture, type PlainPictureType } from './media-types';
import { timestamp } from './wording';

export const pseNamespace = 'http://vaemendis.net/opds-pse/ns';
export const streamRel = 'http://vaemendis.net/opds-pse/stream';

/** Address of a page with the literal variables of PSE 1.2; readers replace the text `{pageNumber}` and `{maxWidth}` only. */
export type PageTemplate = `${string}{pageNumber}${string}`;

/** Pages of a book one by one (OPDS-PSE 1.2), numbered from 0. */
export interface Stream {
  href: PageTemplate;
  /** What every page really is when delivered. */
  type: PlainPictureType;
  count: number;
  /** Last page read, from 1. */
  lastRead?: number | null;
  lastReadDate?: Date | null;
}

/** The type all pages are delivered in, and whether the server has to convert for it: mixed books and modern formats become JPEG. */
export function streamType(pageTypes: Iterable<string>): { type: PlainPictureType; convert: boolean } {
  const [first, ...others] = new Set(pageTypes);
  if (first !== undefined && others.length === 0 && isPlainPicture(first)) return { type: first, convert: false };
  return { type: 'image/jpeg', convert: true };
}

/** How pages are to be delivered. */
export interface PageOptions {
  /** As JPEG. */
  convert: boolean;
  /** The reader's progress follows the pages that are asked for. */
  follow?: boolean;
}

/** Template of the pages below `pagesHref` (`…/books/{id}/pages`), with the parameters `convert`, `bookmark` and `maxWidth`. */
export function pageTemplate(pagesHref: string, { convert, follow = false }: PageOptions): PageTemplate {
  return `${pagesHref}/{pageNumber}?${convert ? 'convert=jpeg&' : ''}${follow ? 'bookmark=1&' : ''}maxWidth={maxWidth}`;
}

/**
 * The `pse:` attributes. `lastRead` is absent for unread books, and kept within the pages there are: 0, -1 and pages beyond the
 * end are invalid, and a file may have been replaced by a shorter one since.
 */
export function streamAttributes(stream: Stream): [name: string, value: string][] {
  const attributes: [string, string][] = [['pse:count', String(stream.count)]];
  const { lastRead, lastReadDate } = stream;
  if (!lastRead || lastRead < 1) return attributes;
  attributes.push(['pse:lastRead', String(Math.min(lastRead, stream.count))]);
  if (lastReadDate) attributes.push(['pse:lastReadDate', timestamp(lastReadDate)]);
  return attributes;
}
