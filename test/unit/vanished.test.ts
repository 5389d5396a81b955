import type { Known, KnownBook } from '../../src/library/known';
import { findVanished } from '../../src/library/vanished';

const aKnownBook = (path: string, fields: Partial<KnownBook> = {}): KnownBook => ({
  ...{ id: path, libraryId: 'library', seriesId: 'series', path, size: 1, modifiedAt: 1 },
  ...{ isDeleted: false, isPending: false, hash: '', ...fields },
});

const nothingKnown: Known = { series: new Map(), seriesById: new Map(), books: new Map(), artwork: new Map() };

function vanishedOf(books: KnownBook[], { found = [], problems = [] }: { found?: string[]; problems?: string[] }) {
  const result = findVanished(nothingKnown, books, {
    ...{ books: new Set(found), series: new Set<string>(), problems: new Set(problems) },
  });
  return result.books.map(({ path }) => path);
}

test('what was not found has vanished; what is in the trash has not vanished again', () => {
  const books = [aKnownBook('A/1'), aKnownBook('A/2'), aKnownBook('A/3', { isDeleted: true })];
  expect(vanishedOf(books, { found: ['A/1'] })).toEqual(['A/2']);
});

test('nothing has vanished at or below a place that could not be read', () => {
  const books = [aKnownBook('A/B/1'), aKnownBook('A/BC/2'), aKnownBook('D/3')];
  expect(vanishedOf(books, { problems: ['A/B', 'D/3'] })).toEqual(['A/BC/2']);
});
