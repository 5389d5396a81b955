import { useEffect, useMemo } from 'preact/hooks';
import { savePage } from '../api/books';
import { messageFor } from '../api/failure';
import { booksChanged } from '../state/live';
import { notify } from '../state/notices';
import { progressWriter, type ProgressWriter } from './progress';

/** Stores reading progress of a book: when the reader rests, leaves the book, hides the tab or closes it. */
export function useProgress(bookId: string): ProgressWriter {
  const writer = useMemo(
    () =>
      progressWriter({
        save: (page, leaving) => savePage(bookId, page, leaving).then(booksChanged),
        failed: (problem) => notify('failed', `Your page could not be stored: ${messageFor(problem)}`),
      }),
    [bookId],
  );
  useEffect(() => {
    const leave = () => writer.flush(true);
    const hide = () => document.visibilityState === 'hidden' && writer.flush(true);
    // phones often kill a hidden tab without another word, so hiding counts as leaving
    addEventListener('pagehide', leave);
    document.addEventListener('visibilitychange', hide);
    return () => {
      removeEventListener('pagehide', leave);
      document.removeEventListener('visibilitychange', hide);
      // whoever closes a book may close the tab the next moment
      writer.flush(true);
    };
  }, [writer]);
  return writer;
}
