import { useState } from 'preact/hooks';
import { addLibrary } from '../api/libraries';
import { paths } from '../routes';
import { expectWork } from '../state/live';
import { reloadLibraries } from '../state/libraries';
import { navigate } from '../state/navigation';
import { notify } from '../state/notices';
import { Dialog } from './dialog';
import { Field } from './field';
import { useSubmission } from './submission';

/** Name and folder of a new library; the scan starts by itself. */
export function AddLibraryForm({ done }: { done?: () => void }) {
  const [name, setName] = useState('');
  const [root, setRoot] = useState('');
  const { busy, problem, submit } = useSubmission(async () => {
    const library = await addLibrary(name.trim(), root.trim());
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
      <Field label="Name" value={name} change={setName} required maxLength={200} placeholder="Manga" />
      <Field
        label="Folder"
        value={root}
        change={setRoot}
        required
        placeholder="/data/manga"
        spellcheck={false}
        autocapitalize="off"
        hint="The full path on the server. Every folder with books in it becomes a series."
      />
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
