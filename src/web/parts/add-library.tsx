import { useState } from 'preact/hooks';
import { addLibrary, updateMetadataOptions, updateOwnOptions } from '../api/libraries';
import type { Library } from '../api/types';
import { paths } from '../routes';
import { expectWork } from '../state/live';
import { reloadLibraries } from '../state/libraries';
import { navigate } from '../state/navigation';
import { notify } from '../state/notices';
import { Dialog } from './dialog';
import { Field } from './field';
import { FolderField } from './folder-field';
import { changesOf, newDraft, type LibraryDraft } from './library-draft';
import { LibraryFields } from './library-fields';
import { useSubmission } from './submission';

async function add(draft: LibraryDraft): Promise<Library> {
  const changes = changesOf(newDraft, draft);
  // these begin otherwise than the server would have them
  const { scanDirectoryExclusions, importBarcodeIsbn } = draft;
  const name = draft.name.trim();
  const library = await addLibrary({
    scanDirectoryExclusions,
    importBarcodeIsbn,
    ...changes.library,
    name,
    root: draft.root.trim(),
  });
  if (Object.keys(changes.own).length > 0) await updateOwnOptions(library.id, changes.own);
  if (Object.keys(changes.metadata).length > 0) await updateMetadataOptions(library.id, changes.metadata);
  return library;
}

/** A new library: name and folder, and all else for who wants it; the scan starts by itself. */
export function AddLibraryForm({ done }: { done?: () => void }) {
  const [draft, setDraft] = useState(newDraft);
  const change = (part: Partial<LibraryDraft>) => setDraft((current) => ({ ...current, ...part }));
  const { busy, problem, submit } = useSubmission(async () => {
    const library = await add(draft);
    notify('done', `${library.name} was added. Its books appear as they are found.`);
    await reloadLibraries();
    expectWork();
    done?.();
    navigate(paths.library(library.id));
  });
  return (
    <form class="form" onSubmit={submit} aria-label="Add library">
      {problem !== null && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
      <Field
        label="Name"
        value={draft.name}
        change={(name) => change({ name })}
        required
        maxLength={200}
        placeholder="Manga"
      />
      <FolderField
        label="Folder"
        value={draft.root}
        change={(root) => change({ root })}
        placeholder="/data/manga"
        hint="The full path on the server. Every folder with books in it becomes a series."
      />
      <details class="more-options">
        <summary>More options</summary>
        <LibraryFields draft={draft} change={change} />
      </details>
      <button type="submit" class="button button-strong" disabled={busy}>
        {busy ? 'Adding…' : 'Add library'}
      </button>
    </form>
  );
}

export function AddLibraryDialog({ close }: { close: () => void }) {
  return (
    <Dialog title="Add a library" close={close}>
      <AddLibraryForm done={close} />
    </Dialog>
  );
}
