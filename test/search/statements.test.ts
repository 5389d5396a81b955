import { sliceOf } from '../../src/search/slice';
import { bookListQuery, type BookQuery } from '../../src/search/find-books';
import { seriesListQuery, type SeriesQuery } from '../../src/search/find-series';
import { countQuery, pageQuery, type ListQuery } from '../../src/search/list';
import { onDeckQuery } from '../../src/search/on-deck';
import { aViewer } from '../support/builders';

const viewer = aViewer({ userId: 'viewer' });
const child = aViewer({
  ...{ userId: 'child', libraryIds: ['library'], ageRestriction: { age: 16, mode: 'EXCLUDE' } as const },
  ...{ labelsAllow: ['kids'], labelsExclude: ['adult'] },
});
const slice = sliceOf({ page: 2, size: 20 });

/** The statements without the columns of the view, one clause a line, with their parameters. */
function show(query: ListQuery) {
  const bare = { ...query, view: { ...query.view, columns: { text: '…', bindings: [] } } };
  return [pageQuery(bare), countQuery(bare)].map(({ text, bindings }) => ({
    sql: text
      .replace(/\s+/gu, ' ')
      .split(/ (?=(?:from|where|left join|join|order by|limit|cross join) )/u)
      .map((line) => line.trim()),
    parameters: bindings,
  }));
}

test.each<[string, SeriesQuery]>([
  ['by title', { sort: ['metadata.titleSort,desc'], slice }],
  [
    'unread of a library',
    {
      condition: {
        allOf: [
          { libraryId: { operator: 'is', value: 'library' } },
          { readStatus: { operator: 'is', value: 'UNREAD' } },
          { deleted: { operator: 'isFalse' } },
        ],
      },
      sort: ['lastModified,desc'],
      slice,
    },
  ],
  [
    'of a collection',
    { condition: { collectionId: { operator: 'is', value: 'collection' } }, sort: ['collection.number'], slice },
  ],
  [
    'by genre or author',
    {
      condition: {
        anyOf: [{ genre: { operator: 'is', value: 'Drama' } }, { author: { operator: 'is', value: { name: 'Bob' } } }],
      },
      sort: ['readDate,desc'],
      slice,
    },
  ],
  ['by words', { fullText: 'batman -robin', slice }],
])('series %s', (_, query) => {
  expect(show(seriesListQuery(viewer, query))).toMatchSnapshot();
});

test('series of a restricted viewer', () => {
  expect(show(seriesListQuery(child, { sort: ['metadata.titleSort'], slice }))).toMatchSnapshot();
});

test.each<[string, BookQuery]>([
  ['all', { slice }],
  [
    'of a series',
    { condition: { seriesId: { operator: 'is', value: 'series' } }, sort: ['metadata.numberSort'], slice },
  ],
  [
    'in progress',
    {
      condition: { readStatus: { operator: 'is', value: 'IN_PROGRESS' } },
      sort: ['readProgress.readDate,desc'],
      slice,
    },
  ],
  ['by series and number', { sort: ['series,metadata.numberSort,asc'], slice }],
  ['by words', { fullText: 'batman', slice }],
])('books: %s', (_, query) => {
  expect(show(bookListQuery(viewer, query))).toMatchSnapshot();
});

test('books of a restricted viewer', () => {
  expect(show(bookListQuery(child, { slice }))).toMatchSnapshot();
});

test('books on deck', () => {
  expect(show(onDeckQuery(child, { libraryIds: ['library'], slice }))).toMatchSnapshot();
});
