import type { Known, KnownBook, KnownSeries } from '../../src/library/known';
import { findVanished } from '../../src/library/vanished';

const bookAt = (path: string) => ({ id: path, path, isDeleted: false }) as KnownBook;
const seriesAt = (path: string) => ({ id: path, path, isDeleted: false }) as KnownSeries;

const paths = ['A/1.cbz', 'A/2.cbz', 'A/deep/3.cbz', 'AB/4.cbz', 'B/5.cbz'];
const series = ['A', 'A/deep', 'AB', 'B'];

/** Nothing was found; these places could not be read. */
function vanished(...problems: string[]) {
  const known = { seriesById: new Map(series.map((path) => [path, seriesAt(path)])) } as unknown as Known;
  const nothing = { books: new Set<string>(), series: new Set<string>(), problems: new Set(problems) };
  const found = findVanished(known, paths.map(bookAt), nothing);
  return [found.books.map(({ path }) => path), found.series.map(({ path }) => path)];
}

test('of what lies at or below a folder that could not be read nothing is known: it does not vanish', () => {
  expect(vanished('A')).toEqual([
    ['AB/4.cbz', 'B/5.cbz'],
    ['AB', 'B'],
  ]);
  expect(vanished('A/deep', 'B')).toEqual([
    ['A/1.cbz', 'A/2.cbz', 'AB/4.cbz'],
    ['A', 'AB'],
  ]);
});

test('a single file that could not be read stays too; the others are gone', () => {
  expect(vanished('A/2.cbz')[0]).toEqual(['A/1.cbz', 'A/deep/3.cbz', 'AB/4.cbz', 'B/5.cbz']);
  expect(vanished()[0]).toEqual(paths);
});
