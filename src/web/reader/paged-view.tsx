import { useEffect, useRef } from 'preact/hooks';
import { pageAddress } from '../api/books';
import type { Page } from '../api/types';
import type { Direction } from './direction';
import { fittedSize, type Fit, type Size } from './fit';
import { swipe, tapAt, type Gesture } from './gesture';
import { PagePicture } from './page-picture';
import { sourceQueries } from './page-source';
import { pagesToPreload } from './paging';
import { useSize } from './use-screen';

interface PagedProps {
  bookId: string;
  pages: Page[];
  current: number;
  fit: Fit;
  direction: Direction;
  sizes: Map<number, Size>;
  measured: (page: number, size: Size) => void;
  act: (gesture: Gesture) => void;
}

/** One page at a time; taps and strokes turn it. */
export function PagedView({ bookId, pages, current, fit, direction, sizes, measured, act }: PagedProps) {
  const stage = useRef<HTMLDivElement>(null);
  const screen = useSize(stage);
  const page = pages[current - 1];
  usePreload(bookId, pages, current);
  const gestures = useGestures(stage, direction, act);
  useEffect(() => {
    // a right-to-left page that is wider than the screen begins at its right side
    const element = stage.current;
    element?.scrollTo(direction === 'rtl' ? element.scrollWidth : 0, 0);
  }, [current, direction, fit]);
  if (page === undefined) return null;
  const size = fittedSize(fit, sizes.get(current) ?? page, screen);
  const wider = size !== null && size.width > screen.width + 1;
  return (
    <div class={`stage ${wider ? 'stage-wide' : ''}`} ref={stage} data-fit={fit} {...gestures}>
      <PagePicture
        key={page.number}
        bookId={bookId}
        page={page}
        count={pages.length}
        size={size}
        measured={(natural) => measured(page.number, natural)}
      />
    </div>
  );
}

/** Fetches and decodes the neighbours, so that turning is immediate. Holding them keeps them in memory. */
function usePreload(bookId: string, pages: Page[], current: number): void {
  const held = useRef(new Map<number, HTMLImageElement>());
  useEffect(() => {
    const wanted = pagesToPreload(current, pages.length);
    for (const number of held.current.keys()) {
      if (!wanted.includes(number) && number !== current) held.current.delete(number);
    }
    for (const number of wanted) {
      const page = pages[number - 1];
      if (page === undefined || held.current.has(number)) continue;
      const image = new Image();
      image.src = pageAddress(bookId, sourceQueries(page.mediaType)[0], number);
      image.decode().catch(() => held.current.delete(number));
      held.current.set(number, image);
    }
  }, [bookId, pages, current]);
}

function useGestures(stage: { current: HTMLElement | null }, direction: Direction, act: (gesture: Gesture) => void) {
  const start = useRef<{ x: number; y: number; at: number } | null>(null);
  const swiped = useRef(false);
  return {
    onPointerDown: (event: PointerEvent) => {
      swiped.current = false;
      start.current =
        event.isPrimary && event.pointerType !== 'mouse'
          ? { x: event.clientX, y: event.clientY, at: event.timeStamp }
          : null;
    },
    onPointerUp: (event: PointerEvent) => {
      const from = start.current;
      start.current = null;
      // while zoomed in, a finger moves the picture
      if (from === null || !event.isPrimary || (visualViewport?.scale ?? 1) > 1.05) return;
      const stroke = {
        dx: event.clientX - from.x,
        dy: event.clientY - from.y,
        milliseconds: event.timeStamp - from.at,
      };
      const gesture = swipe(stroke, direction);
      swiped.current = gesture !== null;
      if (gesture !== null) act(gesture);
    },
    onPointerCancel: () => (start.current = null),
    onClick: (event: MouseEvent) => {
      if (swiped.current || (event.target instanceof Element && event.target.closest('button, a') !== null)) return;
      const width = stage.current?.clientWidth ?? innerWidth;
      act(tapAt(event.clientX / width, direction));
    },
  };
}
