import { changeFields, releaseFields } from '../api/fields';
import type { Described, FieldState } from '../api/types';
import { booksChanged, expectWork } from '../state/live';
import { attempt, notify } from '../state/notices';
import { canRelease, fieldLabel, originText } from './field-words';
import { momentText } from './format';
import { LockIcon, OpenLockIcon } from './icons';

interface OriginProps {
  kind: Described;
  id: string;
  state: FieldState;
}

/** "From MangaDex · 12 Nov, 14:05". */
export function Origin({ kind, state }: Pick<OriginProps, 'kind' | 'state'>) {
  const { since } = state;
  return (
    <span>
      {originText(kind, state)}
      {since !== null && (
        <>
          {' · '}
          <time dateTime={since}>{momentText(since)}</time>
        </>
      )}
    </span>
  );
}

/** Gives a field back to the files; what it said can be had back for a while. */
export function Release({ kind, id, state }: OriginProps) {
  if (!canRelease(state)) return null;
  const { field, value, locked } = state;
  const label = fieldLabel(field);
  const tell = () => {
    // the files are read by a worker
    expectWork();
    booksChanged();
  };
  const undo = async () => {
    const changes = { [field]: value, [`${field}Lock`]: locked };
    if (await attempt(`${label} could not be put back`, () => changeFields(kind, id, changes))) tell();
  };
  const release = async () => {
    if (!(await attempt(`${label} could not be given back`, () => releaseFields(kind, id, [field])))) return;
    notify('done', `${label}: the files have the word again.`, { label: 'Undo', run: () => void undo() });
    tell();
  };
  return (
    <button
      type="button"
      class="text-button"
      aria-label={`${label}: use what the files say`}
      onClick={() => void release()}
    >
      Use what the files say
    </button>
  );
}

/** A locked field stays as it is, whatever files and MangaDex say. */
export function Lock({ field, locked, change }: { field: string; locked: boolean; change: (locked: boolean) => void }) {
  return (
    <button
      type="button"
      class={`lock ${locked ? 'lock-on' : ''}`}
      aria-pressed={locked}
      aria-label={`Lock: ${fieldLabel(field)}`}
      title={locked ? 'Nothing but you changes it' : 'Files and MangaDex may change it'}
      onClick={() => change(!locked)}
    >
      {locked ? <LockIcon /> : <OpenLockIcon />}
      {locked ? 'Locked' : 'Not locked'}
    </button>
  );
}
