import { groupTwins } from '../../../src/web/pages/twin-groups';

const book = (id: string, fileHash: string, sizeBytes = 1, deleted = false) => ({ id, fileHash, sizeBytes, deleted });

test('copies stand together; one that is alone is no twin', () => {
  const books = [book('a', 'x'), book('b', 'y'), book('c', 'x'), book('d', 'x', 2)];
  expect(groupTwins(books).map((group) => group.map(({ id }) => id))).toEqual([['a', 'c']]);
});

test('a copy that lies in the trash is none', () => {
  expect(groupTwins([book('a', 'x'), book('b', 'x', 1, true)])).toEqual([]);
});
