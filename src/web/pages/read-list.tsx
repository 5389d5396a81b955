import { useState } from 'preact/hooks';
import { ApiFailure } from '../api/failure';
import { deleteReadList, findBooksOfList, getReadList } from '../api/read-lists';
import type { User } from '../api/types';
import { BookCard } from '../parts/cards';
import { ConfirmDialog } from '../parts/confirm';
import { Endless } from '../parts/endless';
import { Summary } from '../parts/facts';
import { counted } from '../parts/format';
import { PageTitle } from '../parts/page-title';
import { Loading, LoadProblem } from '../parts/states';
import { paths } from '../routes';
import { booksChanged } from '../state/live';
import { navigate } from '../state/navigation';
import { attempt, notify } from '../state/notices';
import { isAdmin } from '../state/session';
import { useLoad } from '../state/use-load';
import { useSlices } from '../state/use-slices';
import { NotFound } from './not-found';

/** The books of a read list in its order. */
export function ReadListPage({ id, user }: { id: string; user: User }) {
  const { value: list, problem, reload } = useLoad(`read list ${id}`, (signal) => getReadList(id, signal));
  const books = useSlices(`books of list ${id}`, (page, signal) => findBooksOfList(id, page, signal));
  if (problem instanceof ApiFailure && problem.status === 404) return <NotFound what="This read list" />;
  if (list === undefined) return problem === undefined ? <Loading /> : <LoadProblem problem={problem} retry={reload} />;
  return (
    <>
      <header class="page-head">
        <PageTitle title={list.name}>
          {list.name} <span class="count">{counted(list.bookIds.length, 'book')}</span>
        </PageTitle>
        {isAdmin(user) && <Remove {...{ id }} name={list.name} />}
      </header>
      <Summary text={list.summary} />
      {books.problem !== undefined && <LoadProblem problem={books.problem} retry={books.reload} />}
      <ol class="grid">
        {books.items.map((book) => (
          <li key={book.id}>
            <BookCard book={book} />
          </li>
        ))}
      </ol>
      <Endless more={books.more} done={books.last || books.problem !== undefined} loading={books.loading} />
    </>
  );
}

function Remove({ id, name }: { id: string; name: string }) {
  const [asking, setAsking] = useState(false);
  const remove = async () => {
    if (!(await attempt('The read list could not be deleted', () => deleteReadList(id)))) return;
    notify('done', `${name} is deleted. Its books are where they were.`);
    navigate(paths.home, { replace: true });
    booksChanged();
  };
  return (
    <>
      <button type="button" class="button button-small button-danger" onClick={() => setAsking(true)}>
        Delete list…
      </button>
      {asking && (
        <ConfirmDialog title={`Delete ${name}?`} confirm="Delete list" act={remove} close={() => setAsking(false)}>
          <p>The list is forgotten; its books and their files stay.</p>
        </ConfirmDialog>
      )}
    </>
  );
}
