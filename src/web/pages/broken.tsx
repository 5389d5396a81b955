import { Mark } from '../parts/logo';
import { useTitle } from '../parts/page-title';
import { paths } from '../routes';
import { navigate } from '../state/navigation';
import { openSession } from '../state/session';

/** What is left when drawing a screen failed: never a blank page. */
export function Broken({ reset }: { reset: () => void }) {
  useTitle('Something went wrong');
  const home = () => {
    navigate(paths.home);
    reset();
  };
  return (
    <main class="entrance" role="alert">
      <Mark size={64} />
      <h1>Something went wrong</h1>
      <p class="soft">This is our fault, not yours. Your library and your reading progress are safe on the server.</p>
      <div class="actions">
        <button type="button" class="button button-strong" onClick={() => location.reload()}>
          Reload
        </button>
        <button type="button" class="button" onClick={home}>
          Go to the home page
        </button>
      </div>
    </main>
  );
}

export function Unreachable({ message }: { message: string }) {
  useTitle('No connection');
  return (
    <main class="entrance" role="alert">
      <Mark size={64} />
      <h1>The server does not answer</h1>
      <p class="soft">{message}</p>
      <button type="button" class="button button-strong" onClick={() => void openSession()}>
        Try again
      </button>
    </main>
  );
}
