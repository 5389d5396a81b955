import { orderBy, ordersOf, sortKeys } from '../../src/search/sort';
import { sql } from '../../src/search/sql';

const keys = sortKeys({
  name: { by: [sql`s.name`] },
  date: { by: [sql`s.date`], nullable: true, join: sql`join x` },
  read: { by: [sql`x.read`], nullable: true },
  relevance: null,
});
const order = (...values: string[]) => {
  const { by, joins, sorted } = orderBy(values, keys, { by: [sql`s.title`] }, sql`s.id`);
  return { by: by.text, joins: joins.text, sorted };
};

test.each([
  [['name'], [{ property: 'name', descending: false }]],
  [['name,DESC'], [{ property: 'name', descending: true }]],
  [['name,desc,ignorecase'], [{ property: 'name', descending: true }]],
  [
    ['series,metadata.numberSort,desc'],
    [
      { property: 'series', descending: true },
      { property: 'metadata.numberSort', descending: true },
    ],
  ],
  [
    ['name,down'],
    [
      { property: 'name', descending: false },
      { property: 'down', descending: false },
    ],
  ],
  [
    ['name,asc', 'date,desc', 'name,desc'],
    [
      { property: 'name', descending: false },
      { property: 'date', descending: true },
    ],
  ],
  [['', ',', 'asc'], []],
])('%j is read as %j', (values, expected) => {
  expect(ordersOf(values)).toEqual(expected);
});

test('an order ends with the id in the direction of the last property', () => {
  expect(order('name,desc').by).toBe('s.name desc, s.id desc');
  expect(order('name').by).toBe('s.name, s.id');
});

test('absent values are the smallest', () => {
  expect(order('date').by).toBe('s.date nulls first, s.id');
  expect(order('date,desc')).toEqual({ by: 's.date desc nulls last, s.id desc', joins: 'join x', sorted: true });
});

test('unknown properties are ignored', () => {
  expect(order('nonsense', 'name;drop table x', '__proto__', 'name')).toEqual({
    by: 's.name, s.id',
    joins: '',
    sorted: true,
  });
});

test('without a known property the list has an order all the same, but is not called sorted', () => {
  expect(order('nonsense')).toEqual({ by: 's.title, s.id', joins: '', sorted: false });
  expect(order('relevance')).toEqual({ by: 's.title, s.id', joins: '', sorted: false });
});
