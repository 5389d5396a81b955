import type { BookCount } from '../../search/count-books';
import { withQuery } from '../opds-address';
import type { Narrowed } from '../opds-facets';
import { filterParameters, type Asked, type Filter } from './feed';

/** A list with its counts, as facets are made of it: their addresses keep whatever else was chosen. */
export function narrowed(
  asked: Asked,
  { path, filters }: { path: string; filters: readonly Filter[] },
  counts: readonly BookCount[],
): Narrowed {
  return {
    chosen: asked.query,
    counts,
    href: (changed, value) => {
      const others = filters.filter((name) => name !== changed);
      return asked.at(withQuery(path, [...filterParameters(asked.query, others), ...value]));
    },
  };
}
