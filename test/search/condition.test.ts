import { HttpFailure } from '../../src/base/errors';
import { publicId, newId } from '../../src/base/public-id';
import {
  bookConditionFrom,
  bookSearchFrom,
  seriesConditionFrom,
  seriesSearchFrom,
} from '../../src/search/condition-from-json';
import { unknownId } from '../../src/search/condition-values';

/** Whether it is answered as 400. */
const refused = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    return error instanceof HttpFailure && error.status === 400;
  }
  return false;
};

describe('the body of a search', () => {
  test('may be empty', () => {
    expect(seriesSearchFrom({})).toEqual({ condition: null, fullText: null });
    expect(bookSearchFrom({ condition: null, fullTextSearch: null })).toEqual({ condition: null, fullText: null });
  });

  test('holds a condition and words', () => {
    expect(seriesSearchFrom({ condition: { anyOf: [] }, fullTextSearch: 'batman' })).toEqual({
      condition: { anyOf: [] },
      fullText: 'batman',
    });
  });

  test('has keys in any case', () => {
    expect(bookSearchFrom({ CONDITION: { allof: [] }, fulltextsearch: 'x' })).toEqual({
      condition: { allOf: [] },
      fullText: 'x',
    });
  });

  test('without words but blanks searches nothing', () => {
    expect(seriesSearchFrom({ fullTextSearch: '  ' }).fullText).toBeNull();
  });

  test.each([null, undefined, [], 'text', 1])('is an object, not %j', (body) => {
    expect(refused(() => seriesSearchFrom(body))).toBe(true);
  });

  test('has words that are a text', () => {
    expect(refused(() => seriesSearchFrom({ fullTextSearch: {} }))).toBe(true);
  });
});

describe('a condition', () => {
  test('turns ids into uuids, and what is no id into one that nothing has', () => {
    const id = newId();
    expect(bookConditionFrom({ seriesId: { operator: 'is', value: publicId(id) } })).toEqual({
      seriesId: { operator: 'is', value: id },
    });
    expect(bookConditionFrom({ seriesId: { operator: 'is', value: 'no-id' } })).toEqual({
      seriesId: { operator: 'is', value: unknownId },
    });
  });

  test('nests freely and loses null in lists', () => {
    const leaf = { oneShot: { operator: 'isTrue' } };
    expect(seriesConditionFrom({ allOf: [null, { anyOf: [leaf, null] }, { anyOf: [] }] })).toEqual({
      allOf: [{ anyOf: [leaf] }, { anyOf: [] }],
    });
  });

  test('has keys and operators in any case', () => {
    expect(seriesConditionFrom({ ONESHOT: { OPERATOR: 'ISFALSE' } })).toEqual({ oneShot: { operator: 'isFalse' } });
    expect(seriesConditionFrom({ author: { operator: 'isnot', Value: { NAME: 'x', Role: 'writer' } } })).toEqual({
      author: { operator: 'isNot', value: { name: 'x', role: 'writer' } },
    });
  });

  test('of several known keys means all of them', () => {
    const [deleted, oneShot] = [{ operator: 'isFalse' }, { operator: 'isTrue' }];
    expect(seriesConditionFrom({ deleted, oneShot })).toEqual({ allOf: [{ deleted }, { oneShot }] });
  });

  test('ignores unknown keys beside a known one', () => {
    expect(seriesConditionFrom({ type: 'x', deleted: { operator: 'isFalse', type: 'y' } })).toEqual({
      deleted: { operator: 'isFalse' },
    });
  });

  test.each([
    {},
    { type: 'x' },
    { nonsense: { operator: 'is', value: 1 } },
    { allOf: [{}] },
    { anyOf: null },
    { anyOf: {} },
    'text',
    [],
    1,
    { seriesId: { operator: 'is', value: '1' } },
    { readListId: { operator: 'is', value: '1' } },
    { mediaStatus: { operator: 'is', value: 'READY' } },
  ])('of a series is not %j', (json) => {
    expect(refused(() => seriesConditionFrom(json))).toBe(true);
  });

  test.each([
    { collectionId: { operator: 'is', value: '1' } },
    { genre: { operator: 'is', value: '1' } },
    { complete: { operator: 'isTrue' } },
    { titleSort: { operator: 'is', value: '1' } },
  ])('of a book is not %j', (json) => {
    expect(refused(() => bookConditionFrom(json))).toBe(true);
  });

  test.each([
    { title: { operator: 'is' } },
    { title: { operator: 'is', value: null } },
    { title: { value: 'x' } },
    { title: { operator: 'greaterThan', value: 'x' } },
    { title: { operator: 'is', value: {} } },
    { title: null },
    { deleted: { operator: 'is', value: true } },
    { ageRating: { operator: 'is', value: null } },
    { ageRating: { operator: 'is', value: 'ten' } },
    { ageRating: { operator: 'is', value: '' } },
    { ageRating: { operator: 'is', value: 4e9 } },
    { readStatus: { operator: 'is', value: 'read' } },
    { seriesStatus: { operator: 'is', value: '' } },
    { genre: { operator: 'contains', value: 'x' } },
  ])('has an operator and a value that fit: not %j', (json) => {
    expect(refused(() => seriesConditionFrom(json))).toBe(true);
  });

  test('takes numbers as text, text as numbers, and cuts decimals of whole numbers', () => {
    expect(seriesConditionFrom({ ageRating: { operator: 'is', value: '10' } })).toEqual({
      ageRating: { operator: 'is', value: 10 },
    });
    expect(seriesConditionFrom({ ageRating: { operator: 'lessThan', value: 16.9 } })).toEqual({
      ageRating: { operator: 'lessThan', value: 16 },
    });
    expect(seriesConditionFrom({ title: { operator: 'is', value: 300 } })).toEqual({
      title: { operator: 'is', value: '300' },
    });
    expect(bookConditionFrom({ numberSort: { operator: 'is', value: '10.1' } })).toEqual({
      numberSort: { operator: 'is', value: 10.1 },
    });
  });

  test('refuses numbers that are not finite', () => {
    expect(refused(() => bookConditionFrom({ numberSort: { operator: 'is', value: '1e999' } }))).toBe(true);
  });

  test('that is nested without end is refused', () => {
    let json: unknown = { deleted: { operator: 'isFalse' } };
    for (let depth = 0; depth < 100_000; depth++) json = { allOf: [json] };
    expect(refused(() => seriesConditionFrom(json))).toBe(true);
  });
});

