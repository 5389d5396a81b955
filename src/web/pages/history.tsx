import { findHistory } from '../api/history';
import type { HistoryEvent } from '../api/types';
import { Endless } from '../parts/endless';
import { momentText } from '../parts/format';
import { PageTitle } from '../parts/page-title';
import { Empty, Loading, LoadProblem } from '../parts/states';
import { paths } from '../routes';
import { hrefOf } from '../state/navigation';
import { useSlices } from '../state/use-slices';
import { tell } from './history-words';

/** What the server has changed on the disk, the newest first. */
export function HistoryPage() {
  const list = useSlices('history', findHistory);
  return (
    <>
      <header class="page-head">
        <PageTitle title="History" />
      </header>
      <p class="soft">What was changed on the disk: files that were deleted, imported, renamed or packed anew.</p>
      {list.problem !== undefined && <LoadProblem problem={list.problem} retry={list.reload} />}
      {list.next === 0 && list.loading && <Loading />}
      {list.last && list.items.length === 0 && (
        <Empty title="Nothing was changed on the disk">
          <p class="soft">
            Your files are as they were. A file is changed only when you ask for it, or switch it on for a library.
          </p>
        </Empty>
      )}
      <ol class="file-list" aria-label="Changes">
        {list.items.map((event) => (
          <Entry key={event.id} event={event} />
        ))}
      </ol>
      <Endless more={list.more} done={list.last || list.problem !== undefined} loading={list.loading} />
    </>
  );
}

function Entry({ event }: { event: HistoryEvent }) {
  const { what, file, more } = tell(event);
  const { bookId, seriesId, timestamp } = event;
  return (
    <li>
      <span class="file-list-title">{what}</span>
      <span class="file-name">{file}</span>
      <span class="soft">
        <time dateTime={timestamp}>{momentText(timestamp)}</time>
        {more !== '' && ` · ${more}`}
        {bookId !== null && (
          <>
            {' · '}
            <a href={hrefOf(paths.bookDetails(bookId))}>Book</a>
          </>
        )}
        {seriesId !== null && (
          <>
            {' · '}
            <a href={hrefOf(paths.series(seriesId))}>Series</a>
          </>
        )}
      </span>
    </li>
  );
}
