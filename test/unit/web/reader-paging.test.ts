import {
  clampPage,
  isNear,
  onPage,
  openingPage,
  pagesToPreload,
  recordsOpening,
  step,
} from '../../../src/web/reader/paging';

test('pages stay within the book', () => {
  expect(clampPage(0, 10)).toBe(1);
  expect(clampPage(99, 10)).toBe(10);
  expect(clampPage(Number.NaN, 10)).toBe(1);
  expect(clampPage(3, 0)).toBe(1);
});

test('turning moves by one page', () => {
  expect(step(onPage(3), 1, 10)).toEqual(onPage(4));
  expect(step(onPage(3), -1, 10)).toEqual(onPage(2));
});

test('beyond the last page lies the end, and the way back is the last page', () => {
  const end = step(onPage(10), 1, 10);
  expect(end).toEqual({ page: 10, edge: 'end' });
  expect(step(end, -1, 10)).toEqual(onPage(10));
});

test('before the first page lies the start, and the way on is the first page', () => {
  const start = step(onPage(1), -1, 10);
  expect(start).toEqual({ page: 1, edge: 'start' });
  expect(step(start, 1, 10)).toEqual(onPage(1));
});

test('pressing on at an end stays there, so that the neighbouring book can be opened', () => {
  const end = step(onPage(10), 1, 10);
  expect(step(end, 1, 10)).toBe(end);
});

test('a book of one page has both ends', () => {
  expect(step(onPage(1), 1, 1).edge).toBe('end');
  expect(step(onPage(1), -1, 1).edge).toBe('start');
});

test('a book opens where it was left', () => {
  expect(openingPage(null, { page: 7, completed: false }, 10)).toBe(7);
});

test('an address with a page wins over the stored page', () => {
  expect(openingPage(2, { page: 7, completed: false }, 10)).toBe(2);
  expect(openingPage(200, null, 10)).toBe(10);
});

test('a finished book, and one never opened, begin at the first page', () => {
  expect(openingPage(null, { page: 10, completed: true }, 10)).toBe(1);
  expect(openingPage(null, null, 10)).toBe(1);
});

test('a book that has become shorter opens within its pages', () => {
  expect(openingPage(null, { page: 30, completed: false }, 10)).toBe(10);
});

test('the next two pages are fetched ahead, then the one before', () => {
  expect(pagesToPreload(5, 10)).toEqual([6, 7, 4]);
  expect(pagesToPreload(10, 10)).toEqual([9]);
  expect(pagesToPreload(1, 10)).toEqual([2, 3]);
});

test('a strip holds pictures only around the page in view', () => {
  const held = Array.from({ length: 100 }, (_, index) => index + 1).filter((page) => isNear(page, 50));
  expect(held).toEqual([47, 48, 49, 50, 51, 52, 53, 54]);
});

test('opening an unread book is recorded, looking into a finished one is not', () => {
  expect(recordsOpening(null, 1)).toBe(true);
  expect(recordsOpening({ page: 10, completed: true }, 1)).toBe(false);
});

test('opening at the stored page changes nothing, opening elsewhere does', () => {
  expect(recordsOpening({ page: 4, completed: false }, 4)).toBe(false);
  expect(recordsOpening({ page: 4, completed: false }, 6)).toBe(true);
});
