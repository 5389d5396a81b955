import type { BookCondition, SeriesCondition } from '../../search/condition';
import { readStatusOf, type Asked } from './feed';

/** Files that are there and can be read. */
export const readable: BookCondition[] = [
  { mediaStatus: { operator: 'is', value: 'READY' } },
  { deleted: { operator: 'isFalse' } },
];

/** What both kinds of list can be narrowed by. */
function shared({ query }: Asked) {
  const { status, library } = query;
  return [
    ...(library.length > 0
      ? [{ anyOf: library.map((value) => ({ libraryId: { operator: 'is' as const, value } })) }]
      : []),
    ...(status ? [{ readStatus: { operator: 'is' as const, value: readStatusOf(status) } }] : []),
  ];
}

export const bookCondition = (asked: Asked): BookCondition => ({ allOf: [...readable, ...shared(asked)] });

const isAnyOf = (key: 'publisher' | 'genre' | 'tag', values: readonly string[]): SeriesCondition[] =>
  values.length === 0
    ? []
    : [{ anyOf: values.map((value) => ({ [key]: { operator: 'is', value } }) as unknown as SeriesCondition) }];

/** Series by Komga's parameters (`search`, `publisher`) and ours. */
export function seriesCondition(asked: Asked): SeriesCondition {
  const { search = '', publisher, genre, tag, letter = '' } = asked.query;
  return {
    allOf: [
      { deleted: { operator: 'isFalse' } },
      ...(search === '' ? [] : [{ title: { operator: 'contains' as const, value: search } }]),
      ...(letter === '' ? [] : [{ titleSort: { operator: 'beginsWith' as const, value: letter } }]),
      ...isAnyOf('publisher', publisher),
      ...isAnyOf('genre', genre),
      ...isAnyOf('tag', tag),
      ...shared(asked),
    ],
  };
}
