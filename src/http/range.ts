import parseRange from 'range-parser';
import type { HttpContext } from './context';

/** First and last byte. */
export interface Part {
  start: number;
  end: number;
}

/**
 * Writes what a range asked for makes of an answer that is a 200 so far, and tells which bytes its body has to be. Null: the
 * range cannot be had, and the answer is complete. Several ranges are answered whole.
 */
export function tellRange(ctx: HttpContext, size: number, etag: string): Part | null {
  const range = wantedRange(ctx, size, etag);
  if (range === null) return { start: 0, end: size - 1 };
  if (range === 'unsatisfiable') {
    ctx.set('Content-Range', `bytes */${size}`);
    ctx.body = null;
    ctx.status = 416;
    return null;
  }
  ctx.status = 206;
  ctx.set('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  return range;
}

function wantedRange(ctx: HttpContext, size: number, etag: string): Part | 'unsatisfiable' | null {
  const header = ctx.get('range');
  if (header === '') return null;
  const condition = ctx.get('if-range');
  if (condition !== '' && condition !== etag) return null;
  const ranges = parseRange(size, header);
  if (ranges === -1) return 'unsatisfiable';
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return null;
  return ranges[0] ?? null;
}
