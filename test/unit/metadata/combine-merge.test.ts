import { aggregateBooks, combineSeriesPatches, type AggregatedBook } from '../../../src/metadata/combine-series';
import { applyBookPatch, applySeriesPatch, type Origin } from '../../../src/metadata/merge';
import type { BookMetadata, SeriesMetadata } from '../../../src/metadata/types';

describe('the books of a series vote', () => {
  test('the most frequent text wins', () =>
    expect(combineSeriesPatches([{ title: 'A' }, { title: 'B' }, { title: 'B' }, {}]).title).toBe('B'));

  test('of equally frequent texts the first met wins', () =>
    expect(combineSeriesPatches([{ language: 'fr' }, { language: 'en' }, { language: null }]).language).toBe('fr'));

  test('genres and collections are united', () =>
    expect(
      combineSeriesPatches([
        { genres: ['a', 'b'], collections: ['X'] },
        { genres: ['b', 'c'], collections: ['x', 'Y'] },
      ]),
    ).toMatchObject({ genres: ['a', 'b', 'c'], collections: ['X', 'Y'] }));

  test('the greatest age rating and count win, 0 included', () =>
    expect(combineSeriesPatches([{ ageRating: 0 }, { totalBookCount: 7 }, { totalBookCount: 12 }, {}])).toMatchObject({
      ageRating: 0,
      totalBookCount: 12,
    }));

  test('a summary never comes from the books', () =>
    expect(combineSeriesPatches([{ summary: 'S' }])).not.toHaveProperty('summary'));

  test('no book says nothing', () => {
    const { collections, ...fields } = combineSeriesPatches([]);
    expect(Object.values(fields).every((value) => value === null)).toBe(true);
    expect(collections).toEqual([]);
  });
});

describe('what a series shows of its books', () => {
  const aBook = (fields: Partial<AggregatedBook>): AggregatedBook => ({
    number: '1',
    numberSort: 1,
    summary: '',
    authors: [],
    tags: [],
    releaseDate: null,
    ...fields,
  });

  test('authors come once a role in the order met', () =>
    expect(
      aggregateBooks([
        aBook({ authors: [{ name: 'B', role: 'writer' }] }),
        aBook({
          authors: [
            { name: 'A', role: 'writer' },
            { name: 'B', role: 'writer' },
            { name: 'B', role: 'inker' },
          ],
        }),
      ]).authors.map(({ name, role }) => `${name} ${role}`),
    ).toEqual(['B writer', 'A writer', 'B inker']));

  test('the earliest date and all tags', () =>
    expect(
      aggregateBooks([
        aBook({ releaseDate: '2001-02-01', tags: ['a'] }),
        aBook({ tags: ['b', 'a'] }),
        aBook({ releaseDate: '1999-12-31' }),
      ]),
    ).toMatchObject({ releaseDate: '1999-12-31', tags: ['a', 'b'] }));

  test('the summary of the lowest number that has one', () =>
    expect(
      aggregateBooks([
        aBook({ number: '3', numberSort: 3, summary: 'third' }),
        aBook({ number: '02', numberSort: 2, summary: 'second' }),
        aBook({ numberSort: 1, summary: ' ' }),
      ]),
    ).toMatchObject({ summary: 'second', summaryNumber: '02' }));

  test('nothing of no books', () =>
    expect(aggregateBooks([])).toEqual({ authors: [], tags: [], releaseDate: null, summary: '', summaryNumber: '' }));
});

describe('merging', () => {
  const origin: Origin = { source: 'file', at: new Date('2026-01-02T03:04:05Z') };
  const currentBook: BookMetadata = {
    title: 'File name',
    summary: 'old',
    number: '1',
    numberSort: 1,
    releaseDate: null,
    authors: [{ name: 'A', role: 'writer' }],
    tags: [],
    isbn: '',
    links: [],
  };
  const currentSeries: SeriesMetadata = {
    status: 'ONGOING',
    title: 'Folder',
    titleSort: 'Folder',
    summary: '',
    readingDirection: null,
    publisher: '',
    ageRating: null,
    language: '',
    genres: [],
    tags: [],
    totalBookCount: null,
    sharingLabels: [],
    links: [],
    alternateTitles: [],
  };

  test('what the patch knows is changed, with who said so and when', () =>
    expect(applyBookPatch(currentBook, { title: 'T', releaseDate: '2020-01-01' }, {}, origin)).toEqual({
      changed: { title: 'T', releaseDate: '2020-01-01' },
      provenance: [
        { field: 'title', source: 'file', at: '2026-01-02T03:04:05.000Z' },
        { field: 'releaseDate', source: 'file', at: '2026-01-02T03:04:05.000Z' },
      ],
    }));

  test('null clears nothing', () =>
    expect(applyBookPatch(currentBook, { summary: null, authors: null }, {}, origin).changed).toEqual({}));

  test('a locked field stays', () =>
    expect(
      applyBookPatch(currentBook, { title: 'T', number: '2', numberSort: 2 }, { title: true, number: false }, origin)
        .changed,
    ).toEqual({ number: '2', numberSort: 2 }));

  test('an equal value, lists included, is no change', () =>
    expect(
      applyBookPatch(currentBook, { summary: 'old', authors: [{ name: 'A', role: 'writer' }] }, {}, origin),
    ).toEqual({ changed: {}, provenance: [] }));

  test('0 and a whole new list are values', () =>
    expect(applySeriesPatch(currentSeries, { ageRating: 0, genres: ['a'] }, {}, origin).changed).toEqual({
      ageRating: 0,
      genres: ['a'],
    }));

  test('read lists and collections are not fields', () => {
    expect(applyBookPatch(currentBook, { readLists: [{ name: 'R', number: 1 }] }, {}, origin).changed).toEqual({});
    expect(applySeriesPatch(currentSeries, { collections: ['C'] }, {}, origin).changed).toEqual({});
  });

  test('the current row is left alone', () => {
    const before = structuredClone(currentSeries);
    applySeriesPatch(currentSeries, { title: 'T', status: 'ENDED' }, {}, { ...origin, source: 'mangadex' });
    expect(currentSeries).toEqual(before);
  });

  test('a field that does not exist does not compile', () => {
    // @ts-expect-error there is no such field of a book: the type check of CI fails if this compiles
    expect(applyBookPatch(currentBook, { genre: ['x'] }, {}, origin).changed).toEqual({});
    // @ts-expect-error nor can it be locked
    expect(applySeriesPatch(currentSeries, {}, { pages: true }, origin).changed).toEqual({});
  });
});
