import { findBooks } from '../api/books';
import { findOperations } from '../api/libraries';
import type { Operation } from '../api/types';
import { analysisAsOperation, followAnalysis, isUnderWay, noAnalysis } from './analysis';
import { notify } from './notices';
import { analysisKind, hasAdvanced, isActive, newFailures, pauseBeforeNextPoll } from './operations';
import { createStore } from './store';

/** Counts up whenever the books on the server may have changed; lists watch it and ask again. */
export const version = createStore(0);
export const operations = createStore<Operation[]>([]);

/** Lists follow a scan at most this often, so that a long scan does not turn into a stream of list requests. */
const refreshEvery = 4_000;

/** Work that was just asked for is looked for closely, since a small scan is over within a second. */
const eager = { pause: 700, for: 8_000, refresh: 1_400 };

let timer: ReturnType<typeof setTimeout> | undefined;
let watching = false;
let known: Operation[] | null = null;
let analysis = noAnalysis;
let refreshedAt = 0;
let stale = false;
let eagerUntil = 0;

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
    known = null;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', pollNow);
    operations.set([]);
  };
}

/** Somebody has just asked for a scan. */
export function expectWork(): void {
  eagerUntil = Date.now() + eager.for;
  pollNow();
}

function pollNow(): void {
  clearTimeout(timer);
  if (watching && document.visibilityState === 'visible') void poll();
}

async function poll(): Promise<void> {
  const found = await look().catch(() => null);
  if (!watching) return;
  clearTimeout(timer);
  const pause = pauseBeforeNextPoll(found);
  timer = setTimeout(pollNow, Date.now() < eagerUntil ? Math.min(pause, eager.pause) : pause);
}

/** Null when there is no answer: the bar then shows what it knows. */
function countUnopened(): Promise<number | null> {
  return findBooks({ unopened: true }, { size: 1 }).then(
    ({ totalElements }) => totalElements,
    () => null,
  );
}

/** Operations, and the opening of new books that follows a scan without being an operation of its own. */
async function look(): Promise<Operation[]> {
  const found = await findOperations();
  const advanced = hasAdvanced(known, found);
  const pendingBefore = analysis.pending;
  if (advanced || known === null || pendingBefore > 0 || found.some(isActive)) {
    const pending = await countUnopened();
    if (pending !== null) analysis = followAnalysis(analysis, pending, Date.now());
  }
  for (const failure of newFailures(known, found)) notify('failed', failure);
  known = found;
  // until the server has an operation of it, which it makes after the first of the books
  const isTold = found.some((operation) => operation.kind === analysisKind && isActive(operation));
  const shown = !isTold && isUnderWay(analysis, Date.now()) ? [...found, analysisAsOperation(analysis)] : found;
  operations.set(shown);
  // not all work is an operation: a file that is deleted
  const isEager = Date.now() < eagerUntil && Date.now() - refreshedAt >= eager.refresh;
  stale ||= advanced || analysis.pending !== pendingBefore || isEager;
  const calm = !shown.some(isActive);
  if (stale && (calm || Date.now() - refreshedAt >= refreshEvery)) booksChanged();
  return shown;
}
