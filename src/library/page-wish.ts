import { badRequest } from '../base/errors';
import type { StoredPage } from '../model/book-media';

/** How a page is wanted. Without wishes its bytes go out as they lie in the file. */
export interface PageWish {
  convert?: 'jpeg' | 'png' | undefined;
  /** Pixels; wider pages are made smaller, narrower ones are never enlarged. */
  maxWidth?: number | undefined;
  /** Of a PDF its page as a PDF; no wish for other books, nor with `convert`. */
  pdf?: boolean | undefined;
}

/** Whether the page goes out as it is. What moves is not made smaller: the movement would be lost. */
export function isUnchanged(page: StoredPage, { convert, maxWidth }: PageWish): boolean {
  if (convert === undefined && (page.animated === true || page.mediaType === 'image/gif')) return true;
  const rightFormat = convert === undefined || page.mediaType === `image/${convert}`;
  const narrow = maxWidth === undefined || (page.width !== null && page.width <= maxWidth);
  return rightFormat && narrow;
}

/** A resized page keeps its type where a browser-safe one is written; others become JPEG. */
export function resultType(page: StoredPage, { convert }: PageWish): 'jpeg' | 'png' {
  return convert ?? (page.mediaType === 'image/png' ? 'png' : 'jpeg');
}

/** Komga's `convert` parameter, in capitals too; an empty one is no wish. Throws 400 for other formats. */
export function conversionOf(text: string | undefined): PageWish['convert'] {
  const format = text?.toLowerCase() ?? '';
  if (format === '') return undefined;
  if (format === 'jpeg' || format === 'png') return format;
  throw badRequest('Invalid conversion format');
}
