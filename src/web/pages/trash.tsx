import { useState } from 'preact/hooks';
import { emptyTrash, findTrash } from '../api/libraries';
import type { TrashedBook } from '../api/types';
import { ConfirmDialog } from '../parts/confirm';
import { Endless } from '../parts/endless';
import { counted, momentText, sizeText } from '../parts/format';
import { PageTitle } from '../parts/page-title';
import { Empty, Loading, LoadProblem } from '../parts/states';
import { paths } from '../routes';
import { libraries } from '../state/libraries';
import { booksChanged, expectWork } from '../state/live';
import { hrefOf } from '../state/navigation';
import { attempt, notify } from '../state/notices';
import { useStore } from '../state/store';
import { useSlices } from '../state/use-slices';
import { NotFound } from './not-found';

/** Books whose files are gone: when they went, and the way to forget them for good. */
export function TrashPage({ id }: { id: string }) {
  const known = useStore(libraries);
  const library = known?.find((candidate) => candidate.id === id);
  const [asking, setAsking] = useState(false);
  const list = useSlices<TrashedBook>(`trash of ${id}`, (page, signal) => findTrash(id, page, signal));
  if (known !== null && library === undefined) return <NotFound what="This library" />;
  if (library === undefined) return <Loading />;
  const empty = async () => {
    if (!(await attempt('The trash could not be emptied', () => emptyTrash(id)))) return;
    notify('done', `Emptying the trash of ${library.name}.`);
    expectWork();
    booksChanged();
  };
  return (
    <>
      <header class="page-head">
        <PageTitle title={`Trash of ${library.name}`}>
          Trash of {library.name}
          {list.total > 0 && <span class="count">{counted(list.total, 'book')}</span>}
        </PageTitle>
        <div class="actions">
          {list.total > 0 && (
            <button type="button" class="button button-small button-danger" onClick={() => setAsking(true)}>
              Empty trash…
            </button>
          )}
          <a class="button button-small" href={hrefOf(paths.librarySettings(id))}>
            Settings
          </a>
        </div>
      </header>
      {list.problem !== undefined && <LoadProblem problem={list.problem} retry={list.reload} />}
      {list.last && list.items.length === 0 && (
        <Empty title="The trash is empty">
          <p class="soft">Books whose files go missing are kept here, with what was read of them.</p>
        </Empty>
      )}
      {list.items.length > 0 && (
        <p class="soft">When a file is back, its book comes back with everything that belongs to it.</p>
      )}
      <ul class="file-list" aria-label="Books in the trash">
        {list.items.map((book) => (
          <li key={book.id}>
            <span class="file-list-title">
              {book.seriesTitle} – {book.title}
            </span>
            <span class="soft file-name">{book.path}</span>
            <span class="soft">
              {sizeText(book.sizeBytes)} · missing since{' '}
              <time dateTime={book.deletedAt}>{momentText(book.deletedAt)}</time>
            </span>
          </li>
        ))}
      </ul>
      <Endless more={list.more} done={list.last || list.problem !== undefined} loading={list.loading} />
      {asking && (
        <ConfirmDialog title="Empty the trash?" confirm="Empty trash" act={empty} close={() => setAsking(false)}>
          <p>
            {counted(list.total, 'book')} of {library.name} and what was read of them are forgotten. This cannot be
            taken back. No file is touched.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
