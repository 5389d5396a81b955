import type { Delivery } from '../search/delivery';

/** Catalogues promise a JPEG of this size at most; the posters of the server may be larger (a setting). */
export const smallEdge = 300;
/** Wide enough for any screen that shows one cover. */
export const largeWidth = 1600;

export interface CoverSize {
  width: number;
  height: number;
}

type Sized = { width: number | null; height: number | null };

const sizeOf = ({ width, height }: Sized): CoverSize | null =>
  width !== null && height !== null && width > 0 && height > 0 ? { width, height } : null;

const isTall = ({ width, height }: CoverSize) => height > width;
const isSquare = ({ width, height }: CoverSize) => width === height;

/**
 * The first page as its cover: upright and no wider than `largeWidth`. Pages are stored as they lie in the file, maybe on
 * their side; the poster that was made of it stands upright and tells. Null where it cannot tell.
 */
function pageSize(page: CoverSize, poster: CoverSize): CoverSize | null {
  if (isSquare(poster) && !isSquare(page)) return null;
  const { width, height } = isTall(page) === isTall(poster) ? page : { width: page.height, height: page.width };
  if (width <= largeWidth) return { width, height };
  return { width: largeWidth, height: Math.max(1, Math.round((height * largeWidth) / width)) };
}

/**
 * Pixels of the covers that a book is delivered with (covers.ts), out of what is stored; null where only making the cover
 * would tell. `isPaged`: the large one is the first page.
 */
export function coverSizes(
  { poster, firstPage }: Pick<Delivery, 'poster' | 'firstPage'>,
  isPaged: boolean,
): { small: CoverSize | null; large: CoverSize | null } {
  const stored = poster && sizeOf(poster);
  if (!poster || !stored) return { small: null, large: null };
  // what is no JPEG, or too large, is made anew: upright, and by steps whose rounding only the decoder knows
  const asItIs = poster.mediaType === 'image/jpeg' ? stored : null;
  const small = asItIs && Math.max(asItIs.width, asItIs.height) <= smallEdge ? asItIs : null;
  if (!poster.isMade || !isPaged) return { small, large: asItIs };
  const page = firstPage && sizeOf(firstPage);
  if (!page) return { small, large: null };
  const isUntouched = firstPage.mediaType === 'image/jpeg' && page.width <= largeWidth;
  return { small, large: isUntouched ? page : pageSize(page, stored) };
}
