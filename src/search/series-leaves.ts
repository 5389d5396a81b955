import { fold } from '../base/text';
import type { SeriesCondition, SeriesLeaves } from './condition';
import { compares, contains, dated, equals, flagged, hasAuthor, matchesText, when } from './operators';
import { constant, sql, type Sql } from './sql';
import { toSql, type LeafTable } from './to-sql';
import type { Viewer } from './viewer';

const column = (name: string): Sql => constant(`s.${name}`);

const progress = (viewer: Viewer, more: Sql) =>
  sql`exists (select 1 from series_progress rp where rp.user_id = ${viewer.userId} and rp.series_id = s.id ${more})`;

const readStatus = {
  UNREAD: (viewer: Viewer) => sql`not ${progress(viewer, sql``)}`,
  READ: (viewer: Viewer) => progress(viewer, sql`and rp.read_count = s.book_count`),
  IN_PROGRESS: (viewer: Viewer) => progress(viewer, sql`and rp.read_count <> s.book_count`),
};

/** The letter that clients filter by has a column of its own; null for any other question. */
function beginsWithLetter({ operator, value }: SeriesLeaves['titleSort']): Sql | null {
  const key = fold(value);
  if ([...key].length !== 1 || !(operator === 'beginsWith' || operator === 'doesNotBeginWith')) return null;
  return when(operator === 'beginsWith', sql`s.initial = ${key}`);
}

/** Leaves of a series search, over `series s` (komga-rest.md §6.3). */
export const seriesLeafTable: LeafTable<SeriesLeaves> = {
  libraryId: (leaf) => equals(column('library_id'), leaf),
  collectionId: ({ operator, value }) =>
    when(
      operator === 'is',
      sql`exists (select 1 from collection_series cs where cs.series_id = s.id and cs.collection_id = ${value})`,
    ),
  deleted: (leaf) => flagged(sql`s.deleted_at is not null`, leaf),
  // an unknown total is neither complete nor incomplete: null is not true, whichever way it is asked
  complete: (leaf) => flagged(sql`s.total_book_count = s.book_count`, leaf),
  oneShot: (leaf) => flagged(column('oneshot'), leaf),
  title: (leaf) => matchesText(column('title_key'), column('search_key'), leaf),
  titleSort: (leaf) => beginsWithLetter(leaf) ?? matchesText(column('title_sort_key'), column('search_key'), leaf),
  releaseDate: (leaf) => dated(column('books_release_date'), leaf),
  tag: (leaf) => contains(column('tag_keys'), leaf),
  sharingLabel: (leaf) => contains(column('sharing_label_keys'), leaf),
  publisher: ({ operator, value }) => equals(column('publisher_key'), { operator, value: fold(value) }),
  language: ({ operator, value }) => equals(sql`lower(s.language)`, { operator, value: fold(value) }),
  genre: (leaf) => contains(column('genre_keys'), leaf),
  ageRating: (leaf) => compares(column('age_rating'), leaf),
  readStatus: ({ operator, value }, viewer) => when(operator === 'is', readStatus[value](viewer)),
  seriesStatus: (leaf) => equals(column('status'), leaf),
  author: (leaf) => hasAuthor(column('author_keys'), leaf),
};

export const seriesWhere = (condition: SeriesCondition | null | undefined, viewer: Viewer): Sql | null =>
  condition ? toSql(condition, seriesLeafTable, viewer) : null;
