import { grow, nothingYet, type Growing } from '../../../src/web/state/slices';

const slice = (ids: string[], last = false) => ({
  content: ids.map((id) => ({ id })),
  number: 0,
  last,
  totalElements: 5,
});
const ids = (list: Growing<{ id: string }>) => list.items.map(({ id }) => id);

test('slices are appended until the last', () => {
  const first = grow<{ id: string }>(nothingYet, slice(['a', 'b']));
  const second = grow(first, slice(['c'], true));
  expect(ids(second)).toEqual(['a', 'b', 'c']);
  expect(second).toMatchObject({ next: 2, last: true, total: 5 });
});

test('a row that slid into the next slice is shown once', () => {
  const first = grow<{ id: string }>(nothingYet, slice(['a', 'b']));
  expect(ids(grow(first, slice(['b', 'c'])))).toEqual(['a', 'b', 'c']);
});

test('growing leaves the earlier list as it was', () => {
  const first = grow<{ id: string }>(nothingYet, slice(['a']));
  grow(first, slice(['b']));
  expect(ids(first)).toEqual(['a']);
});
