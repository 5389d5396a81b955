import { libraryQuery, librarySearch, sortKeys } from '../../../src/web/pages/library-query';

test('the defaults leave the address clean', () => {
  expect(libraryQuery('')).toEqual({ text: '', sort: 'title', read: 'all' });
  expect(librarySearch(libraryQuery(''))).toBe('');
});

test('what is chosen survives the way through the address', () => {
  const query = { text: 'a&b=c', sort: 'updated', read: 'unread' } as const;
  expect(libraryQuery(librarySearch(query))).toEqual(query);
});

test('nonsense in the address falls back to the defaults', () => {
  expect(libraryQuery('?sort=toString&read=maybe')).toEqual({ text: '', sort: 'title', read: 'all' });
});

test('sorting uses the keys of the server', () => {
  expect(sortKeys({ text: '', sort: 'title', read: 'all' })).toBe('metadata.titleSort,asc');
  expect(sortKeys({ text: '', sort: 'added', read: 'all' })).toBe('createdDate,desc');
  expect(sortKeys({ text: '', sort: 'updated', read: 'all' })).toBe('lastModifiedDate,desc');
});

test('a search shows the best match first unless another order was chosen', () => {
  expect(sortKeys({ text: 'x', sort: 'title', read: 'all' })).toBe('relevance,asc');
  expect(sortKeys({ text: 'x', sort: 'added', read: 'all' })).toBe('createdDate,desc');
});
