import { reasonFor } from '../api/reasons';
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

/**
 * True when books may have changed since the last look: something advanced, began or ended. A small scan may be over
 * between two looks, so an operation never seen before counts too, but for those that were over before the first look.
 */
export function hasAdvanced(before: Operation[] | null, now: Operation[]): boolean {
  if (before === null) return now.some(isActive);
  const earlier = new Map(before.map((operation) => [operation.id, operation]));
  return now.some(({ id, done, state }) => {
    const old = earlier.get(id);
    return old === undefined || old.done !== done || old.state !== state;
  });
}

/**
 * What failed between two looks, in words: whole operations, and files in those that ended. What was over before the
 * page was opened is history, not news.
 */
export function newFailures(before: Operation[] | null, now: Operation[]): string[] {
  if (before === null) return [];
  const wasOver = new Set(before.filter((operation) => !isActive(operation)).map(({ id }) => id));
  return now.filter((operation) => !wasOver.has(operation.id) && !isActive(operation)).flatMap(failuresIn);
}

function failuresIn(operation: Operation): string[] {
  // what a question lists is not what failed
  if (isQuestion(operation) || wasQuestion(operation)) return [];
  if (operation.state === 'failed') return [operationText(operation)];
  const [first] = operation.problems;
  if (first === undefined) return [];
  const others = operation.problems.length - 1;
  const more = others === 0 ? '' : ` And ${count(others)} more.`;
  return [`${first.name}: ${reasonFor(first.code) ?? ''}${more}`];
}

/** The opening of the books that a scan has found. */
export const analysisKind = 'analyzeLibrary';

const verbs: Record<string, string> = {
  scanLibrary: 'Scanning',
  analyzeBooks: 'Opening',
  analyzeLibrary: 'Opening the books of',
  matchLibrary: 'Looking for the titles of',
  undoRun: 'Taking back the metadata of',
  emptyTrash: 'Emptying the trash of',
};

/** What it is about: "Scanning Comics". */
export const operationTitle = ({ kind, subjectName }: Operation): string =>
  `${verbs[kind] ?? 'Working on'} ${subjectName ?? 'the library'}`;

/** A scan that did not find many books asks what to do. */
export const isQuestion = ({ kind, state }: Operation): boolean => kind === 'scanLibrary' && state === 'waiting';

const answers = new Set(['ACCEPTED', 'DECLINED', 'SUPERSEDED']);
const wasQuestion = ({ message }: Operation): boolean => answers.has(message ?? '');

/** Work on metadata counts series, all else counts books. */
export const countsSeries = ({ kind }: Pick<Operation, 'kind'>): boolean =>
  kind === 'matchLibrary' || kind === 'undoRun';

const unitOf = (operation: Operation, number: number): string => {
  if (countsSeries(operation)) return 'series';
  return number === 1 ? 'book' : 'books';
};

/** "12 a second, about 3 minutes left"; '' while nobody knows. */
export function paceText({ state, rate, secondsLeft }: Operation): string {
  if (state !== 'running' || rate === null) return '';
  const speed = rate >= 1 ? `${count(Math.round(rate))} a second` : `${count(Math.round(rate * 60))} a minute`;
  return secondsLeft === null ? speed : `${speed}, ${durationText(secondsLeft)} left`;
}

/** "about 3 minutes": no more exact than the guess is. */
export function durationText(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 90) return `about ${Math.round(seconds / 10) * 10} seconds`;
  if (seconds < 90 * 60) return `about ${Math.round(seconds / 60)} minutes`;
  return `about ${Math.round(seconds / 3600)} hours`;
}

/** "Scanning Comics – 120 of 400 books". */
export function operationText(operation: Operation): string {
  const { state, done, total } = operation;
  const what = operationTitle(operation);
  if (state === 'failed') return `${what} failed. ${reasonFor(operation.message ?? '') ?? ''}`.trim();
  if (state === 'queued') return `${what} – waiting`;
  if (total !== null && total > 0) return `${what} – ${count(done)} of ${count(total)} ${unitOf(operation, total)}`;
  if (done > 0) return `${what} – ${count(done)} ${unitOf(operation, done)} so far`;
  return `${what} – looking for books`;
}

/** The one to show in the bar: what runs before what waits, the oldest first. */
export function shownOperation(operations: Operation[]): Operation | null {
  const oldestFirst = operations.filter(isActive).reverse();
  return oldestFirst.find(({ state }) => state === 'running') ?? oldestFirst[0] ?? null;
}

const count = (number: number): string => number.toLocaleString('en');
