import { listBody } from '../../../src/web/api/conditions';

const present = { deleted: { operator: 'isFalse' } };

test('what has vanished from disk is never asked for', () => {
  expect(listBody({})).toEqual({ condition: { allOf: [present] } });
});

test('library, read status and text are combined', () => {
  expect(listBody({ libraryId: 'L1', read: 'reading', text: ' berserk ' })).toEqual({
    condition: {
      allOf: [
        present,
        { libraryId: { operator: 'is', value: 'L1' } },
        { readStatus: { operator: 'is', value: 'IN_PROGRESS' } },
      ],
    },
    fullTextSearch: 'berserk',
  });
});

test('blank text and "all" are no filters', () => {
  expect(listBody({ read: 'all', text: '   ' })).toEqual({ condition: { allOf: [present] } });
});

test.each([
  ['unread', 'UNREAD'],
  ['read', 'READ'],
] as const)('%s is %s on the wire', (read, value) => {
  expect(listBody({ seriesId: 'S', read }).condition).toEqual({
    allOf: [present, { seriesId: { operator: 'is', value: 'S' } }, { readStatus: { operator: 'is', value } }],
  });
});

test('unopened books are those never analyzed and those changed since', () => {
  expect(listBody({ unopened: true }).condition).toEqual({
    allOf: [
      present,
      {
        anyOf: [
          { mediaStatus: { operator: 'is', value: 'UNKNOWN' } },
          { mediaStatus: { operator: 'is', value: 'OUTDATED' } },
        ],
      },
    ],
  });
});
