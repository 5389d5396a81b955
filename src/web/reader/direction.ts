/** How the pages of a book follow each other on screen. */
export type Direction = 'ltr' | 'rtl' | 'vertical' | 'webtoon';

/** The choice of the person reading; "auto" follows the series. */
export type DirectionChoice = 'auto' | Direction;

const known: Record<string, Direction> = {
  LEFT_TO_RIGHT: 'ltr',
  RIGHT_TO_LEFT: 'rtl',
  VERTICAL: 'vertical',
  WEBTOON: 'webtoon',
};

/** A series without a direction is read left to right: the server would have said otherwise had a file told it. */
export function directionOf(readingDirection: string, choice: DirectionChoice): Direction {
  if (choice !== 'auto') return choice;
  return known[readingDirection] ?? 'ltr';
}

/** Vertical books and webtoons are one long strip; the latter without gaps between pages. */
export const isStrip = (direction: Direction): boolean => direction === 'vertical' || direction === 'webtoon';
