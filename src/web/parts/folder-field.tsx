import { useEffect, useRef, useState } from 'preact/hooks';
import type { Folder } from '../api/file-types';
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
  const [asked, setPath] = useState(start.startsWith('/') ? start : '');
  const place = useRef<HTMLParagraphElement>(null);
  const { value, problem } = useLoad(`folder ${asked}`, (signal) => listFolder(asked, signal));
  const path = shownFolder(asked, value);
  // the button that was pressed is gone with its list
  useEffect(() => place.current?.focus(), [asked]);
  return (
    <Dialog title="Choose a folder" close={close}>
      <p class="file-name" ref={place} tabIndex={-1}>
        {path === '' ? 'Places where media may lie' : path}
      </p>
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

/** Of what does not exist the server lists what lies beside it. */
function shownFolder(asked: string, listed: Folder | undefined): string {
  const [first] = listed?.directories ?? [];
  const above = first === undefined ? '' : first.path.slice(0, first.path.lastIndexOf('/'));
  return above !== '' && asked.startsWith(`${above}/`) ? above : asked;
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
