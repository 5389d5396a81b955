import { isStrip, type Direction } from './direction';

export type Gesture = 'next' | 'previous' | 'controls';

/** A thumb reaches a third of the width; the middle stays for the controls. */
const sideShare = 0.33;

/** What a tap at x (0 = left edge, 1 = right edge) does. A strip is scrolled, so a tap there only shows the controls. */
export function tapAt(x: number, direction: Direction): Gesture {
  if (isStrip(direction)) return 'controls';
  if (x < sideShare) return direction === 'rtl' ? 'next' : 'previous';
  if (x > 1 - sideShare) return direction === 'rtl' ? 'previous' : 'next';
  return 'controls';
}

export interface Stroke {
  dx: number;
  dy: number;
  milliseconds: number;
}

/** A quick, mostly horizontal stroke turns the page: the finger pulls the next page in. */
export function swipe({ dx, dy, milliseconds }: Stroke, direction: Direction): Gesture | null {
  if (isStrip(direction) || milliseconds > 700) return null;
  if (Math.abs(dx) < 45 || Math.abs(dx) < 1.5 * Math.abs(dy)) return null;
  const pullsRight = dx > 0;
  return pullsRight === (direction === 'rtl') ? 'next' : 'previous';
}
