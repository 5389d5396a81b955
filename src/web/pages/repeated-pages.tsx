import { useRef, useState } from 'preact/hooks';
import {
  decidePage,
  findRepeatedPages,
  removePage,
  repeatedPicture,
  type PageAction,
  type RepeatedPage,
} from '../api/duplicates';
import { ConfirmDialog } from '../parts/confirm';
import { Endless } from '../parts/endless';
import { counted } from '../parts/format';
import { NotCompared } from '../parts/not-compared';
import { RepeatedPageCard } from '../parts/page-card';
import { Empty, Loading, LoadProblem } from '../parts/states';
import { expectWork } from '../state/live';
import { attempt, notify } from '../state/notices';
import { useSlices } from '../state/use-slices';

const unhashed = <NotCompared option="hashPages" label="Fingerprint first and last pages" />;

/** Pages that are in several books and were not decided about. */
export function RepeatedPages() {
  const list = useSlices('repeated pages', findRepeatedPages);
  const [decided, setDecided] = useState<readonly string[]>([]);
  const open = list.items.filter(({ id }) => !decided.includes(id));
  return (
    <>
      {list.problem !== undefined && <LoadProblem problem={list.problem} retry={list.reload} />}
      {list.next === 0 && list.loading && <Loading what="Looking for pages" />}
      {list.last && open.length === 0 && (
        <Empty title="No page is in several books">
          <p class="soft">
            Advertisements and credits that many books have in common are shown here, so that you can take them out.
          </p>
          {unhashed}
        </Empty>
      )}
      {open.length > 0 && (
        <p class="soft">
          The same picture in several books, such as an advertisement. Removing it writes the files anew without it;
          only CBZ and ZIP files are changed.
        </p>
      )}
      {open.length > 0 && unhashed}
      <ul class="page-cards">
        {open.map((page) => (
          <Undecided key={page.id} page={page} done={() => setDecided((before) => [...before, page.id])} />
        ))}
      </ul>
      <Endless more={list.more} done={list.last || list.problem !== undefined} loading={list.loading} />
    </>
  );
}

function Undecided({ page, done }: { page: RepeatedPage; done: () => void }) {
  const item = useRef<HTMLLIElement>(null);
  const [asking, setAsking] = useState<Deletion | null>(null);
  const decide = async (action: PageAction, said: string) => {
    const act = async () => {
      await decidePage(page, action);
      if (action !== 'IGNORE') await removePage(page.id);
    };
    if (!(await attempt('That could not be decided', act))) return;
    notify('done', said);
    const next = item.current?.nextElementSibling ?? item.current?.previousElementSibling;
    done();
    // whoever works with the keyboard goes on with the next page, once this one and its dialog are gone
    setTimeout(() => next?.querySelector('button')?.focus());
    expectWork();
  };
  const books = counted(page.matchCount, 'book');
  return (
    <li ref={item}>
      <RepeatedPageCard page={page} picture={repeatedPicture(page.id, 320)} large={repeatedPicture(page.id, 1000)}>
        <p class="soft">In {books}</p>
        <button type="button" class="button button-small" onClick={() => setAsking('DELETE_AUTO')}>
          Always delete…
        </button>
        <button type="button" class="button button-small" onClick={() => setAsking('DELETE_MANUAL')}>
          Delete now…
        </button>
        <button
          type="button"
          class="button button-small"
          onClick={() => void decide('IGNORE', 'This page stays, and is not shown here any more.')}
        >
          Ignore
        </button>
        {asking !== null && (
          <Sure
            {...{ asking, books }}
            act={() => decide(asking, `Removing the page from ${books}.`)}
            close={() => setAsking(null)}
          />
        )}
      </RepeatedPageCard>
    </li>
  );
}

type Deletion = Exclude<PageAction, 'IGNORE'>;

interface SureProps {
  asking: Deletion;
  books: string;
  act: () => Promise<void>;
  close: () => void;
}

function Sure({ asking, books, act, close }: SureProps) {
  const always = asking === 'DELETE_AUTO';
  return (
    <ConfirmDialog
      title={always ? 'Always delete this page?' : 'Delete this page?'}
      confirm={always ? 'Always delete' : 'Delete now'}
      {...{ act, close }}
    >
      <p>
        The files of {books} are written anew without it
        {always && ', and so is every book with it that comes later'}. This cannot be taken back.
      </p>
    </ConfirmDialog>
  );
}
