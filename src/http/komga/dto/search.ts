import { z } from 'zod';

/** Read by search/condition-from-json.ts, which is as lenient about it as Komga. */
export const searchBody = z.looseObject({
  condition: z.unknown().describe('A tree of allOf, anyOf and leaves with an operator and a value').optional(),
  fullTextSearch: z.unknown().describe('Words that all have to be found').optional(),
});
