import { useEffect, useRef, useState } from 'preact/hooks';
import type { User } from '../api/types';
import { paths } from '../routes';
import { libraries, scan } from '../state/libraries';
import { navigate, place } from '../state/navigation';
import { attempt } from '../state/notices';
import { isAdmin, leave } from '../state/session';
import { useStore } from '../state/store';
import { AddLibraryDialog } from './add-library';
import { ConnectAppsDialog } from './connect-apps';
import { PersonIcon } from './icons';

/** The pages of an administrator. */
const administration: [string, string][] = [
  ['Activity', paths.activity],
  ['Review metadata', paths.review],
  ['Duplicates', paths.duplicates('books')],
  ['Import', paths.import('files')],
  ['History', paths.history],
];

/** Everything that belongs to the person rather than to a screen. */
export function AccountMenu({ user }: { user: User }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [dialog, setDialog] = useState<'none' | 'add' | 'connect'>('none');
  const [open, setOpen] = useState(false);
  const known = useStore(libraries) ?? [];
  useClosing(menu);
  const choose = (action: () => void) => () => {
    menu.current?.removeAttribute('open');
    action();
  };
  const close = () => setDialog('none');
  return (
    <>
      <details class="menu" ref={menu} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary class="icon-button" aria-label="Account" role="button" aria-expanded={open}>
          <PersonIcon />
        </summary>
        <div class="menu-body">
          <p class="menu-name">{user.email}</p>
          {isAdmin(user) && (
            <button type="button" onClick={choose(() => setDialog('add'))}>
              Add library
            </button>
          )}
          {isAdmin(user) && known.length > 0 && (
            <button type="button" onClick={choose(() => void scan(known))}>
              Scan all libraries
            </button>
          )}
          {isAdmin(user) &&
            administration.map(([text, path]) => (
              <button key={path} type="button" onClick={choose(() => navigate(path))}>
                {text}
              </button>
            ))}
          <hr />
          <button type="button" onClick={choose(() => navigate(paths.account))}>
            Account
          </button>
          <button type="button" onClick={choose(() => setDialog('connect'))}>
            Connect an app
          </button>
          <button type="button" onClick={choose(() => void attempt('Logging out failed', leave))}>
            Log out
          </button>
        </div>
      </details>
      {dialog === 'add' && <AddLibraryDialog close={close} />}
      {dialog === 'connect' && <ConnectAppsDialog close={close} />}
    </>
  );
}

/** A menu closes on Escape, on a click elsewhere and on a change of screen. */
function useClosing(menu: { current: HTMLDetailsElement | null }): void {
  const { path } = useStore(place);
  useEffect(() => menu.current?.removeAttribute('open'), [path]);
  useEffect(() => {
    const close = (event: Event) => {
      const details = menu.current;
      if (!details?.open) return;
      if (event instanceof KeyboardEvent && event.key === 'Escape') {
        details.removeAttribute('open');
        details.querySelector('summary')?.focus();
      }
      if (event.type === 'click' && event.target instanceof Node && !details.contains(event.target))
        details.removeAttribute('open');
    };
    document.addEventListener('click', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('click', close);
      document.removeEventListener('keydown', close);
    };
  }, []);
}
