import { fittedSize, fits, nextFit } from '../../../src/web/reader/fit';

const screen = { width: 400, height: 800 };
const page = { width: 800, height: 1200 };

test('the whole page fits into both directions', () => {
  expect(fittedSize('page', page, screen)).toEqual({ width: 400, height: 600 });
  expect(fittedSize('page', { width: 100, height: 1000 }, screen)).toEqual({ width: 80, height: 800 });
});

test('fit width and fit height fill one direction', () => {
  expect(fittedSize('width', page, { width: 1600, height: 800 })).toEqual({ width: 1600, height: 2400 });
  expect(fittedSize('height', page, screen)).toEqual({ width: 533, height: 800 });
});

test('original size does not depend on the screen', () => {
  expect(fittedSize('original', page, screen)).toEqual(page);
});

test('a page that was never measured has no size yet', () => {
  expect(fittedSize('page', { width: null, height: null }, screen)).toBeNull();
  expect(fittedSize('page', { width: 0, height: 10 }, screen)).toBeNull();
});

test('the fits follow each other in a circle', () => {
  let fit = fits[0]?.fit ?? 'page';
  const seen = fits.map(() => (fit = nextFit(fit)));
  expect(new Set(seen).size).toBe(fits.length);
  expect(fit).toBe('page');
});
