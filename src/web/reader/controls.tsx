import type { Book, Page } from '../api/types';
import { bookTitle } from '../parts/format';
import { BackIcon, FitIcon, HelpIcon, NextIcon, PreviousIcon, TuneIcon } from '../parts/icons';
import type { Direction } from './direction';
import type { Action } from './keys';
import type { Reading } from './use-position';

interface TopProps {
  book: Book;
  hidden: boolean;
  act: (action: Action) => void;
  tune: () => void;
}

export function TopBar({ book, hidden, act, tune }: TopProps) {
  return (
    <header class={`reader-bar reader-top ${hidden ? 'reader-bar-hidden' : ''}`}>
      <button type="button" class="icon-button" aria-label="Close book" onClick={() => act('close')}>
        <BackIcon />
      </button>
      <h1 class="reader-title">
        <span>{bookTitle(book)}</span>
        {!book.oneshot && <span class="soft">{book.seriesTitle}</span>}
      </h1>
      <button type="button" class="icon-button" aria-label="Reader settings" onClick={tune}>
        <TuneIcon />
      </button>
      {document.fullscreenEnabled && (
        <button
          type="button"
          class="icon-button reader-fullscreen"
          aria-label="Full screen"
          onClick={() => act('fullscreen')}
        >
          <FitIcon />
        </button>
      )}
      <button type="button" class="icon-button" aria-label="Help" onClick={() => act('help')}>
        <HelpIcon />
      </button>
    </header>
  );
}

interface BottomProps {
  pages: Page[];
  direction: Direction;
  hidden: boolean;
  reading: Reading;
}

/** The slider runs the way the book is read. */
export function BottomBar({ pages, direction, hidden, reading }: BottomProps) {
  const { turn, goTo } = reading;
  const { page } = reading.position;
  const rtl = direction === 'rtl';
  return (
    <footer class={`reader-bar reader-bottom ${hidden ? 'reader-bar-hidden' : ''}`} dir={rtl ? 'rtl' : 'ltr'}>
      <button type="button" class="icon-button" aria-label="Previous page" onClick={() => turn(-1)}>
        {rtl ? <NextIcon /> : <PreviousIcon />}
      </button>
      <input
        type="range"
        aria-label="Page"
        aria-valuetext={`Page ${page} of ${pages.length}`}
        min={1}
        max={Math.max(1, pages.length)}
        value={page}
        onInput={(event) => goTo(Number(event.currentTarget.value))}
      />
      <output class="reader-count" dir="ltr" aria-live="off">
        {page} / {pages.length}
      </output>
      <button type="button" class="icon-button" aria-label="Next page" onClick={() => turn(1)}>
        {rtl ? <PreviousIcon /> : <NextIcon />}
      </button>
    </footer>
  );
}
