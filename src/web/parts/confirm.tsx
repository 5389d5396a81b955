import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Dialog } from './dialog';

interface ConfirmProps {
  title: string;
  /** What the button says: the deed itself, never "OK". */
  confirm: string;
  act: () => Promise<unknown>;
  close: () => void;
  children: ComponentChildren;
}

/** Asks once more before something that cannot be taken back. The focus begins on the way out. */
export function ConfirmDialog({ title, confirm, act, close, children }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    await act();
    setBusy(false);
    close();
  };
  return (
    <Dialog title={title} close={close}>
      {children}
      <div class="actions actions-end">
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="button button-danger" disabled={busy} onClick={() => void go()}>
          {confirm}
        </button>
      </div>
    </Dialog>
  );
}
