import type { BookCondition, BookLeaves } from './condition';
import { compares, contains, dated, equals, flagged, hasAuthor, matchesText, when } from './operators';
import { allOf, constant, sql, type Sql } from './sql';
import { toSql, type LeafTable } from './to-sql';
import type { Viewer } from './viewer';

const column = (name: string): Sql => constant(`b.${name}`);

const progress = (viewer: Viewer, more: Sql) =>
  sql`exists (select 1 from read_progress rp where rp.user_id = ${viewer.userId} and rp.book_id = b.id ${more})`;

const readStatus = {
  UNREAD: (viewer: Viewer) => sql`not ${progress(viewer, sql``)}`,
  READ: (viewer: Viewer) => progress(viewer, sql`and rp.completed`),
  IN_PROGRESS: (viewer: Viewer) => progress(viewer, sql`and not rp.completed`),
};

function hasPoster({ operator, value: { type, selected } }: BookLeaves['poster']): Sql | null {
  const wanted = allOf([
    type === undefined || type === null ? null : sql`po.type = ${type}`,
    selected === undefined || selected === null ? null : sql`po.selected = ${selected}`,
  ]);
  if (wanted === null) return null;
  return when(operator === 'is', sql`exists (select 1 from poster po where po.book_id = b.id and ${wanted})`);
}

/** Leaves of a book search, over `book b` (komga-rest.md §6.3). */
export const bookLeafTable: LeafTable<BookLeaves> = {
  libraryId: (leaf) => equals(column('library_id'), leaf),
  seriesId: (leaf) => equals(column('series_id'), leaf),
  readListId: ({ operator, value }) =>
    when(
      operator === 'is',
      sql`exists (select 1 from read_list_book rb where rb.book_id = b.id and rb.read_list_id = ${value})`,
    ),
  deleted: (leaf) => flagged(sql`b.deleted_at is not null`, leaf),
  oneShot: (leaf) => flagged(column('oneshot'), leaf),
  title: (leaf) => matchesText(column('title_key'), column('search_key'), leaf),
  releaseDate: (leaf) => dated(column('release_date'), leaf),
  numberSort: (leaf) => compares(column('number_sort'), leaf),
  tag: (leaf) => contains(column('tag_keys'), leaf),
  readStatus: ({ operator, value }, viewer) => when(operator === 'is', readStatus[value](viewer)),
  mediaStatus: (leaf) => equals(column('media_status'), leaf),
  // a book of which no type of file is known is not "not PDF" either
  mediaProfile: ({ operator, value }) =>
    operator === 'is' ? sql`b.media_profile = ${value}` : sql`(b.media_profile <> ${value} and b.media_type <> '')`,
  author: (leaf) => hasAuthor(column('author_keys'), leaf),
  poster: hasPoster,
};

export const bookWhere = (condition: BookCondition | null | undefined, viewer: Viewer): Sql | null =>
  condition ? toSql(condition, bookLeafTable, viewer) : null;
