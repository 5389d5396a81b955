import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { getSiblingOrNone } from '../api/books';
import type { Book } from '../api/types';
import { paths } from '../routes';
import { amendQuery, navigate } from '../state/navigation';
import { clampPage, onPage, openingPage, recordsOpening, step, type Position } from './paging';
import { useOnce } from './use-once';
import { useProgress } from './use-progress';

export interface Reading {
  position: Position;
  /** Counts up when the view has to follow; scrolling a strip only tells where it is. */
  jump: number;
  goTo: (page: number) => void;
  turn: (by: 1 | -1) => void;
  seen: (page: number) => void;
  open: (sibling: Book) => void;
  /** The books before and after; undefined until it is known whether there are any. */
  previous: Book | null | undefined;
  next: Book | null | undefined;
}

/** Where the reader is in the book, and the ways to move. */
export function usePosition(book: Book, count: number, at: number | null, strip: boolean): Reading {
  const opening = useRef(openingPage(at, book.readProgress, count)).current;
  const [position, setPosition] = useState<Position>(onPage(opening));
  const [jump, setJump] = useState(0);
  const { value: siblings } = useOnce(`siblings ${book.id}`, (signal) => findSiblings(book.id, signal));
  useRecording(book, position, opening);
  const move = (target: Position) => {
    setPosition(target);
    setJump((number) => number + 1);
  };
  const open = (sibling: Book) => navigate(paths.book(sibling.id), { replace: true });
  const turn = (by: 1 | -1) => {
    const target = step(position, by, count);
    // pressing on at the card opens the book it shows
    const sibling = by === 1 ? siblings?.next : siblings?.previous;
    if (target === position && sibling) return open(sibling);
    if (target.edge !== null && strip) return target.edge === 'end' ? scrollToFoot() : undefined;
    move(target);
  };
  return {
    position,
    jump,
    goTo: (page) => move(onPage(clampPage(page, count))),
    turn,
    seen: (page) => setPosition(onPage(page)),
    open,
    previous: siblings?.previous,
    next: siblings?.next,
  };
}

async function findSiblings(id: string, signal: AbortSignal): Promise<{ previous: Book | null; next: Book | null }> {
  const both = [getSiblingOrNone(id, 'previous', signal), getSiblingOrNone(id, 'next', signal)] as const;
  const [previous, next] = await Promise.all(both);
  return { previous, next };
}

/** Stores the page and keeps it in the address, so that a reload comes back to it. */
function useRecording(book: Book, { page }: Position, opening: number): void {
  const progress = useProgress(book.id);
  const moved = useRef(false);
  // with the drawing rather than after it: whoever turns the page and closes the tab at once has turned it
  useLayoutEffect(() => {
    moved.current ||= page !== opening;
    if (moved.current || recordsOpening(book.readProgress, page)) progress.reached(page);
  }, [page]);
  useEffect(() => {
    if (!moved.current) return;
    // browsers refuse more than about a hundred changes of the address in half a minute
    const timer = setTimeout(() => amendQuery(paths.page(book.id, page)), 400);
    return () => clearTimeout(timer);
  }, [page]);
}

/** In a strip the card with the next book lies below the last page. */
function scrollToFoot(): void {
  document.querySelector('.edge')?.scrollIntoView();
}
