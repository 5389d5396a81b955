import { insidePath, paths, routeOf } from '../../../src/web/routes';

test('the root is the home page', () => {
  expect(routeOf('/')).toEqual({ page: 'home' });
});

test('libraries, series and search have addresses of their own', () => {
  expect(routeOf('/libraries/01J')).toEqual({ page: 'library', id: '01J' });
  expect(routeOf('/series/01J')).toEqual({ page: 'series', id: '01J' });
  expect(routeOf('/search', '?q=one%20piece')).toEqual({ page: 'search', query: 'one piece' });
});

test('what an administrator looks after has addresses', () => {
  expect(routeOf(paths.librarySettings('01J'))).toEqual({ page: 'library-settings', id: '01J' });
  expect(routeOf(paths.trash('01J'))).toEqual({ page: 'trash', id: '01J' });
  expect(routeOf(paths.activity)).toEqual({ page: 'activity' });
  expect(routeOf('/libraries/01J/other')).toEqual({ page: 'not-found' });
});

test('a series and a book can be edited, and a book has details', () => {
  expect(routeOf(paths.edit('series', '01J'))).toEqual({ page: 'edit', kind: 'series', id: '01J' });
  expect(routeOf(paths.edit('books', '01J'))).toEqual({ page: 'edit', kind: 'books', id: '01J' });
  expect(routeOf(paths.bookDetails('01J'))).toEqual({ page: 'book-details', id: '01J' });
});

test.each(['books', 'pages', 'decided'] as const)('duplicates have a part for %s', (part) => {
  expect(routeOf(paths.duplicates(part))).toEqual({ page: 'duplicates', part });
});

test.each(['files', 'list'] as const)('imports have a part for %s', (part) => {
  expect(routeOf(paths.import(part))).toEqual({ page: 'import', part });
});

test('read lists have addresses', () => {
  expect(routeOf(paths.readLists)).toEqual({ page: 'read-lists' });
  expect(routeOf(paths.readList('01J'))).toEqual({ page: 'read-list', id: '01J' });
});

test('the history has an address', () => {
  expect(routeOf(paths.history)).toEqual({ page: 'history' });
});

test('the review of metadata has an address', () => {
  expect(routeOf(paths.review)).toEqual({ page: 'review' });
});

test('a book opens with and without a page', () => {
  expect(routeOf('/book/01J')).toEqual({ page: 'book', id: '01J', at: null });
  expect(routeOf('/book/01J/read', '?page=7')).toEqual({ page: 'book', id: '01J', at: 7 });
});

test.each(['0', '-3', '1.5', 'x', ''])('a page that is no page number (%p) is ignored', (page) => {
  expect(routeOf('/book/01J/read', `?page=${page}`)).toEqual({ page: 'book', id: '01J', at: null });
});

test.each([
  '/nowhere',
  '/series',
  '/series/1/2',
  '/book/1/write',
  '/book/1/read/2',
  '/duplicates/other',
  '/import/list/2',
  '/%zz',
])('%s is not found', (path) => {
  expect(routeOf(path)).toEqual({ page: 'not-found' });
});

test('an address made by us leads back to the same page', () => {
  const [path, query] = paths.page('a/b', 3).split('?');
  expect(routeOf(path ?? '', query)).toEqual({ page: 'book', id: 'a/b', at: 3 });
  const login = new URL(paths.login('/libraries/1?read=read'), 'http://x');
  expect(routeOf(login.pathname, login.search)).toEqual({ page: 'login', to: '/libraries/1?read=read' });
});

test.each([null, '', 'https://evil.example', '//evil.example', '/\\evil.example', '/login?to=/login'])(
  'logging in never leads to %p',
  (to) => {
    expect(insidePath(to)).toBe('/');
  },
);
