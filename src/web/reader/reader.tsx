import { useEffect, useRef, useState } from 'preact/hooks';
import type { Book, Page, Series } from '../api/types';
import { bookTitle } from '../parts/format';
import { useTitle } from '../parts/page-title';
import { paths } from '../routes';
import { goBack } from '../state/navigation';
import { BottomBar, TopBar } from './controls';
import { isStrip } from './direction';
import { EdgeCard } from './edge-card';
import { nextFit } from './fit';
import type { Gesture } from './gesture';
import type { Action } from './keys';
import { HelpOverlay, SettingsOverlay } from './overlays';
import { PagedView } from './paged-view';
import { StripView } from './strip-view';
import { useKeys } from './use-keys';
import { usePosition, type Reading } from './use-position';
import { scrollStage, toggleFullscreen } from './use-screen';
import { useSettings, type Settings } from './use-settings';

interface ReaderProps {
  book: Book;
  pages: Page[];
  series: Series;
  at: number | null;
}

/** The open book. */
export function Reader({ book, pages, series, at }: ReaderProps) {
  const main = useRef<HTMLElement>(null);
  const [bars, setBars] = useState(true);
  const [overlay, setOverlay] = useState<'none' | 'help' | 'settings'>('none');
  const settings = useSettings(series);
  const reading = usePosition(book, pages.length, at, isStrip(settings.direction));
  const { position } = reading;
  useTitle(`${bookTitle(book)} – ${book.seriesTitle}`);
  const turn = (by: 1 | -1) => {
    setBars(false);
    reading.turn(by);
  };
  const deeds: Record<Action | Gesture, () => void> = {
    next: () => turn(1),
    previous: () => turn(-1),
    first: () => reading.goTo(1),
    last: () => reading.goTo(pages.length),
    controls: () => setBars(!bars),
    fit: () => settings.setFit(nextFit(settings.fit)),
    fullscreen: toggleFullscreen,
    help: () => setOverlay('help'),
    close: () => goBack(paths.series(book.seriesId)),
    'scroll-on': () => scrollStage(1),
    'scroll-back': () => scrollStage(-1),
  };
  const act = (action: Action | Gesture) => deeds[action]();
  const closeOverlay = () => {
    setOverlay('none');
    // on the button that opened it, the space bar would open it again instead of turning the page
    main.current?.focus();
  };
  useKeys(settings.direction, overlay !== 'none', act);
  const hidden = !bars && overlay === 'none' && position.edge === null;
  return (
    <main class="reader" ref={main} tabIndex={-1} data-direction={settings.direction}>
      <View book={book} pages={pages} settings={settings} reading={reading} act={act} hideBars={() => setBars(false)} />
      <p class="unseen" role="status" aria-live="polite">
        {position.edge === null ? `Page ${position.page} of ${pages.length}` : ''}
      </p>
      <Hint text={settings.hint} />
      <TopBar book={book} hidden={hidden} act={act} tune={() => setOverlay('settings')} />
      <BottomBar pages={pages} direction={settings.direction} hidden={hidden} reading={reading} />
      {overlay === 'help' && <HelpOverlay direction={settings.direction} close={closeOverlay} />}
      {overlay === 'settings' && <SettingsOverlay series={series} settings={settings} close={closeOverlay} />}
    </main>
  );
}

interface ViewProps {
  book: Book;
  pages: Page[];
  settings: Settings;
  reading: Reading;
  act: (gesture: Gesture) => void;
  hideBars: () => void;
}

/** The pages themselves, in the way this series is read. */
function View({ book, pages, settings, reading, act, hideBars }: ViewProps) {
  const { position, open } = reading;
  const { direction, fit, sizes, measured } = settings;
  const shared = { bookId: book.id, pages, current: position.page, fit, sizes, measured };
  if (isStrip(direction)) {
    return (
      <StripView
        {...shared}
        gaps={direction === 'vertical'}
        jump={reading.jump}
        seen={reading.seen}
        tap={() => act('controls')}
        scrolled={hideBars}
        foot={<EdgeCard side="end" book={book} sibling={reading.next} open={open} />}
      />
    );
  }
  if (position.edge === null) return <PagedView {...shared} direction={direction} act={act} />;
  return (
    <EdgeCard
      key={position.edge}
      side={position.edge}
      book={book}
      sibling={position.edge === 'end' ? reading.next : reading.previous}
      open={open}
      back={() => reading.goTo(position.page)}
    />
  );
}

/** Says for a moment what a key has changed. */
function Hint({ text }: { text: { words: string; at: number } | null }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (text === null) return;
    setShown(true);
    const timer = setTimeout(() => setShown(false), 1_200);
    return () => clearTimeout(timer);
  }, [text]);
  return shown && text !== null ? <p class="reader-hint">{text.words}</p> : null;
}
