import { useEffect, useState } from 'preact/hooks';
import { findRuns, undoRun } from '../api/metadata';
import type { Run } from '../api/metadata-types';
import { ConfirmDialog } from '../parts/confirm';
import { counted, momentText } from '../parts/format';
import { libraries } from '../state/libraries';
import { expectWork } from '../state/live';
import { attempt, notify } from '../state/notices';
import { useStore } from '../state/store';
import { useLoad } from '../state/use-load';

const mostRuns = 8;

/** What was written lately by itself or on command, and the way back. `decided`: answers of the person so far. */
export function RecentRuns({ decided }: { decided: number }) {
  const { value, reload } = useLoad('runs', findRuns);
  useEffect(() => {
    if (decided > 0) reload();
  }, [decided]);
  const [asked, setAsked] = useState<Run | null>(null);
  const known = useStore(libraries) ?? [];
  if (value === undefined || value.length === 0) return null;
  const nameOf = ({ libraryId }: Run) => known.find(({ id }) => id === libraryId)?.name ?? 'A library';
  const takeBack = async (run: Run) => {
    if (!(await attempt('That could not be taken back', () => undoRun(run.id)))) return;
    notify('done', `Taking back ${counted(run.series - run.undone, 'match', 'matches')} in ${nameOf(run)}.`);
    expectWork();
    reload();
  };
  return (
    <details class="runs">
      <summary>What MangaDex has filled in lately</summary>
      <ul>
        {value.slice(0, mostRuns).map((run) => (
          <li key={run.id}>
            <span>
              <strong>{nameOf(run)}</strong>, {counted(run.series, 'series', 'series')}
              <span class="soft"> · {momentText(run.lastAt)}</span>
            </span>
            {run.undone >= run.series ? (
              <span class="soft">taken back</span>
            ) : (
              <button type="button" class="button" onClick={() => setAsked(run)}>
                Take back…
              </button>
            )}
          </li>
        ))}
      </ul>
      {asked !== null && (
        <ConfirmDialog
          title={`Take back ${counted(asked.series - asked.undone, 'match', 'matches')}?`}
          confirm="Take back"
          act={() => takeBack(asked)}
          close={() => setAsked(null)}
        >
          <p>
            Everything that MangaDex wrote to these series of {nameOf(asked)} becomes what it was before. What you or
            your files changed since then stays. They are not matched by themselves again.
          </p>
        </ConfirmDialog>
      )}
    </details>
  );
}
