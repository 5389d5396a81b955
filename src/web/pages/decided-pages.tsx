import { useState } from 'preact/hooks';
import {
  decidePage,
  decidedPicture,
  findDecidedPages,
  removePage,
  type DecidedPage,
  type PageAction,
} from '../api/duplicates';
import { ConfirmDialog } from '../parts/confirm';
import { Endless } from '../parts/endless';
import { SelectField } from '../parts/field';
import { counted, type Option } from '../parts/format';
import { RepeatedPageCard } from '../parts/page-card';
import { Empty, Loading, LoadProblem } from '../parts/states';
import { paths } from '../routes';
import { expectWork } from '../state/live';
import { hrefOf } from '../state/navigation';
import { attempt, notify } from '../state/notices';
import { useSlices } from '../state/use-slices';

const actions: Option[] = [
  ['DELETE_AUTO', 'Always delete'],
  ['DELETE_MANUAL', 'Delete when asked'],
  ['IGNORE', 'Ignore'],
];

/** Pages that were decided about, and the way to decide otherwise. */
export function DecidedPages() {
  const list = useSlices('decided pages', findDecidedPages);
  return (
    <>
      {list.problem !== undefined && <LoadProblem problem={list.problem} retry={list.reload} />}
      {list.next === 0 && list.loading && <Loading />}
      {list.last && list.items.length === 0 && (
        <Empty title="Nothing is decided yet">
          <p class="soft">
            What you decide about <a href={hrefOf(paths.duplicates('pages'))}>repeated pages</a> is kept here, and can
            be changed.
          </p>
        </Empty>
      )}
      <ul class="page-cards">
        {list.items.map((page) => (
          <li key={page.id}>
            <Decided page={page} changed={list.reload} />
          </li>
        ))}
      </ul>
      <Endless more={list.more} done={list.last || list.problem !== undefined} loading={list.loading} />
    </>
  );
}

function Decided({ page, changed }: { page: DecidedPage; changed: () => void }) {
  const [asking, setAsking] = useState(false);
  const { id, action, matchCount, deleteCount } = page;
  const decide = async (other: string) => {
    if (await attempt('That could not be decided', () => decidePage(page, other as PageAction))) changed();
  };
  const remove = async () => {
    if (!(await attempt('The page could not be removed', () => removePage(id)))) return;
    notify('done', `Removing the page from ${counted(matchCount, 'book')}.`);
    expectWork();
  };
  return (
    <RepeatedPageCard page={page} picture={decidedPicture(id)} large={decidedPicture(id)}>
      <p class="soft">
        {matchCount === 0 ? 'In no book' : `In ${counted(matchCount, 'book')}`}
        {deleteCount > 0 && ` · removed ${counted(deleteCount, 'time')}`}
      </p>
      <SelectField label="What becomes of it" value={action} options={actions} change={(other) => void decide(other)} />
      {matchCount > 0 && action !== 'IGNORE' && (
        <button type="button" class="button button-small button-danger" onClick={() => setAsking(true)}>
          Delete now…
        </button>
      )}
      {asking && (
        <ConfirmDialog title="Delete this page?" confirm="Delete now" act={remove} close={() => setAsking(false)}>
          <p>The files of {counted(matchCount, 'book')} are written anew without it. This cannot be taken back.</p>
        </ConfirmDialog>
      )}
    </RepeatedPageCard>
  );
}
