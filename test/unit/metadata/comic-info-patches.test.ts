import { bookPatchFromComicInfo } from '../../../src/metadata/book-patch';
import { parseComicInfo, type ComicInfo } from '../../../src/metadata/comic-info';
import { seriesPatchFromComicInfo, seriesPatchOfOneShot } from '../../../src/metadata/series-patch';

function anInfo(fields: Partial<ComicInfo>): ComicInfo {
  const empty = parseComicInfo(Buffer.from('<ComicInfo/>'));
  if (empty === null) throw new Error('an empty ComicInfo is readable');
  return { ...empty, ...fields };
}

const book = (fields: Partial<ComicInfo>) => bookPatchFromComicInfo(anInfo(fields));
const series = (fields: Partial<ComicInfo>, appendVolume = true) =>
  seriesPatchFromComicInfo(anInfo(fields), { appendVolume });

test('an empty ComicInfo says nothing about its book', () => {
  const { readLists, ...fields } = book({});
  expect(Object.values(fields).every((value) => value === null)).toBe(true);
  expect(readLists).toEqual([]);
});

test('every credit becomes an author with its role', () =>
  expect(
    book({
      writer: 'A, B',
      penciller: 'C',
      inker: 'D',
      colorist: 'E',
      letterer: 'F',
      coverArtist: 'G',
      editor: 'H',
      translator: 'I, ,A',
    }).authors?.map(({ name, role }) => `${role} ${name}`),
  ).toEqual([
    'writer A',
    'writer B',
    'penciller C',
    'inker D',
    'colorist E',
    'letterer F',
    'cover G',
    'editor H',
    'translator I',
    'translator A',
  ]));

test('a number that does not sort is kept as text', () =>
  expect(book({ number: '½' })).toMatchObject({ number: '½', numberSort: null }));

test('a number with leading zeros is kept as written and sorts by value', () =>
  expect(book({ number: '010' })).toMatchObject({ number: '010', numberSort: 10 }));

describe('read lists', () => {
  test.each<[string, string | null, string | null, [string, number | null][]]>([
    [
      'arcs without numbers have no position',
      'one, two',
      null,
      [
        ['one', null],
        ['two', null],
      ],
    ],
    [
      'arcs pair with numbers',
      'one,two',
      '3, 4',
      [
        ['one', 3],
        ['two', 4],
      ],
    ],
    [
      'arcs beyond the numbers are dropped',
      'one,two,three',
      '3,4',
      [
        ['one', 3],
        ['two', 4],
      ],
    ],
    ['numbers beyond the arcs are dropped', 'one', '3,4', [['one', 3]]],
    [
      'a pair without a whole number is dropped',
      'one,two,three',
      '3,x,5',
      [
        ['one', 3],
        ['three', 5],
      ],
    ],
    [
      'a pair without a name is dropped',
      'one,,three',
      '3,4,5',
      [
        ['one', 3],
        ['three', 5],
      ],
    ],
    ['numbers alone are nothing', null, '3', []],
  ])('%s', (_name, storyArc, storyArcNumber, expected) =>
    expect(book({ storyArc, storyArcNumber }).readLists?.map(({ name, number }) => [name, number])).toEqual(expected),
  );

  test('the alternate series comes first, its number as position if it is whole', () =>
    expect([
      book({ alternateSeries: 'Other', alternateNumber: '7', storyArc: 'Arc' }).readLists,
      book({ alternateSeries: 'Other', alternateNumber: '7.5' }).readLists,
    ]).toEqual([
      [
        { name: 'Other', number: 7 },
        { name: 'Arc', number: null },
      ],
      [{ name: 'Other', number: null }],
    ]));
});

test.each<[number | null, boolean, string]>([
  [null, true, 'S'],
  [1, true, 'S'],
  [2, true, 'S (2)'],
  [1950, true, 'S (1950)'],
  [2, false, 'S'],
])('series S, volume %p, append %p: the title is %s', (volume, appendVolume, title) =>
  expect(series({ series: 'S', volume }, appendVolume)).toMatchObject({ title, titleSort: title }),
);

test.each<[string, number | null]>([
  ['Adults Only 18+', 18],
  ['Early Childhood', 3],
  ['Everyone', 0],
  ['Everyone 10+', 10],
  ['G', 0],
  ['Kids to Adults', 6],
  ['M', 17],
  ['MA15+', 15],
  ['MA 15+', 15],
  ['Mature 17+', 17],
  ['PG', 8],
  ['R18+', 18],
  ['Teen', 13],
  ['tEEn', 13],
  ['X18+', 18],
  ['Unknown', null],
  ['Rating Pending', null],
  ['16', null],
])('age rating "%s" is %p', (ageRating, age) => expect(series({ ageRating }).ageRating).toBe(age));

test.each<[string | null, string | null]>([
  ['No', 'LEFT_TO_RIGHT'],
  ['YesAndRightToLeft', 'RIGHT_TO_LEFT'],
  ['Yes', null],
  ['Unknown', null],
  ['no', null],
  [null, null],
])('Manga "%s" reads %s', (manga, direction) => expect(series({ manga }).readingDirection).toBe(direction));

test('a count of nothing is no count', () => expect(series({ count: 0 }).totalBookCount).toBeNull());

test('groups become collections, each once', () =>
  expect(series({ seriesGroup: 'X, Y ,,X' }).collections).toEqual(['X', 'Y']));

test('a one-shot is called as its book and has ended', () =>
  expect(seriesPatchOfOneShot({ title: 'T', summary: 'S' })).toEqual({
    title: 'T',
    titleSort: 'T',
    summary: 'S',
    status: 'ENDED',
    totalBookCount: 1,
  }));
