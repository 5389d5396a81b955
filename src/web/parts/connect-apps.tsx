import { addressOf } from '../api/http';
import { paths } from '../routes';
import { hrefOf } from '../state/navigation';
import { attempt, notify } from '../state/notices';
import { Dialog } from './dialog';

/** The addresses to type into reading apps. */
export function AppAddresses() {
  const server = addressOf('').replace(/\/$/, '');
  return (
    <>
      <Address label="Mihon, Komga apps" address={server} />
      <Address label="KOReader, Panels and other OPDS 1.2 apps" address={`${server}/opds/v1.2/catalog`} />
      <Address label="OPDS 2.0 apps" address={`${server}/opds/v2/catalog`} />
    </>
  );
}

export function ConnectAppsDialog({ close }: { close: () => void }) {
  return (
    <Dialog title="Connect an app" close={close}>
      <p class="soft">Log in there with the same e-mail and password. Apps that cannot log in take a personal key.</p>
      <AppAddresses />
      <p>
        <a class="text-button" href={hrefOf(paths.account)} onClick={close}>
          Personal keys and settings
        </a>
      </p>
    </Dialog>
  );
}

/** Something to be typed into an app, with a button to copy it where the browser allows that. */
export function Address({ label, address }: { label: string; address: string }) {
  const copy = async () => {
    const copied = await attempt('The address could not be copied', () => navigator.clipboard.writeText(address));
    if (copied) notify('done', 'Address copied.');
  };
  return (
    <div class="address">
      <p>{label}</p>
      <code>{address}</code>
      {/* browsers offer the clipboard to secure pages only */}
      {isSecureContext && (
        <button type="button" class="button button-small" aria-label={`Copy the address for ${label}`} onClick={copy}>
          Copy
        </button>
      )}
    </div>
  );
}
