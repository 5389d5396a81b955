import { z } from 'zod';
import { described } from '../../input';

/**
 * Read by search/condition-from-json.ts, which is as lenient about it as Komga; the document says what is meant.
 * The condition is a tree, so it has a name there.
 */
const searchBody = (condition: 'SeriesCondition' | 'BookCondition') =>
  z.looseObject({
    condition: described({ $ref: `#/components/schemas/${condition}` }, z.unknown().optional()),
    fullTextSearch: described({ type: 'string' }, z.unknown().optional()),
  });

export const seriesSearchBody = searchBody('SeriesCondition');
export const bookSearchBody = searchBody('BookCondition');
