import { bookIdsOf, candidatesOf, chosenIn, wantedText } from '../../../src/web/pages/list-choice';

const request = {
  request: { series: ['Gone Fox', 'Fox'], number: '3' },
  matches: [
    {
      series: { seriesId: 'S', title: 'Gone Fox', releaseDate: '2019-05-01' },
      books: [
        { bookId: 'a', number: '3', title: 'Gone Fox 3' },
        { bookId: 'b', number: '3', title: 'The sea' },
      ],
    },
  ],
};
const missing = { ...request, matches: [] };

test('a wanted book is told with all names that the list knows', () => {
  expect(wantedText(request)).toBe('Gone Fox / Fox #3');
});

test('candidates are told by series, year and number', () => {
  expect(candidatesOf(request)).toEqual([
    ['a', 'Gone Fox (2019) – Gone Fox 3'],
    ['b', 'Gone Fox (2019) – #3 The sea'],
  ]);
});

test('the first that fits is taken unless a person chose otherwise', () => {
  expect(chosenIn([request, missing, request], {})).toEqual(['a', '', 'a']);
  expect(chosenIn([request, missing, request], { 0: 'b', 2: '' })).toEqual(['b', '', '']);
});

test('a list holds a book once, and nothing that is not there', () => {
  expect(bookIdsOf(['a', '', 'b', 'a'])).toEqual(['a', 'b']);
});
