import { useState } from 'preact/hooks';
import {
  deleteLibrary,
  getLibraryState,
  getMetadataOptions,
  scanDeeply,
  updateLibrary,
  updateMetadataOptions,
  updateOwnOptions,
} from '../api/libraries';
import { reasonFor } from '../api/reasons';
import type { Library, LibraryState } from '../api/types';
import { ConfirmDialog } from '../parts/confirm';
import { Field } from '../parts/field';
import { FolderField } from '../parts/folder-field';
import { momentText } from '../parts/format';
import { changesOf, draftOf, type LibraryDraft } from '../parts/library-draft';
import { LibraryFields } from '../parts/library-fields';
import { PageTitle } from '../parts/page-title';
import { Loading, LoadProblem } from '../parts/states';
import { useSubmission } from '../parts/submission';
import { paths } from '../routes';
import { libraries, reloadLibraries } from '../state/libraries';
import { booksChanged, expectWork } from '../state/live';
import { hrefOf, navigate } from '../state/navigation';
import { attempt, notify } from '../state/notices';
import { useStore } from '../state/store';
import { useLoad } from '../state/use-load';
import { NotFound } from './not-found';

/** The options of a library, and the way to remove it. */
export function LibrarySettingsPage({ id }: { id: string }) {
  const known = useStore(libraries);
  const library = known?.find((candidate) => candidate.id === id);
  const loaded = useLoad(`settings of ${id}`, async (signal) => {
    const [state, metadata] = await Promise.all([getLibraryState(id, signal), getMetadataOptions(id, signal)]);
    return { state, metadata };
  });
  if (known !== null && library === undefined) return <NotFound what="This library" />;
  if (loaded.problem !== undefined && loaded.value === undefined)
    return <LoadProblem problem={loaded.problem} retry={loaded.reload} />;
  if (library === undefined || loaded.value === undefined) return <Loading what="Loading the settings" />;
  const { state, metadata } = loaded.value;
  return (
    <div class="settings">
      <header class="page-head">
        <PageTitle title={`Settings of ${library.name}`} />
      </header>
      <State library={library} state={state} />
      <SettingsForm library={library} stored={draftOf(library, state, metadata)} saved={loaded.reload} />
      <Care library={library} />
    </div>
  );
}

function State({ library, state }: { library: Library; state: LibraryState }) {
  const { lastScanAt, unavailableSince, unavailableReason } = state;
  return (
    <>
      {unavailableSince !== null && (
        <p class="remark">
          Not reachable since {momentText(unavailableSince)}. {reasonFor(unavailableReason ?? '')} Nothing was removed;
          it comes back by itself when a scan finds it.
        </p>
      )}
      <p class="soft">
        {lastScanAt === null ? 'Not scanned yet.' : `Last scanned ${momentText(lastScanAt)}.`}{' '}
        <a href={hrefOf(paths.library(library.id))}>Show its series</a>
      </p>
    </>
  );
}

interface FormProps {
  library: Library;
  stored: LibraryDraft;
  saved: () => void;
}

function SettingsForm({ library: { id }, stored, saved }: FormProps) {
  // what was there when the form was opened: a scan in between does not throw away what was typed
  const [before, setBefore] = useState(stored);
  const [draft, setDraft] = useState(stored);
  const [undone, setUndone] = useState(0);
  const change = (part: Partial<LibraryDraft>) => setDraft((current) => ({ ...current, ...part }));
  const undo = () => {
    setDraft(before);
    setUndone(undone + 1);
  };
  const changes = changesOf(before, draft);
  const isChanged = Object.values(changes).some((part: object) => Object.keys(part).length > 0);
  const { busy, problem, submit } = useSubmission(async () => {
    if (Object.keys(changes.library).length > 0) await updateLibrary(id, changes.library);
    if (Object.keys(changes.own).length > 0) await updateOwnOptions(id, changes.own);
    if (Object.keys(changes.metadata).length > 0) await updateMetadataOptions(id, changes.metadata);
    setBefore(draft);
    notify('done', 'Saved.');
    await reloadLibraries();
    saved();
    expectWork();
  });
  return (
    <form class="form" onSubmit={submit} aria-label="Settings">
      <fieldset class="group">
        <legend>Library</legend>
        <Field label="Name" value={draft.name} change={(name) => change({ name })} required maxLength={200} />
        <FolderField
          label="Folder"
          value={draft.root}
          change={(root) => change({ root })}
          hint="The full path on the server. Moved elsewhere, the books stay the same."
        />
      </fieldset>
      <LibraryFields key={undone} draft={draft} change={change} />
      {problem !== null && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
      <div class="actions save-bar">
        <button type="submit" class="button button-strong" disabled={busy || !isChanged}>
          {busy ? 'Saving…' : 'Save'}
        </button>
        <button type="button" class="button" disabled={busy || !isChanged} onClick={undo}>
          Undo changes
        </button>
      </div>
    </form>
  );
}

/** What is done to a library now and then, and once. */
function Care({ library }: { library: Library }) {
  const [removing, setRemoving] = useState(false);
  const { id, name } = library;
  const deepScan = async () => {
    if (!(await attempt('The scan could not be started', () => scanDeeply(id)))) return;
    notify('done', `Scanning ${name}.`);
    expectWork();
  };
  const remove = async () => {
    if (!(await attempt('The library could not be removed', () => deleteLibrary(id)))) return;
    navigate(paths.home, { replace: true });
    notify('done', `${name} was removed. Its files are where they were.`);
    await reloadLibraries();
    booksChanged();
  };
  return (
    <section class="care" aria-label="Care">
      <div class="actions">
        <a class="button" href={hrefOf(paths.trash(id))}>
          Trash
        </a>
        <button type="button" class="button" onClick={() => void deepScan()}>
          Scan, and try unreadable files again
        </button>
        <button type="button" class="button button-danger" onClick={() => setRemoving(true)}>
          Remove library…
        </button>
      </div>
      {removing && (
        <ConfirmDialog title={`Remove ${name}?`} confirm="Remove library" act={remove} close={() => setRemoving(false)}>
          <p>
            Its series and books, what everybody has read of them, and their places in lists and collections are
            forgotten. This cannot be taken back.
          </p>
          <p>
            The files in <span class="file-name">{library.root}</span> stay.
          </p>
        </ConfirmDialog>
      )}
    </section>
  );
}
