import { findOperations } from '../api/libraries';
import type { Operation } from '../api/types';
import { notify } from './notices';
import { hasAdvanced, newlyFailed, operationText, pauseBeforeNextPoll } from './operations';
import { createStore } from './store';

/** Counts up whenever the books on the server may have changed; lists watch it and ask again. */
export const version = createStore(0);
export const operations = createStore<Operation[]>([]);

/** Lists follow a scan at most this often, so that a long scan does not turn into a stream of list requests. */
const refreshEvery = 4_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let watching = false;
let refreshedAt = 0;
let stale = false;

export function booksChanged(): void {
  refreshedAt = Date.now();
  stale = false;
  version.set(version.get() + 1);
}

/** Begins to follow scans (administrators only); rests while the tab is hidden. */
export function watchOperations(): () => void {
  watching = true;
  document.addEventListener('visibilitychange', pollNow);
  pollNow();
  return () => {
    watching = false;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', pollNow);
    operations.set([]);
  };
}

/** Looks at once, for instance after "scan" was pressed. */
export function pollNow(): void {
  clearTimeout(timer);
  if (watching && document.visibilityState === 'visible') void poll();
}

async function poll(): Promise<void> {
  const found = await findOperations().catch(() => null);
  if (!watching) return;
  if (found !== null) follow(found);
  clearTimeout(timer);
  timer = setTimeout(pollNow, pauseBeforeNextPoll(found));
}

function follow(found: Operation[]): void {
  const before = operations.get();
  operations.set(found);
  for (const operation of newlyFailed(before, found)) notify('failed', operationText(operation));
  stale ||= hasAdvanced(before, found);
  const ended = before.length > 0 && pauseBeforeNextPoll(found) > pauseBeforeNextPoll(before);
  if (ended || (stale && Date.now() - refreshedAt >= refreshEvery)) booksChanged();
}
