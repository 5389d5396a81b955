import { useState } from 'preact/hooks';
import { ApiFailure } from '../api/failure';
import { changeFields, findFields } from '../api/fields';
import type { Described, FieldState } from '../api/types';
import {
  changesIn,
  editedFields,
  isChanged,
  lockOf,
  typedInto,
  typedOf,
  type Draft,
  type EditedField,
  type Typed,
} from '../parts/field-words';
import { Lock, Origin, Release } from '../parts/field-origin';
import { PageTitle } from '../parts/page-title';
import { Loading, LoadProblem } from '../parts/states';
import { useSubmission } from '../parts/submission';
import { paths } from '../routes';
import { booksChanged } from '../state/live';
import { goBack } from '../state/navigation';
import { notify } from '../state/notices';
import { useLoad } from '../state/use-load';
import { FieldInput } from './edit-field';
import { FormProblem } from './entrance';
import { NotFound } from './not-found';

interface Edited {
  kind: Described;
  id: string;
}

/** What a person says of a series or book, field by field, each with its origin and its lock. */
export function EditPage({ kind, id }: Edited) {
  const { value, problem, reload } = useLoad(`fields of ${kind} ${id}`, (signal) => findFields(kind, id, signal));
  if (problem instanceof ApiFailure && problem.status === 404)
    return <NotFound what={kind === 'series' ? 'This series' : 'This book'} />;
  if (value === undefined)
    return problem === undefined ? (
      <Loading what="Loading the metadata" />
    ) : (
      <LoadProblem problem={problem} retry={reload} />
    );
  return (
    <div class="settings">
      <header class="page-head">
        <PageTitle title={`Edit ${String(value.find(({ field }) => field === 'title')?.value)}`} />
      </header>
      <p class="soft">What you change is locked, so that neither files nor MangaDex change it back.</p>
      <EditForm {...{ kind, id }} states={value} />
    </div>
  );
}

function EditForm({ kind, id, states }: Edited & { states: FieldState[] }) {
  // only what was touched: the rest follows the server, also while the form is open
  const [draft, setDraft] = useState<Draft>({ typed: {}, locks: {} });
  const of = (field: string) => states.find((state) => state.field === field);
  const changes = changesIn(kind, states, draft);
  const unchanged = Object.keys(changes).length === 0;
  const leave = () => goBack(kind === 'series' ? paths.series(id) : paths.bookDetails(id));
  const { busy, problem, submit } = useSubmission(async () => {
    await changeFields(kind, id, changes);
    booksChanged();
    notify('done', 'Saved.');
    leave();
  });
  const type = (name: string, typed: Typed) => setDraft((before) => typedInto(states, before, name, typed));
  const lock = (name: string, locked: boolean) =>
    setDraft((before) => ({ ...before, locks: { ...before.locks, [name]: locked } }));
  return (
    <form class="form" onSubmit={submit} aria-label="Metadata">
      {editedFields[kind].map((field) => {
        const state = of(field.name);
        if (state === undefined) return null;
        return (
          <EditedRow
            key={field.name}
            {...{ kind, id, field, state, draft }}
            type={(typed) => type(field.name, typed)}
            lock={(locked) => lock(field.name, locked)}
          />
        );
      })}
      <FormProblem text={problem} />
      <div class="actions save-bar">
        <button type="submit" class="button button-strong" disabled={busy || unchanged}>
          {busy ? 'Saving…' : 'Save'}
        </button>
        <button type="button" class="button" disabled={busy} onClick={leave}>
          {unchanged ? 'Back' : 'Discard'}
        </button>
      </div>
    </form>
  );
}

interface RowProps extends Edited {
  field: EditedField;
  state: FieldState;
  draft: Draft;
  type: (typed: Typed) => void;
  lock: (locked: boolean) => void;
}

/** A field, and under it who gave it its value, and whether it stays. */
function EditedRow({ kind, id, field, state, draft, type, lock }: RowProps) {
  const changed = isChanged(field, state, draft);
  return (
    <div class="edit-field">
      <FieldInput {...{ field }} typed={draft.typed[field.name] ?? typedOf(field.kind, state.value)} change={type} />
      <p class="edit-foot">
        <Lock field={field.name} locked={lockOf(field, state, draft)} change={lock} />
        {changed ? <span>Changed, not saved yet</span> : <Origin {...{ kind, state }} />}
        {!changed && <Release {...{ kind, id, state }} />}
      </p>
    </div>
  );
}
