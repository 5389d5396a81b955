/** Where the reader stands: on a page (1-based), or past one of the ends. */
export type Position = { page: number; edge: null } | { page: number; edge: 'start' | 'end' };

export const onPage = (page: number): Position => ({ page, edge: null });

export function clampPage(page: number, count: number): number {
  if (!Number.isFinite(page)) return 1;
  return Math.max(1, Math.min(Math.trunc(page), Math.max(1, count)));
}

/** One page on or back. Beyond the ends lies a card with the neighbouring book; from there the way back leads to the page. */
export function step(position: Position, by: 1 | -1, count: number): Position {
  const { page, edge } = position;
  if (edge !== null) {
    const inward = edge === 'start' ? 1 : -1;
    return by === inward ? onPage(page) : position;
  }
  const target = page + by;
  if (target < 1) return { page, edge: 'start' };
  if (target > count) return { page, edge: 'end' };
  return onPage(target);
}

/**
 * The page to open a book at: the one asked for in the address, else where it was left. A finished book, and one
 * whose file has become shorter, begins within its pages again.
 */
export function openingPage(
  asked: number | null,
  progress: { page: number; completed: boolean } | null,
  count: number,
): number {
  if (asked !== null) return clampPage(asked, count);
  if (progress === null || progress.completed) return 1;
  return clampPage(progress.page, count);
}

/** What to fetch ahead: the next pages in reading order, then the one before for turning back. */
export function pagesToPreload(page: number, count: number, ahead = 2): number[] {
  const next = Array.from({ length: ahead }, (_, index) => page + index + 1);
  return [...next, page - 1].filter((candidate) => candidate >= 1 && candidate <= count);
}

/** In a strip only pages near the view hold a picture: hundreds of large ones would not fit in a phone's memory. */
export function isNear(page: number, current: number, ahead = 4, behind = 3): boolean {
  return page >= current - behind && page <= current + ahead;
}

/**
 * Whether opening a book should be recorded at once. Not for a finished book (looking at its first page would make it
 * unread), nor when nothing has changed.
 */
export function recordsOpening(progress: { page: number; completed: boolean } | null, page: number): boolean {
  if (progress === null) return true;
  return !progress.completed && progress.page !== page;
}
