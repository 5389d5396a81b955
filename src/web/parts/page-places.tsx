import { useState } from 'preact/hooks';
import { findPlaces, removePageFrom, type PagePlace, type RepeatedPage } from '../api/duplicates';
import { paths } from '../routes';
import { expectWork } from '../state/live';
import { hrefOf } from '../state/navigation';
import { attempt, notify } from '../state/notices';
import { useSlices } from '../state/use-slices';
import { ConfirmDialog } from './confirm';
import { Dialog } from './dialog';
import { counted } from './format';
import { Loading, LoadProblem } from './states';

interface PlacesProps {
  page: RepeatedPage;
  picture: string;
  close: () => void;
}

/** A page in large, and the books it is in. */
export function PagePlaces({ page, picture, close }: PlacesProps) {
  const list = useSlices(`places of ${page.id}`, (slice, signal) => findPlaces(page.id, slice, signal));
  return (
    <Dialog title={`A page of ${counted(page.matchCount, 'book')}`} close={close}>
      <img class="page-large" src={picture} alt="The page" />
      {list.problem !== undefined && <LoadProblem problem={list.problem} retry={list.reload} />}
      {list.next === 0 && list.loading && <Loading />}
      <ul class="file-list" aria-label="Where it is">
        {list.items.map((place) => (
          <Place key={place.id} {...{ page, place }} />
        ))}
      </ul>
      {!list.last && list.problem === undefined && (
        <button type="button" class="button" disabled={list.loading} onClick={list.more}>
          Show more
        </button>
      )}
    </Dialog>
  );
}

function Place({ page, place }: { page: RepeatedPage; place: PagePlace }) {
  const [asking, setAsking] = useState(false);
  const remove = async () => {
    if (!(await attempt('The page could not be removed', () => removePageFrom(page.id, place)))) return;
    notify('done', 'Removing the page from this book.');
    expectWork();
  };
  return (
    <li>
      <a class="file-name" href={hrefOf(paths.page(place.bookId, place.pageNumber))}>
        {place.url}
      </a>
      <span class="soft">
        Page {place.pageNumber}, {place.fileName}{' '}
        <button type="button" class="text-button" onClick={() => setAsking(true)}>
          Remove from this book…
        </button>
      </span>
      {asking && (
        <ConfirmDialog title="Remove this page?" confirm="Remove page" act={remove} close={() => setAsking(false)}>
          <p>
            The file <span class="file-name">{place.url}</span> is written anew without it. This cannot be taken back.
          </p>
        </ConfirmDialog>
      )}
    </li>
  );
}
