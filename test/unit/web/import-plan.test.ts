import type { FoundFile } from '../../../src/web/api/file-types';
import {
  isReady,
  isSameTitle,
  numberIn,
  numberOf,
  planFor,
  stemOf,
  titleIn,
  wantedOf,
} from '../../../src/web/pages/import-plan';

const file: FoundFile = {
  ...{ id: '1', name: 'Gone Fox 3', url: '/in/Gone Fox 3.cbz', size: '1 kB', status: 'READY', comment: '' },
  ...{ pages: [], number: null, seriesId: null },
};
const series = { id: 'S', title: 'Gone Fox' };

test.each([
  ['Gone Fox 3', 'Gone Fox', 3],
  ['Gone Fox v02 (2019) (Digital)', 'Gone Fox', 2],
  ['Gone Fox - Chapter 10.5 [group]', 'Gone Fox', 10.5],
  ['20th Century 4', '20th Century', 4],
  ['Gone_Fox_#7', 'Gone Fox', 7],
  ['Alone', 'Alone', null],
])('%s is of %s and has the number %p', (stem, title, number) => {
  expect([titleIn(stem), numberIn(stem)]).toEqual([title, number]);
});

test('titles are the same but for case, blanks and signs', () => {
  expect(isSameTitle('Gone  fox!', 'Gone Fox')).toBe(true);
  expect(isSameTitle('Gone Fox 2', 'Gone Fox')).toBe(false);
  expect(isSameTitle('!', '?')).toBe(false);
});

test('what the file says of its number comes before its name', () => {
  expect(numberOf(planFor(file))).toBe(3);
  expect(numberOf(planFor({ ...file, number: 7 }))).toBe(7);
  expect(stemOf(file.url)).toBe('Gone Fox 3');
});

test('a file is sent once it is open and has a series, unless it is left out or was sent', () => {
  const plan = { ...planFor(file), series };
  expect(isReady(plan)).toBe(true);
  expect(isReady(planFor(file))).toBe(false);
  expect(isReady({ ...plan, leftOut: true })).toBe(false);
  expect(isReady({ ...plan, file: { ...file, status: 'ERROR' } })).toBe(false);
  expect(isReady({ ...plan, outcome: 'waiting' })).toBe(false);
  const refused = { bookId: null, sourceFile: file.url, success: false, message: 'ERR_1021' };
  expect(isReady({ ...plan, outcome: refused })).toBe(true);
  expect(isReady({ ...plan, outcome: { ...refused, success: true } })).toBe(false);
});

test('a name is sent where it is another one, and the book that is replaced where there is one', () => {
  const plan = { ...planFor(file), series };
  expect(wantedOf(plan)).toEqual({ sourceFile: file.url, seriesId: 'S' });
  expect(wantedOf({ ...plan, name: ' Fox 3 ', upgrade: 'B' })).toEqual({
    ...{ sourceFile: file.url, seriesId: 'S', upgradeBookId: 'B', destinationName: 'Fox 3' },
  });
});
