import { fold } from '../base/text';
import type { Database } from '../db/database';
import { holdsAnywhere, knownWords } from './anywhere-words';
import type { BookView } from './book-view';
import { countListed, type BookCount } from './count-books';
import { bookListQuery, readBooks, type BookQuery } from './find-books';
import type { ListQuery } from './list';
import { everything, type SliceOf } from './slice';
import { allOf, constant, joined, literal, sql } from './sql';
import type { Viewer } from './viewer';

export interface AnywhereQuery extends Omit<BookQuery, 'fullText' | 'sort'> {
  /** Words typed by a person; blank finds everything. */
  text: string;
}

const maxWords = 16;

const wordsOf = (text: string): string[] => [...new Set(fold(text).split(/\s+/u).filter(Boolean))].slice(0, maxWords);

/** The list of these books in the order of the shelf, titles that hold the whole text first. */
async function anywhereQuery(db: Database, viewer: Viewer, { text, ...query }: AnywhereQuery): Promise<ListQuery> {
  const list = bookListQuery(viewer, query);
  const words = wordsOf(text);
  const whole = `%${literal(words.join(' '))}%`;
  const rank = words.length === 0 ? [] : [sql`case when b.search_key like ${whole} then 0 else 1 end`];
  return {
    ...list,
    conditions: [...list.conditions, allOf((await knownWords(db, words)).map(holdsAnywhere))],
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
export async function findBooksAnywhere(
  db: Database,
  viewer: Viewer,
  query: AnywhereQuery,
): Promise<SliceOf<BookView>> {
  return readBooks(db, await anywhereQuery(db, viewer, query));
}

/** How many there are of them, by library and by how far the viewer is. */
export async function countBooksAnywhere(
  db: Database,
  viewer: Viewer,
  query: Omit<AnywhereQuery, 'slice' | 'total'>,
): Promise<BookCount[]> {
  return countListed(db, viewer, await anywhereQuery(db, viewer, { ...query, slice: everything }));
}
