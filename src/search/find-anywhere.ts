import { fold } from '../base/text';
import type { Database } from '../db/database';
import type { BookView } from './book-view';
import { countListed, type BookCount } from './count-books';
import { bookListQuery, readBooks, type BookQuery } from './find-books';
import type { ListQuery } from './list';
import { everything, type SliceOf } from './slice';
import { allOf, constant, joined, literal, sql, type Sql } from './sql';
import type { Viewer } from './viewer';

export interface AnywhereQuery extends Omit<BookQuery, 'fullText' | 'sort'> {
  /** Words typed by a person; blank finds everything. */
  text: string;
}

const maxWords = 16;

const wordsOf = (text: string): string[] => [...new Set(fold(text).split(/\s+/u).filter(Boolean))].slice(0, maxWords);

/** Keys of authors are `role|name`; those without a role hold each name once. */
const hasAuthor = (keys: Sql, word: string): Sql =>
  sql`exists (select 1 from unnest(${keys}) a(key) where a.key like ${`|%${literal(word)}%`})`;

/**
 * The word is part of a title of the book or its series, of somebody who made it, or of a tag or genre. What books say is
 * aggregated in their series, of which there are fewer: looking through these first costs a quarter (50,000 books).
 */
function holdsAnywhere(word: string): Sql {
  const part = `%${literal(word)}%`;
  return sql`(b.search_key like ${part}
    or b.series_id in (select s.id from series s where s.search_key like ${part}
      or exists (select 1 from unnest(s.genre_keys || s.tag_keys) g(key) where g.key like ${part}))
    or (b.series_id in (select s.id from series s where ${hasAuthor(constant('s.author_keys'), word)})
      and ${hasAuthor(constant('b.author_keys'), word)}))`;
}

/** The list of these books in the order of the shelf, titles that hold the whole text first. */
function anywhereQuery(viewer: Viewer, { text, ...query }: AnywhereQuery): ListQuery {
  const list = bookListQuery(viewer, query);
  const words = wordsOf(text);
  const whole = `%${literal(words.join(' '))}%`;
  const rank = words.length === 0 ? [] : [sql`case when b.search_key like ${whole} then 0 else 1 end`];
  return {
    ...list,
    conditions: [...list.conditions, allOf(words.map(holdsAnywhere))],
    order: {
      by: joined([...rank, constant('ss.title_sort'), constant('b.number_sort'), constant('b.id')], ', '),
      joins: sql`join series ss on ss.id = b.series_id`,
      sorted: true,
    },
  };
}

/**
 * Books for one line of text as search fields of reading apps send it: every word is found somewhere in title, series,
 * people or tags. Titles that hold the whole text come first, then the order of the shelf.
 */
export const findBooksAnywhere = (db: Database, viewer: Viewer, query: AnywhereQuery): Promise<SliceOf<BookView>> =>
  readBooks(db, anywhereQuery(viewer, query));

/** How many there are of them, by library and by how far the viewer is. */
export const countBooksAnywhere = (
  db: Database,
  viewer: Viewer,
  query: Omit<AnywhereQuery, 'slice' | 'total'>,
): Promise<BookCount[]> => countListed(db, viewer, anywhereQuery(viewer, { ...query, slice: everything }));
