import { cut, inSlice, limit, sliceOf } from '../../src/search/slice';

test.each([
  [{}, { page: 0, size: 20, unpaged: false }],
  [
    { page: 3, size: 50 },
    { page: 3, size: 50, unpaged: false },
  ],
  [
    { page: -1, size: -1 },
    { page: 0, size: 20, unpaged: false },
  ],
  [
    { page: NaN, size: NaN },
    { page: 0, size: 20, unpaged: false },
  ],
  [
    { page: 1.5, size: 0 },
    { page: 0, size: 20, unpaged: false },
  ],
  [
    { page: 2 ** 31, size: 2 ** 31 },
    { page: 0, size: 20, unpaged: false },
  ],
  [
    { page: 2 ** 31 - 1, size: 5000 },
    { page: 2 ** 31 - 1, size: 2000, unpaged: false },
  ],
  [{ unpaged: true }, { page: 0, size: 20, unpaged: true, inParts: true }],
])('%j is the slice %j', (wish, slice) => {
  expect(sliceOf(wish)).toEqual(slice);
});

test('a slice limits the statement', () => {
  expect(limit(sliceOf({}))).toEqual({ text: 'limit 20', bindings: [] });
  expect(limit(sliceOf({ page: 2, size: 10 }))).toEqual({ text: 'limit ? offset ?', bindings: [10, 20] });
  expect(limit(sliceOf({ unpaged: true })).text).toBe('');
});

test('the whole list is one page, never smaller than the default', () => {
  const whole = sliceOf({ page: 4, size: 1, unpaged: true });
  expect(inSlice(whole, [1, 2], 0, true)).toEqual({ rows: [1, 2], total: 2, page: 0, size: 20, sorted: true });
  expect(inSlice(whole, Array.from({ length: 30 }), 0, true).size).toBe(30);
});

test('a page beyond the end is empty and echoes what was asked', () => {
  expect(inSlice(sliceOf({ page: 9 }), [], 5, false)).toEqual({ rows: [], total: 5, page: 9, size: 20, sorted: false });
});

test('the total is never less than what was seen', () => {
  expect(inSlice(sliceOf({ page: 1, size: 2 }), [1], 2, false).total).toBe(3);
});

test('a list in memory is cut in the same way', () => {
  expect(cut(sliceOf({ page: 1, size: 2 }), ['a', 'b', 'c'])).toEqual({
    rows: ['c'],
    total: 3,
    page: 1,
    size: 2,
    sorted: true,
  });
});
