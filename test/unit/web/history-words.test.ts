import { tell } from '../../../src/web/pages/history-words';

const event = (type: string, properties: Record<string, string>) => ({
  ...{ id: '1', type, timestamp: '2026-01-01T00:00:00Z', bookId: null, seriesId: null, properties },
});

test('a deletion tells the file and why', () => {
  const reason = 'File was deleted to import an upgrade';
  expect(tell(event('BookFileDeleted', { name: '/m/Fox 1.cbz', reason }))).toEqual({
    what: 'File deleted',
    file: '/m/Fox 1.cbz',
    more: 'A better file took its place',
  });
  expect(tell(event('SeriesFolderDeleted', { name: '/m', reason: 'something new' })).more).toBe('something new');
});

test('an import tells where the file came from', () => {
  const properties = { name: '/m/Fox 1.cbz', source: '/in/1.cbz', upgrade: 'Yes' };
  expect(tell(event('BookImported', properties))).toMatchObject({
    what: 'Better file imported',
    more: 'From /in/1.cbz',
  });
  expect(tell(event('BookImported', { ...properties, upgrade: 'No' })).what).toBe('File imported');
});

test.each([
  ['/m/a.cbr', '/m/a.cbz', 'Packed as CBZ'],
  ['/m/a.zip', '/m/a.cbz', 'File renamed'],
])('%s that became %s: %s', (former, name, what) => {
  expect(tell(event('BookConverted', { name, 'former file': former }))).toMatchObject({ what, file: name });
});

test('a page that was taken out is told by number, name and size', () => {
  const properties = { name: '/m/a.cbz', 'page number': '3', 'page file name': 'ad.jpg', 'page file size': '3400' };
  expect(tell(event('DuplicatePageDeleted', properties)).more).toBe('Page 3, ad.jpg, 3.4 kB');
});

test('a kind without words is shown as it is', () => {
  expect(tell(event('SomethingNew', { name: 'x' }))).toEqual({ what: 'SomethingNew', file: 'x', more: '' });
});
