import type { Operation } from '../../../src/web/api/types';
import {
  hasAdvanced,
  newFailures,
  isQuestion,
  operationText,
  paceText,
  pauseBeforeNextPoll,
  shownOperation,
} from '../../../src/web/state/operations';

const anOperation = (given: Partial<Operation> = {}): Operation => ({
  id: '1',
  kind: 'scanLibrary',
  subjectId: 'L1',
  subjectName: 'Comics',
  state: 'running',
  done: 120,
  total: 400,
  message: null,
  problems: [],
  rate: null,
  secondsLeft: null,
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: null,
  finishedAt: null,
  ...given,
});

test('a running scan says how far it is', () => {
  expect(operationText(anOperation())).toBe('Scanning Comics – 120 of 400 books');
  expect(operationText(anOperation({ done: 1200, total: 41000 }))).toBe('Scanning Comics – 1,200 of 41,000 books');
});

test('without a total it counts, or says that it looks', () => {
  expect(operationText(anOperation({ total: null }))).toBe('Scanning Comics – 120 books so far');
  expect(operationText(anOperation({ total: null, done: 0 }))).toBe('Scanning Comics – looking for books');
});

test('waiting and failed operations say so', () => {
  expect(operationText(anOperation({ state: 'queued' }))).toBe('Scanning Comics – waiting');
  expect(operationText(anOperation({ state: 'failed', message: 'ERR_1016' }))).toBe(
    'Scanning Comics failed. The folder is not there, or the server may not read it.',
  );
});

test('an unknown kind without a name still reads as a sentence', () => {
  expect(operationText(anOperation({ kind: 'tidy', subjectName: null, state: 'queued' }))).toBe(
    'Working on the library – waiting',
  );
});

test('polling is close while something runs, rare otherwise, and rarest when refused', () => {
  expect(pauseBeforeNextPoll([anOperation({ state: 'done' }), anOperation({ state: 'queued' })])).toBe(2_000);
  expect(pauseBeforeNextPoll([anOperation({ state: 'done' })])).toBe(10_000);
  expect(pauseBeforeNextPoll([])).toBe(10_000);
  expect(pauseBeforeNextPoll(null)).toBe(60_000);
});

test('lists are asked again when a scan advances, begins or ends, and not otherwise', () => {
  const before = [anOperation()];
  expect(hasAdvanced(before, [anOperation()])).toBe(false);
  expect(hasAdvanced(before, [anOperation({ done: 121 })])).toBe(true);
  expect(hasAdvanced(before, [anOperation({ state: 'done' })])).toBe(true);
  expect(hasAdvanced([], [anOperation()])).toBe(true);
  expect(hasAdvanced([], [])).toBe(false);
});

test('a scan that began and ended between two looks is noticed, one from before the first look is not', () => {
  expect(hasAdvanced([], [anOperation({ state: 'done' })])).toBe(true);
  expect(hasAdvanced(null, [anOperation({ state: 'done' })])).toBe(false);
  expect(hasAdvanced(null, [anOperation()])).toBe(true);
});

test('only a failure that happens before our eyes is news', () => {
  const failed = anOperation({ state: 'failed' });
  expect(newFailures([anOperation()], [failed])).toEqual(['Scanning Comics failed.']);
  expect(newFailures([], [failed])).toEqual(['Scanning Comics failed.']);
  expect(newFailures(null, [failed])).toEqual([]);
  expect(newFailures([failed], [failed])).toEqual([]);
});

test('files that a scan could not read are named when it ends', () => {
  const problems = [
    { name: 'a.cbz', code: 'ERR_1002' },
    { name: 'b.cbz', code: 'ERR_2002' },
  ];
  expect(newFailures([anOperation()], [anOperation({ problems })])).toEqual([]);
  expect(newFailures([anOperation()], [anOperation({ state: 'done', problems })])).toEqual([
    'a.cbz: The archive is protected by a password. And 1 more.',
  ]);
});

test('the bar shows what runs before what waits', () => {
  const running = anOperation({ id: '1' });
  const waiting = anOperation({ id: '2', state: 'queued' });
  expect(shownOperation([waiting, running])).toBe(running);
  expect(shownOperation([waiting])).toBe(waiting);
  expect(shownOperation([anOperation({ state: 'done' })])).toBeNull();
});

test('the pace is told with what is left, no more exact than it is', () => {
  expect(paceText(anOperation({ rate: 12.4, secondsLeft: 200 }))).toBe('12 a second, about 3 minutes left');
  expect(paceText(anOperation({ rate: 0.2, secondsLeft: 8000 }))).toBe('12 a minute, about 2 hours left');
  expect(paceText(anOperation({ rate: 1500, secondsLeft: 4 }))).toBe('1,500 a second, a few seconds left');
  expect(paceText(anOperation({ rate: 3, secondsLeft: null }))).toBe('3 a second');
  expect(paceText(anOperation())).toBe('');
});

test('a question is no failure, neither while it waits nor when it was answered', () => {
  const problems = [{ name: 'A/1.cbz', code: 'ERR_1018' }];
  const waiting = anOperation({ state: 'waiting', problems });
  expect(isQuestion(waiting)).toBe(true);
  expect(newFailures([], [waiting])).toEqual([]);
  const before = [anOperation({ state: 'running' })];
  expect(newFailures(before, [anOperation({ state: 'done', message: 'SUPERSEDED', problems })])).toEqual([]);
  expect(newFailures(before, [anOperation({ state: 'done', problems })])).toHaveLength(1);
});
