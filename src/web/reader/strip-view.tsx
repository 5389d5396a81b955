import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Page } from '../api/types';
import type { Fit, Size } from './fit';
import { PagePicture } from './page-picture';
import { isNear } from './paging';
import { useSize } from './use-screen';

interface StripProps {
  bookId: string;
  pages: Page[];
  current: number;
  fit: Fit;
  gaps: boolean;
  sizes: Map<number, Size>;
  measured: (page: number, size: Size) => void;
  /** The page in view while scrolling. */
  seen: (page: number) => void;
  tap: () => void;
  /** A finger or a wheel moves the strip: the reader reads on. */
  scrolled: () => void;
  /** Counts up whenever the strip has to be moved to `current` (slider, keys, first look). */
  jump: number;
  foot: ComponentChildren;
}

/** A page of a webtoon is read at arm's length: wider than this it is harder to read, not easier. */
const readableWidth = 860;

/** Most pages have this shape; it stands in until the picture tells. */
const usualRatio = 1.45;

/** All pages below each other, for vertical books and webtoons. */
export function StripView({
  bookId,
  pages,
  current,
  fit,
  gaps,
  sizes,
  measured,
  seen,
  tap,
  scrolled,
  jump,
  foot,
}: StripProps) {
  const stage = useRef<HTMLDivElement>(null);
  const screen = useSize(stage);
  const width = fit === 'width' ? screen.width : Math.min(screen.width, readableWidth);
  useEffect(() => {
    stage.current?.querySelector(`[data-page="${current}"]`)?.scrollIntoView();
    // the size of everything changes with the fit and the window's width; the page being read stays in view
  }, [jump, fit, screen.width]);
  usePageInView(stage, pages.length, seen);
  return (
    <div
      class={`stage strip ${gaps ? 'strip-gaps' : ''}`}
      ref={stage}
      onClick={(event) => isOnPicture(event) && tap()}
      onWheel={scrolled}
      onTouchMove={scrolled}
    >
      {pages.map((page) => (
        <StripPage
          key={page.number}
          bookId={bookId}
          page={page}
          count={pages.length}
          size={stripSize(sizes.get(page.number) ?? page, width)}
          near={isNear(page.number, current)}
          measured={(natural) => measured(page.number, natural)}
        />
      ))}
      {foot}
    </div>
  );
}

interface StripPageProps {
  bookId: string;
  page: Page;
  count: number;
  size: Size;
  near: boolean;
  measured: (size: Size) => void;
}

/** The place of a page in the strip; the picture is there only while it is near the view. */
function StripPage({ near, ...picture }: StripPageProps) {
  const { page, size } = picture;
  const place = { width: `${size.width}px`, minHeight: `${size.height}px` };
  return (
    <div class="strip-page" data-page={page.number} style={place}>
      {near && <PagePicture {...picture} />}
    </div>
  );
}

function stripSize(page: { width: number | null; height: number | null }, width: number): Size {
  const ratio = page.width !== null && page.height !== null && page.width > 0 ? page.height / page.width : usualRatio;
  return { width, height: Math.round(width * ratio) };
}

/** The page across the middle of the screen is the one being read. */
function usePageInView(stage: { current: HTMLElement | null }, count: number, seen: (page: number) => void): void {
  const latest = useRef(seen);
  latest.current = seen;
  useEffect(() => {
    const root = stage.current;
    if (root === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        const entry = entries.findLast(({ isIntersecting }) => isIntersecting);
        if (entry?.target instanceof HTMLElement) latest.current(Number(entry.target.dataset.page));
      },
      { root, rootMargin: '-49% 0px -49% 0px' },
    );
    for (const element of root.querySelectorAll('[data-page]')) observer.observe(element);
    return () => observer.disconnect();
  }, [count]);
}

const isOnPicture = (event: MouseEvent): boolean =>
  event.target instanceof Element && event.target.closest('button, a') === null;
