import { useState } from 'preact/hooks';
import { listFolder } from '../api/imports';
import { useLoad } from '../state/use-load';
import { Dialog } from './dialog';
import { Field } from './field';
import { FolderIcon } from './icons';
import { Loading, LoadProblem } from './states';

interface FolderProps {
  label: string;
  value: string;
  change: (path: string) => void;
  hint?: string;
  placeholder?: string;
}

/** A folder of the server: typed, or looked for. */
export function FolderField(props: FolderProps) {
  const [looking, setLooking] = useState(false);
  return (
    <div class="folder-field">
      <Field {...props} required spellcheck={false} autocapitalize="off" />
      <button type="button" class="button" onClick={() => setLooking(true)}>
        Browse…
      </button>
      {looking && <FolderDialog start={props.value} choose={props.change} close={() => setLooking(false)} />}
    </div>
  );
}

interface DialogProps {
  start: string;
  choose: (path: string) => void;
  close: () => void;
}

function FolderDialog({ start, choose, close }: DialogProps) {
  const [path, setPath] = useState(start.startsWith('/') ? start : '');
  const { value, problem } = useLoad(`folder ${path}`, (signal) => listFolder(path, signal));
  return (
    <Dialog title="Choose a folder" close={close}>
      <p class="file-name">{path === '' ? 'Places where media may lie' : path}</p>
      {problem !== undefined && <LoadProblem problem={problem} retry={() => setPath('')} />}
      {value === undefined && problem === undefined && <Loading />}
      {value !== undefined && (
        <ul class="folders" aria-label="Folders">
          {path !== '' && <FolderButton name="Up one folder" open={() => setPath(value.parent ?? '')} />}
          {value.directories.map((folder) => (
            <FolderButton key={folder.path} name={folder.name} open={() => setPath(folder.path)} />
          ))}
          {value.directories.length === 0 && <li class="soft">There are no folders in it.</li>}
        </ul>
      )}
      <div class="actions actions-end">
        <button
          type="button"
          class="button button-strong"
          disabled={path === '' || problem !== undefined}
          onClick={() => (choose(path), close())}
        >
          Take this folder
        </button>
      </div>
    </Dialog>
  );
}

function FolderButton({ name, open }: { name: string; open: () => void }) {
  return (
    <li>
      <button type="button" onClick={open}>
        <FolderIcon />
        {name}
      </button>
    </li>
  );
}
