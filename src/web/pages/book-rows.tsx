import { useEffect, useRef } from 'preact/hooks';
import { bookFile, bookPoster, findBooks, markBook } from '../api/books';
import type { Book, Series, User } from '../api/types';
import { Cover } from '../parts/cover';
import { ProgressLine } from '../parts/cards';
import { Endless } from '../parts/endless';
import { bookTitle, readShare, readText } from '../parts/format';
import { CheckIcon, DownloadIcon, InfoIcon, UnreadIcon } from '../parts/icons';
import { mediaProblem, mediaRemark } from '../parts/media-problem';
import { Loading, LoadProblem } from '../parts/states';
import { paths } from '../routes';
import { booksChanged } from '../state/live';
import { hrefOf } from '../state/navigation';
import { attempt } from '../state/notices';
import { mayDownload } from '../state/session';
import { useSlices } from '../state/use-slices';

const sliceSize = 50;

/** The books of a series in reading order. */
export function BookRows({ series, user }: { series: Series; user: User }) {
  const list = useSlices(`books of ${series.id}`, (page, signal) =>
    findBooks({ seriesId: series.id }, { page, size: sliceSize, sort: 'metadata.numberSort,asc' }, signal),
  );
  const counts = `${series.booksReadCount} ${series.booksInProgressCount}`;
  const known = useRef(counts);
  useEffect(() => {
    if (known.current !== counts) list.reload();
    known.current = counts;
  }, [counts]);
  return (
    <section aria-label="Books">
      <h2 class="section-title">
        Books <span class="count">{list.total || series.booksCount}</span>
      </h2>
      {list.problem !== undefined && <LoadProblem problem={list.problem} retry={list.reload} />}
      {list.next === 0 && list.loading && <Loading what="Loading the books" />}
      <ol class="book-rows">
        {list.items.map((book) => (
          <BookRow key={book.id} book={book} download={mayDownload(user)} />
        ))}
      </ol>
      <Endless more={list.more} done={list.last || list.problem !== undefined} loading={list.loading} />
    </section>
  );
}

function BookRow({ book, download }: { book: Book; download: boolean }) {
  const title = bookTitle(book);
  const problem = mediaProblem(book.media);
  const remark = mediaRemark(book.media);
  const read = book.readProgress?.completed === true;
  return (
    <li class={`book-row ${read ? 'book-row-read' : ''}`}>
      <a class="book-row-link" href={hrefOf(paths.book(book.id))}>
        <span class="book-row-art">
          <Cover address={bookPoster(book.id)} title={book.metadata.number} />
          <ProgressLine share={readShare(book)} />
        </span>
        <span class="book-row-text">
          <span class="book-row-title">{title}</span>
          <span class={problem === null ? 'soft' : 'problem'}>
            {problem ?? [readText(book), book.metadata.releaseDate, book.size].filter(Boolean).join(' · ')}
          </span>
          {remark !== null && <span class="soft">{remark}</span>}
        </span>
      </a>
      <RowActions book={book} title={title} read={read} download={download} />
    </li>
  );
}

interface RowActionsProps {
  book: Book;
  title: string;
  read: boolean;
  download: boolean;
}

function RowActions({ book, title, read, download }: RowActionsProps) {
  const mark = async (wanted: boolean) => {
    if (await attempt('The book could not be marked', () => markBook(book.id, wanted))) booksChanged();
  };
  return (
    <span class="book-row-actions">
      {!read && (
        <button
          type="button"
          class="icon-button"
          aria-label={`Mark ${title} read`}
          title="Mark read"
          onClick={() => void mark(true)}
        >
          <CheckIcon />
        </button>
      )}
      {book.readProgress !== null && (
        <button
          type="button"
          class="icon-button"
          aria-label={`Mark ${title} unread`}
          title="Mark unread"
          onClick={() => void mark(false)}
        >
          <UnreadIcon />
        </button>
      )}
      {download && (
        <a
          class="icon-button book-row-download"
          href={bookFile(book.id)}
          download
          aria-label={`Download ${title}`}
          title="Download"
        >
          <DownloadIcon />
        </a>
      )}
      <a
        class="icon-button"
        href={hrefOf(paths.bookDetails(book.id))}
        aria-label={`Details of ${title}`}
        title="Details"
      >
        <InfoIcon />
      </a>
    </span>
  );
}
