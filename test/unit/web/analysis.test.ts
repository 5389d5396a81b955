import { analysisAsOperation, followAnalysis, isUnderWay, noAnalysis } from '../../../src/web/state/analysis';
import { operationText } from '../../../src/web/state/operations';

test('the most books seen waiting are the whole of the work', () => {
  const growing = followAnalysis(followAnalysis(noAnalysis, 40, 0), 90, 1);
  const shrinking = followAnalysis(growing, 60, 2);
  expect(operationText(analysisAsOperation(shrinking))).toBe('Opening new books – 30 of 90 books');
});

test('when nothing waits the next stretch begins anew', () => {
  const over = followAnalysis(followAnalysis(noAnalysis, 90, 0), 0, 1);
  expect(over).toEqual(noAnalysis);
  expect(isUnderWay(over, 2)).toBe(false);
});

test('books that wait for ever are not shown as work for ever', () => {
  const stuck = followAnalysis(followAnalysis(noAnalysis, 3, 0), 3, 30_000);
  expect(isUnderWay(stuck, 59_000)).toBe(true);
  expect(isUnderWay(stuck, 61_000)).toBe(false);
});