describe('a date', () => {
  const dateTime = (value: unknown) => seriesConditionFrom({ releaseDate: { operator: 'after', dateTime: value } });

  test.each([
    ['2024-01-31T12:00:00Z', '2024-01-31T12:00:00.000Z'],
    ['2024-01-31T12:00Z', '2024-01-31T12:00:00.000Z'],
    ['2024-01-31T12:00:00.123456789+09:00', '2024-01-31T03:00:00.123Z'],
    ['2024-01-31T12:00:00+02', '2024-01-31T10:00:00.000Z'],
    ['2024-01-31T12:00:00+01:00[Europe/Paris]', '2024-01-31T11:00:00.000Z'],
    [1706702400, '2024-01-31T12:00:00.000Z'],
  ])('%j is read with its zone', (value, instant) => {
    expect(dateTime(value)).toEqual({ releaseDate: { operator: 'after', dateTime: new Date(instant) } });
  });

  test.each(['2024-01-31', '2024-01-31T12:00:00', '2024-13-31T12:00:00Z', 'today', '', 1e20, null])(
    '%j is refused',
    (value) => {
      expect(refused(() => dateTime(value))).toBe(true);
    },
  );
});

describe('a duration', () => {
  const duration = (value: unknown) =>
    seriesConditionFrom({ releaseDate: { operator: 'isInTheLast', duration: value } });

  test.each([
    ['P30D', 30 * 86_400],
    ['PT48H', 48 * 3600],
    ['p1dt1h1m1.5s', 86_400 + 3600 + 60 + 1],
    ['-P1D', -86_400],
    [90, 90],
  ])('%j is read as seconds', (value, seconds) => {
    expect(duration(value)).toEqual({ releaseDate: { operator: 'isInTheLast', duration: seconds } });
  });

  test.each(['P1M', 'P1Y', 'P1W', 'P', 'PT', 'P1DT', '90', '', null, {}])('%j is refused', (value) => {
    expect(refused(() => duration(value))).toBe(true);
  });
});
