import { bookPoster, seriesPoster } from '../api/books';
import type { Book, Series } from '../api/types';
import { paths } from '../routes';
import { hrefOf } from '../state/navigation';
import { Cover } from './cover';
import { bookTitle, counted, readShare, readText } from './format';
import { CheckIcon } from './icons';
import { mediaProblem } from './media-problem';

export function SeriesCard({ series, eager = false }: { series: Series; eager?: boolean }) {
  const { title } = series.metadata;
  const unread = series.booksUnreadCount + series.booksInProgressCount;
  return (
    <article class="card">
      <a class="card-link" href={hrefOf(paths.series(series.id))}>
        <span class="card-art">
          <Cover address={seriesPoster(series.id)} title={title} eager={eager} />
          <UnreadBadge unread={unread} all={series.booksCount} />
        </span>
        <span class="card-title">{title}</span>
      </a>
      <p class="card-note">{counted(series.booksCount, 'book')}</p>
    </article>
  );
}

function UnreadBadge({ unread, all }: { unread: number; all: number }) {
  if (all === 0) return null;
  if (unread === 0) {
    return (
      <span class="badge badge-read">
        <CheckIcon />
        <span class="unseen">, read</span>
      </span>
    );
  }
  return (
    <span class="badge">
      <span class="unseen">, </span>
      {unread > 999 ? '999+' : unread}
      <span class="unseen"> unread</span>
    </span>
  );
}

/** A book opens in the reader; its series is one more link below. */
export function BookCard({ book, eager = false }: { book: Book; eager?: boolean }) {
  const title = bookTitle(book);
  const problem = mediaProblem(book.media);
  return (
    <article class="card">
      <a class="card-link" href={hrefOf(paths.book(book.id))}>
        <span class="card-art">
          <Cover address={bookPoster(book.id)} title={title} eager={eager} />
          {problem !== null && <span class="badge badge-problem">!</span>}
          <ProgressLine share={readShare(book)} />
        </span>
        <span class="card-title">{title}</span>
      </a>
      <p class="card-note">
        {book.oneshot ? null : <a href={hrefOf(paths.series(book.seriesId))}>{book.seriesTitle}</a>}
        <span class="card-state">{problem ?? readText(book)}</span>
      </p>
    </article>
  );
}

/** How far a book was read, as a line at the foot of its cover; the words stand next to it. */
export function ProgressLine({ share }: { share: number | null }) {
  if (share === null) return null;
  return (
    <span class="progress-line" aria-hidden="true">
      <span style={{ width: `${Math.max(3, share * 100)}%` }} />
    </span>
  );
}
