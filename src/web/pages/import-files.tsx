import { useEffect, useState } from 'preact/hooks';
import type { CopyMode, FoundFile } from '../api/file-types';
import { findFiles, importFiles, openFile, watchImports } from '../api/imports';
import { findSeries, getSeries } from '../api/series';
import { SelectField } from '../parts/field';
import { FolderField } from '../parts/folder-field';
import { counted, type Option } from '../parts/format';
import { pickedOf } from '../parts/series-picker';
import { Empty } from '../parts/states';
import { useSubmission } from '../parts/submission';
import { expectWork } from '../state/live';
import { attempt } from '../state/notices';
import { FormProblem } from './entrance';
import { ImportFile } from './import-file';
import { isReady, isSameTitle, planFor, stemOf, titleIn, wantedOf, type PickedSeries, type Plan } from './import-plan';

/** So many are opened at a time: a folder may hold thousands. */
const step = 20;

const modes: Option[] = [
  ['COPY', 'Copy them: they stay where they are'],
  ['MOVE', 'Move them'],
  ['HARDLINK', 'Link them: one file under two names, on the same disk'],
];

type Amend = (id: string, part: Partial<Plan>) => void;

/** Files of a folder of the server become books of series. */
export function ImportFiles() {
  const [folder, setFolder] = useState('');
  const [plans, setPlans] = useState<Plan[] | null>(null);
  const [shown, setShown] = useState(step);
  const look = useSubmission(async () => {
    setPlans(null);
    setPlans((await findFiles(folder.trim())).map(planFor));
    setShown(step);
  });
  const amend = (id: string, part: Partial<Plan>) =>
    setPlans((all) => all?.map((plan) => (plan.file.id === id ? { ...plan, ...part } : plan)) ?? null);
  useOpening(plans?.slice(0, shown) ?? [], amend);
  useOutcomes(plans !== null, (outcome) =>
    setPlans((all) => all?.map((plan) => (plan.file.url === outcome.sourceFile ? { ...plan, outcome } : plan)) ?? null),
  );
  return (
    <>
      <form class="form" onSubmit={look.submit} aria-label="Folder">
        <FolderField
          label="Folder with the files"
          value={folder}
          change={setFolder}
          placeholder="/data/downloads"
          hint="On the server, outside of your libraries."
        />
        <FormProblem text={look.problem} />
        <button type="submit" class="button button-strong" disabled={look.busy || folder.trim() === ''}>
          {look.busy ? 'Looking…' : 'Look into it'}
        </button>
      </form>
      {plans?.length === 0 && (
        <Empty title="No books in this folder">
          <p class="soft">There is no CBZ, CBR, PDF or EPUB file in it or below. Choose another folder.</p>
        </Empty>
      )}
      {plans !== null && plans.length > 0 && <Found {...{ plans, shown, amend }} more={() => setShown(shown + step)} />}
    </>
  );
}

interface FoundProps {
  plans: Plan[];
  shown: number;
  amend: Amend;
  more: () => void;
}

function Found({ plans, shown, amend, more }: FoundProps) {
  return (
    <>
      <h2 class="section-title">
        Found <span class="count">{counted(plans.length, 'file')}</span>
      </h2>
      <ul class="jobs">
        {plans.slice(0, shown).map((plan) => (
          <ImportFile key={plan.file.id} plan={plan} amend={(part) => amend(plan.file.id, part)} />
        ))}
      </ul>
      {shown < plans.length && (
        <button type="button" class="button" onClick={more}>
          Show more
        </button>
      )}
      <Send plans={plans} amend={amend} />
    </>
  );
}

function Send({ plans, amend }: { plans: Plan[]; amend: Amend }) {
  const [mode, setMode] = useState<CopyMode>('COPY');
  const ready = plans.filter(isReady);
  const send = async () => {
    for (const { file } of ready) amend(file.id, { outcome: 'waiting' });
    const sent = await attempt('The files could not be imported', () => importFiles(mode, ready.map(wantedOf)));
    if (!sent) for (const { file } of ready) amend(file.id, { outcome: null });
    expectWork();
  };
  return (
    <div class="import-send save-bar">
      <SelectField
        label="What becomes of the files"
        value={mode}
        options={modes}
        change={(value) => setMode(value as CopyMode)}
      />
      <button type="button" class="button button-strong" disabled={ready.length === 0} onClick={() => void send()}>
        {ready.length === 0 ? 'Import' : `Import ${counted(ready.length, 'file')}`}
      </button>
    </div>
  );
}

/** Opens one file after the other, and finds out which series it may belong to. */
function useOpening(plans: Plan[], amend: Amend): void {
  const next = plans.find(({ file }) => file.status === 'UNKNOWN');
  useEffect(() => {
    if (next === undefined) return;
    const controller = new AbortController();
    const { signal } = controller;
    const look = async () => {
      const file = await openFile(next.file.id, signal);
      // one that is too slow is not asked for again
      const status = file.status === 'UNKNOWN' ? 'SLOW' : file.status;
      const series = status === 'READY' ? await seriesFor(file, signal).catch(() => null) : null;
      if (!signal.aborted) amend(file.id, { file: { ...file, status }, series });
    };
    look().catch(() => {
      if (!signal.aborted) amend(next.file.id, { file: { ...next.file, status: 'ERROR' } });
    });
    return () => controller.abort();
  }, [next?.file.id]);
}

/** By what the file says of itself, else by the names of the file and its folder. */
async function seriesFor(file: FoundFile, signal: AbortSignal): Promise<PickedSeries | null> {
  if (file.seriesId !== null) return pickedOf(await getSeries(file.seriesId, signal));
  const folder = file.url.split('/').at(-2) ?? '';
  for (const title of [titleIn(stemOf(file.url)), folder]) {
    if (title === '') continue;
    const { content } = await findSeries({ text: title }, { size: 5, sort: 'relevance,asc' }, signal);
    const found = content.find(({ metadata, name }) => isSameTitle(metadata.title, title) || isSameTitle(name, title));
    if (found !== undefined) return pickedOf(found);
  }
  return null;
}

function useOutcomes(wanted: boolean, tell: Parameters<typeof watchImports>[0]): void {
  useEffect(() => (wanted ? watchImports(tell) : undefined), [wanted]);
}
