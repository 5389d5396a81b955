import { analyzeBook, bookFile, bookPoster, getBook, markBook, refreshBook } from '../api/books';
import { ApiFailure } from '../api/failure';
import type { Book, User } from '../api/types';
import { ProgressLine } from '../parts/cards';
import { Cover } from '../parts/cover';
import { DeleteFile } from '../parts/delete-file';
import { Facts, Summary, chips, webLinks, type Fact } from '../parts/facts';
import { bookTitle, credits, dateText, readShare, readText } from '../parts/format';
import { CheckIcon, DownloadIcon, PlayIcon, UnreadIcon } from '../parts/icons';
import { mediaProblem, mediaRemark } from '../parts/media-problem';
import { PageTitle } from '../parts/page-title';
import { Loading, LoadProblem } from '../parts/states';
import { paths } from '../routes';
import { booksChanged, expectWork } from '../state/live';
import { hrefOf } from '../state/navigation';
import { attempt, notify } from '../state/notices';
import { isAdmin, mayDownload } from '../state/session';
import { useLoad } from '../state/use-load';
import { NotFound } from './not-found';
import { Origins } from './origins';

/** All that is known about one book. */
export function BookPage({ id, user }: { id: string; user: User }) {
  const { value: book, problem, reload } = useLoad(`book ${id}`, (signal) => getBook(id, signal));
  if (problem instanceof ApiFailure && problem.status === 404) return <NotFound what="This book" />;
  if (book === undefined) return problem === undefined ? <Loading /> : <LoadProblem problem={problem} retry={reload} />;
  const unreadable = mediaProblem(book.media);
  const remark = mediaRemark(book.media);
  return (
    <article class="series">
      <header class="hero">
        <div class="hero-cover">
          <Cover address={bookPoster(id)} title={book.metadata.number} eager />
          <ProgressLine share={readShare(book)} />
        </div>
        <div class="hero-text">
          <PageTitle title={bookTitle(book)} />
          <p class="hero-line">
            <a href={hrefOf(paths.series(book.seriesId))}>{book.seriesTitle}</a>
            {` · ${readText(book)}`}
          </p>
          {book.deleted && <p class="remark">The file of this book is not there any more. It lies in the trash.</p>}
          {unreadable !== null && <p class="remark">{unreadable}</p>}
          {remark !== null && <p class="remark">{remark}</p>}
          <BookActions {...{ book }} readable={unreadable === null} download={mayDownload(user)} />
          <Summary text={book.metadata.summary} />
        </div>
      </header>
      <Facts facts={factsOf(book)} />
      {isAdmin(user) && <Origins kind="books" id={id} />}
      {isAdmin(user) && !book.deleted && <Care book={book} />}
    </article>
  );
}

function factsOf({ metadata, media, size, url }: Book): Fact[] {
  return [
    ...credits(metadata.authors).map(({ label, names }): Fact => [label, names]),
    ['Number', metadata.number],
    ['Released', metadata.releaseDate === null ? '' : dateText(metadata.releaseDate)],
    ['ISBN', metadata.isbn],
    ['Pages', media.pagesCount === 0 ? '' : String(media.pagesCount)],
    ['Tags', chips(metadata.tags)],
    ['Links', webLinks(metadata.links)],
    ['Size', size],
    ['File', <span class="file-name">{url}</span>],
  ];
}

function BookActions({ book, readable, download }: { book: Book; readable: boolean; download: boolean }) {
  const mark = async (read: boolean) => {
    if (!(await attempt('The book could not be marked', () => markBook(book.id, read)))) return;
    notify('done', read ? 'Marked as read.' : 'Marked as unread.');
    booksChanged();
  };
  const { readProgress: progress } = book;
  return (
    <div class="actions">
      {readable && (
        <a class="button button-strong" href={hrefOf(paths.book(book.id))}>
          <PlayIcon />
          {progress === null ? 'Read' : progress.completed ? 'Read again' : `Continue on page ${progress.page}`}
        </a>
      )}
      {progress?.completed !== true && (
        <button type="button" class="button" onClick={() => void mark(true)}>
          <CheckIcon />
          Mark read
        </button>
      )}
      {progress !== null && (
        <button type="button" class="button" onClick={() => void mark(false)}>
          <UnreadIcon />
          Mark unread
        </button>
      )}
      {download && (
        <a class="button" href={bookFile(book.id)} download>
          <DownloadIcon />
          Download
        </a>
      )}
    </div>
  );
}

/** What an administrator does to the file of a book. */
function Care({ book }: { book: Book }) {
  const again = async () => {
    const asked = async () => {
      await analyzeBook(book.id);
      await refreshBook(book.id);
    };
    if (!(await attempt('The file could not be opened again', asked))) return;
    notify('done', 'Opening the file again: pages, cover and metadata.');
    expectWork();
  };
  return (
    <section class="care" aria-label="Care">
      <div class="actions">
        <button type="button" class="button" onClick={() => void again()}>
          Read the file again
        </button>
        <DeleteFile book={book} />
      </div>
    </section>
  );
}
