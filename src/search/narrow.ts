import { allOf, constant, sql, where, type Sql } from './sql';
import type { Viewer } from './viewer';

/** Columns of `series_trait`, the narrow copy of `series` that the database keeps (migration 20261126000200). */
export const narrowColumns: ReadonlySet<string> = new Set([
  ...['id', 'library_id', 'book_count', 'total_book_count', 'age_rating', 'oneshot', 'deleted_at', 'status', 'initial'],
  ...['language', 'publisher_key', 'books_release_date', 'sharing_labels', 'sharing_label_keys', 'genre_keys'],
  'tag_keys',
]);

/** Those that it has indexes of, and no index of `series` covers together with the rest. */
const found = ['genre_keys', 'tag_keys', 'language', 'publisher_key'];

/** Columns of series `s` that a text asks for. */
const askedOf = (used: readonly (Sql | null)[]): string[] =>
  used.flatMap((part) => [...(part?.text ?? '').matchAll(/\bs\.(\w+|\*)/gu)].map(([, name = '']) => name));

/**
 * The table that series `s` are read from: the narrow one where they are found by their values, and it has all that is asked
 * of them. Forty of its rows lie on a page of the disk, of series six: the 28,000 series of two genres are counted in 9 ms
 * instead of 76.
 */
export function seriesFor(used: readonly (Sql | null)[]): Sql {
  const asked = askedOf(used);
  const isNarrow = asked.some((name) => found.includes(name)) && asked.every((name) => narrowColumns.has(name));
  return constant(isNarrow ? 'series_trait s' : 'series s');
}

/** `from` and `where` of the viewer's progress `p` in the series `s` within limits, which are not looked at for their library. */
export function progressWithin(viewer: Viewer, limits: Sql | null): Sql {
  const isMine = sql`p.user_id = ${viewer.userId}`;
  if (askedOf([limits]).every((name) => name === 'library_id')) {
    const placed = limits && { ...limits, text: limits.text.replaceAll(/\bs\.library_id\b/gu, 'p.library_id') };
    return sql`series_progress p ${where(allOf([isMine, placed]))}`;
  }
  return sql`series_progress p join ${seriesFor([limits])} on s.id = p.series_id ${where(allOf([isMine, limits]))}`;
}
