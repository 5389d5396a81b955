import type { BookCondition, SeriesCondition } from '../../search/condition';
import { narrowedTo, readable } from '../opds-narrow';
import type { Asked } from './feed';

export const bookCondition = (asked: Asked): BookCondition => ({ allOf: [...readable, ...narrowedTo(asked.query)] });

const isAnyOf = (key: 'publisher' | 'genre' | 'tag', values: readonly string[]): SeriesCondition[] =>
  values.length === 0
    ? []
    : [{ anyOf: values.map((value) => ({ [key]: { operator: 'is', value } }) as unknown as SeriesCondition) }];

/** Lists of series are searched as Komga's are: by words, in all titles, the best first. */
export const seriesSearch = (asked: Asked) => ({
  condition: seriesCondition({ ...asked, query: { ...asked.query, search: undefined } }),
  fullText: asked.query.search,
  slice: asked.slice,
});

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
      ...narrowedTo(asked.query),
    ],
  };
}
