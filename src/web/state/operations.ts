import type { Operation } from '../api/types';

const busy = 2_000;
const idle = 10_000;
const refused = 60_000;

export const isActive = ({ state }: Operation): boolean => state === 'queued' || state === 'running';

/** How long to wait before asking again: closely while something runs, rarely when nothing does or nobody answers. */
export function pauseBeforeNextPoll(operations: Operation[] | null): number {
  if (operations === null) return refused;
  return operations.some(isActive) ? busy : idle;
}

/** True when books may have changed since the last look: something advanced, began or ended. */
export function hasAdvanced(before: Operation[], now: Operation[]): boolean {
  const earlier = new Map(before.map((operation) => [operation.id, operation]));
  return now.some((operation) => {
    const old = earlier.get(operation.id);
    if (old === undefined) return isActive(operation);
    return old.done !== operation.done || old.state !== operation.state;
  });
}

/** What failed between two looks; failures from before the page was opened are history, not news. */
export function newlyFailed(before: Operation[], now: Operation[]): Operation[] {
  const wasActive = new Set(before.filter(isActive).map(({ id }) => id));
  return now.filter(({ id, state }) => state === 'failed' && wasActive.has(id));
}

const verbs: Record<string, string> = {
  scanLibrary: 'Scanning',
  analyzeLibrary: 'Analyzing',
  refreshLibrary: 'Refreshing metadata of',
  importLibrary: 'Importing',
};

/** "Scanning Comics – 120 of 400 books". */
export function operationText(operation: Operation): string {
  const { kind, subjectName, state, done, total } = operation;
  const what = `${verbs[kind] ?? 'Working on'} ${subjectName ?? 'the library'}`;
  if (state === 'failed') return `${what} failed${operation.message === null ? '' : `: ${operation.message}`}`;
  if (state === 'queued') return `${what} – waiting`;
  if (total !== null && total > 0) return `${what} – ${count(done)} of ${count(total)} books`;
  if (done > 0) return `${what} – ${count(done)} ${done === 1 ? 'book' : 'books'} so far`;
  return `${what} – looking for books`;
}

/** The one to show in the bar: what runs before what waits, the oldest first. */
export function shownOperation(operations: Operation[]): Operation | null {
  const oldestFirst = operations.filter(isActive).reverse();
  return oldestFirst.find(({ state }) => state === 'running') ?? oldestFirst[0] ?? null;
}

const count = (number: number): string => number.toLocaleString('en');
