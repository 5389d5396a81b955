import { findBooks, seriesPoster } from '../api/books';
import { ApiFailure } from '../api/failure';
import { getSeries, markSeries } from '../api/series';
import type { Book, Series, User } from '../api/types';
import { Cover } from '../parts/cover';
import { Summary } from '../parts/facts';
import { bookTitle, counted, statusText } from '../parts/format';
import { CheckIcon, PlayIcon, UnreadIcon } from '../parts/icons';
import { PageTitle } from '../parts/page-title';
import { Loading, LoadProblem } from '../parts/states';
import { paths } from '../routes';
import { booksChanged } from '../state/live';
import { hrefOf } from '../state/navigation';
import { attempt, notify } from '../state/notices';
import { isAdmin } from '../state/session';
import { useLoad } from '../state/use-load';
import { BookRows } from './book-rows';
import { SeriesCare } from './series-care';
import { NotFound } from './not-found';
import { Origins } from './origins';
import { SeriesFacts } from './series-facts';

export function SeriesPage({ id, user }: { id: string; user: User }) {
  const { value: series, problem, reload } = useLoad(`series ${id}`, (signal) => getSeries(id, signal));
  if (problem instanceof ApiFailure && problem.status === 404) return <NotFound what="This series" />;
  if (series === undefined)
    return problem === undefined ? <Loading /> : <LoadProblem problem={problem} retry={reload} />;
  return (
    <article class="series">
      <header class="hero">
        <div class="hero-cover">
          <Cover address={seriesPoster(series.id)} title={series.metadata.title} eager />
        </div>
        <div class="hero-text">
          <PageTitle title={series.metadata.title} />
          <AlternateTitles series={series} />
          <p class="hero-line">{headline(series)}</p>
          {series.deleted && <p class="remark">The folder of this series is not there any more.</p>}
          <SeriesActions series={series} />
          <Summary text={series.metadata.summary || series.booksMetadata.summary} />
        </div>
      </header>
      <SeriesFacts series={series} />
      {isAdmin(user) && <Origins kind="series" id={series.id} />}
      <BookRows series={series} user={user} />
      {isAdmin(user) && <SeriesCare series={series} />}
    </article>
  );
}

function AlternateTitles({ series }: { series: Series }) {
  const titles = series.metadata.alternateTitles.map(({ title }) => title);
  if (titles.length === 0) return null;
  return <p class="soft alternate">{titles.slice(0, 4).join(' · ')}</p>;
}

function headline(series: Series): string {
  const { releaseDate } = series.booksMetadata;
  const read = series.booksReadCount > 0 ? `${series.booksReadCount} of ${series.booksCount} read` : '';
  const age = series.metadata.ageRating === null ? '' : `${series.metadata.ageRating}+`;
  return [counted(series.booksCount, 'book'), statusText(series), releaseDate?.slice(0, 4), age, read]
    .filter(Boolean)
    .join(' · ');
}

function SeriesActions({ series }: { series: Series }) {
  const allRead = series.booksCount > 0 && series.booksReadCount === series.booksCount;
  const mark = async (read: boolean) => {
    if (!(await attempt('The series could not be marked', () => markSeries(series.id, read)))) return;
    notify('done', read ? 'Marked as read.' : 'Marked as unread.');
    booksChanged();
  };
  return (
    <div class="actions">
      <ContinueLink series={series} />
      {!allRead && (
        <button type="button" class="button" onClick={() => void mark(true)}>
          <CheckIcon />
          <span>
            Mark <span class="unseen">series </span>read
          </span>
        </button>
      )}
      {series.booksReadCount + series.booksInProgressCount > 0 && (
        <button type="button" class="button" onClick={() => void mark(false)}>
          <UnreadIcon />
          <span>
            Mark <span class="unseen">series </span>unread
          </span>
        </button>
      )}
    </div>
  );
}

/** What to read now: the book that is open, else the first unread one, else the first again. */
async function findNextBook(series: Series, signal: AbortSignal): Promise<{ book: Book | undefined; label: string }> {
  const first = async (read: 'reading' | 'unread' | 'all', sort: string) =>
    (await findBooks({ seriesId: series.id, read }, { size: 1, sort }, signal)).content[0];
  const open = await first('reading', 'readProgress.readDate,desc');
  if (open !== undefined) return { book: open, label: 'Continue' };
  const unread = await first('unread', 'metadata.numberSort,asc');
  if (unread !== undefined)
    return { book: unread, label: series.booksReadCount > 0 ? 'Continue with' : 'Start reading' };
  return { book: await first('all', 'metadata.numberSort,asc'), label: 'Read again' };
}

function ContinueLink({ series }: { series: Series }) {
  const counts = `${series.booksReadCount} ${series.booksInProgressCount} ${series.booksCount}`;
  const { value } = useLoad(`next of ${series.id} ${counts}`, (signal) => findNextBook(series, signal));
  if (value?.book === undefined) return null;
  const { book, label } = value;
  const title = label === 'Start reading' || label === 'Read again' ? '' : ` ${bookTitle(book)}`;
  return (
    <a class="button button-strong" href={hrefOf(paths.book(book.id))}>
      <PlayIcon />
      <span class="clip">{label + title}</span>
    </a>
  );
}
