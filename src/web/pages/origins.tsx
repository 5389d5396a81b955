import { useState } from 'preact/hooks';
import { findFields } from '../api/fields';
import type { Described } from '../api/types';
import { fieldLabel, isTold, valueText } from '../parts/field-words';
import { Origin, Release } from '../parts/field-origin';
import { EditIcon, LockIcon } from '../parts/icons';
import { Loading, LoadProblem } from '../parts/states';
import { paths } from '../routes';
import { hrefOf } from '../state/navigation';
import { useLoad } from '../state/use-load';

/** For an administrator: who said what of a series or book, and the way to say otherwise. */
export function Origins({ kind, id }: { kind: Described; id: string }) {
  const [open, setOpen] = useState(false);
  return (
    <section class="origins" aria-label="Metadata">
      <a class="button button-small" href={hrefOf(paths.edit(kind, id))}>
        <EditIcon />
        Edit metadata
      </a>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Where does this come from?</summary>
        {open && <Fields {...{ kind, id }} />}
      </details>
    </section>
  );
}

function Fields({ kind, id }: { kind: Described; id: string }) {
  const { value, problem, reload } = useLoad(`fields of ${kind} ${id}`, (signal) => findFields(kind, id, signal));
  if (value === undefined && problem !== undefined) return <LoadProblem problem={problem} retry={reload} />;
  if (value === undefined) return <Loading />;
  return (
    <ul class="origin-list">
      {value.filter(isTold).map((state) => (
        <li key={state.field}>
          <span class="origin-name">
            {fieldLabel(state.field)}
            {state.locked && (
              <span class="origin-lock" title="Locked">
                <LockIcon />
                <span class="unseen">, locked</span>
              </span>
            )}
          </span>
          <span class="origin-value">{valueText(state.value, state.field)}</span>
          <span class="origin-from soft">
            <Origin {...{ kind, state }} />
            <Release {...{ kind, id, state }} />
          </span>
        </li>
      ))}
    </ul>
  );
}
