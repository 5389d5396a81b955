import type { Database } from '../db/database';
import { alphabeticalGroups, findSeries, seriesListQuery, type GroupCount, type SeriesQuery } from './find-series';
import { looseSeriesText, type FullText } from './full-text';
import { readList } from './list';
import type { SeriesView } from './series-view';
import type { SliceOf } from './slice';
import { allOf, readRows, sql, where } from './sql';
import type { Viewer } from './viewer';

const hasNone = ({ total, rows }: SliceOf<SeriesView>): boolean => total === 0 && rows.length === 0;

/** The same list by words that are compared loosely; by how well they fit unless another order is wanted. */
function looseList(viewer: Viewer, query: SeriesQuery, text: FullText) {
  const list = seriesListQuery(viewer, { ...query, fullText: null });
  const isByRelevance = !query.sort?.some((value) => value.trim() !== '' && !value.startsWith('relevance'));
  const relevance = { by: text.rank.reduce((all, one) => sql`${all}, ${one}`), joins: sql``, sorted: true };
  return {
    ...list,
    conditions: [...list.conditions, text.where],
    order: isByRelevance ? { ...relevance, by: sql`${relevance.by}, s.id`, isComputed: true } : list.order,
  };
}

/** Series by words and conditions; where no title holds the words as they were typed, those that hold them loosely. */
export async function searchSeries(db: Database, viewer: Viewer, query: SeriesQuery) {
  const found = await findSeries(db, viewer, query);
  const loose = hasNone(found) ? looseSeriesText(query.fullText) : null;
  return loose === null || query.regex ? found : readList<SeriesView>(db, looseList(viewer, query, loose));
}

/** How many series of the same search begin with each letter. */
export async function searchedGroups(
  db: Database,
  viewer: Viewer,
  search: Omit<SeriesQuery, 'slice' | 'sort'>,
): Promise<GroupCount[]> {
  const groups = await alphabeticalGroups(db, viewer, search);
  const loose = groups.length === 0 ? looseSeriesText(search.fullText) : null;
  if (loose === null || search.regex) return groups;
  const { conditions } = looseList(viewer, { ...search, slice: { page: 0, size: 1, unpaged: true } }, loose);
  return readRows<GroupCount>(
    db,
    sql`select s.initial as "group", count(*) as count from series s ${where(allOf(conditions))} group by 1 order by 1`,
  );
}
