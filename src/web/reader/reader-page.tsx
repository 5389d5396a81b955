import { useEffect } from 'preact/hooks';
import { findPages, getBook } from '../api/books';
import { ApiFailure, messageFor } from '../api/failure';
import { getSeries } from '../api/series';
import type { Book } from '../api/types';
import { bookTitle } from '../parts/format';
import { mediaProblem, isWaiting } from '../parts/media-problem';
import { useTitle } from '../parts/page-title';
import { Loading } from '../parts/states';
import { NotFound } from '../pages/not-found';
import { paths } from '../routes';
import { goBack, hrefOf } from '../state/navigation';
import { useOnce } from './use-once';
import { Reader } from './reader';
import { useKeys } from './use-keys';

/** Loads a book for reading, or says why it cannot be read. */
export function ReaderPage({ id, at }: { id: string; at: number | null }) {
  const { value, problem, reload } = useOnce(`reader ${id}`, async (signal) => {
    const book = await getBook(id, signal);
    if (mediaProblem(book.media) !== null) return { book, pages: [], series: null };
    const [pages, series] = await Promise.all([findPages(id, signal), getSeries(book.seriesId, signal)]);
    return { book, pages, series };
  });
  const waiting = value !== undefined && isWaiting(value.book.media);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(reload, 3_000);
    return () => clearTimeout(timer);
  }, [waiting, value]);
  if (problem instanceof ApiFailure && problem.status === 404) {
    return (
      <main class="entrance">
        <NotFound what="This book" />
      </main>
    );
  }
  if (problem !== undefined)
    return <Unreadable title="The book could not be opened" reason={messageFor(problem)} retry={reload} />;
  if (value === undefined) {
    return (
      <main class="reader">
        <Loading what="Opening the book" />
      </main>
    );
  }
  const { book, pages, series } = value;
  const reason = mediaProblem(book.media) ?? (pages.length === 0 ? 'There are no pages in this book.' : null);
  if (reason !== null || series === null) {
    return <Unreadable title={bookTitle(book)} reason={reason ?? ''} retry={reload} book={book} />;
  }
  return <Reader book={book} pages={pages} series={series} at={at} />;
}

interface UnreadableProps {
  title: string;
  reason: string;
  retry: () => void;
  book?: Book;
}

function Unreadable({ title, reason, retry, book }: UnreadableProps) {
  useTitle(title);
  const close = () => goBack(book === undefined ? paths.home : paths.series(book.seriesId));
  useKeys('ltr', false, (action) => action === 'close' && close());
  return (
    <main class="reader reader-unreadable">
      <div class="unreadable" role="alert">
        <h1>{title}</h1>
        <p class="problem">{reason}</p>
        {book !== undefined && book.name !== title && <p class="soft">{book.name}</p>}
        <div class="actions">
          <button type="button" class="button button-strong" onClick={retry}>
            Try again
          </button>
          {book === undefined ? (
            <button type="button" class="button" onClick={close}>
              Go back
            </button>
          ) : (
            <a class="button" href={hrefOf(paths.series(book.seriesId))}>
              Go to the series
            </a>
          )}
        </div>
      </div>
    </main>
  );
}
