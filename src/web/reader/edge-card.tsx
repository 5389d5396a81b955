import { useEffect, useRef } from 'preact/hooks';
import { bookPoster } from '../api/books';
import type { Book } from '../api/types';
import { Cover } from '../parts/cover';
import { bookTitle } from '../parts/format';
import { paths } from '../routes';
import { hrefOf } from '../state/navigation';

interface EdgeProps {
  side: 'start' | 'end';
  book: Book;
  /** Undefined while it is being asked for. */
  sibling: Book | null | undefined;
  open: (book: Book) => void;
  /** Absent in a strip, where scrolling leads back. */
  back?: () => void;
}

/** What lies beyond the first and the last page: the neighbouring book, or the series. */
export function EdgeCard({ side, book, sibling, open, back }: EdgeProps) {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (back !== undefined) card.current?.focus();
  }, []);
  const end = side === 'end';
  const label = end ? 'Next book' : 'Previous book';
  return (
    <section class="edge" ref={card} tabIndex={-1} aria-label={end ? 'End of the book' : 'Start of the book'}>
      <p class="soft">{end ? `You have finished ${bookTitle(book)}` : 'This is the first page'}</p>
      {sibling === null && <h2>{end ? 'No more books in this series' : 'There is no book before this one'}</h2>}
      {sibling && (
        <>
          <span class="edge-cover">
            <Cover address={bookPoster(sibling.id)} title={bookTitle(sibling)} eager />
          </span>
          <h2>{bookTitle(sibling)}</h2>
        </>
      )}
      <div class="actions">
        {sibling && (
          <button type="button" class="button button-strong" onClick={() => open(sibling)}>
            {label}
          </button>
        )}
        <a class="button" href={hrefOf(paths.series(book.seriesId))}>
          Go to the series
        </a>
        {back !== undefined && (
          <button type="button" class="button" onClick={back}>
            {end ? 'Back to the last page' : 'Stay on the first page'}
          </button>
        )}
      </div>
    </section>
  );
}
