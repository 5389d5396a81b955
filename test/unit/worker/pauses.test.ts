import { growingPauses } from '../../../src/worker/pauses';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('what dies again and again is started again after doubling pauses, up to a limit', () => {
  const next = growingPauses(200, 1_000);
  expect([next(), next(), next(), next(), next()]).toEqual([200, 400, 800, 1_000, 1_000]);
});

test('what lived for a minute is started again soon', () => {
  const next = growingPauses(200, 1_000);
  next();
  next();
  jest.advanceTimersByTime(61_000);
  expect(next()).toBe(200);
});
