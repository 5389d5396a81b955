import { fold } from '../base/text';
import type { Database } from '../db/database';
import { nameAuthors, openNames } from './author-names';
import { titleHolds } from './full-text';
import { constant, joined, literal, readRows, sql, type Sql } from './sql';
import { isWithin, separators } from './text-query';

/** What the dictionaries know of a word, so that indexes by exact value find the rest. */
interface KnownWord {
  text: string;
  /** Folded tags and genres that hold it. */
  tags: string[];
  /** Keys of the authors whose names hold it; null: of too many. */
  authors: string[] | null;
}

/** Beyond that, comparing a book with all of them costs more than reading its names. */
const mostAuthors = 50;

/** One or two letters are a word of their own: within words they would be everywhere. */
const held = (word: string): RegExp | null =>
  isWithin(word) ? null : new RegExp(`(^|[${separators}])${word}($|[${separators}])`, 'u');

interface Entry {
  kind: 'tag' | 'author' | 'open';
  value: string;
}

/** Everything that a word may be, in one statement: tags and genres, the names that hold one of the words, names to fold. */
const dictionary = (words: readonly string[]): Sql => {
  const names = words.map((word) => {
    const pattern = held(word);
    const isHeld = pattern ? sql`n.key ~ ${pattern.source}` : sql`n.key like ${`%${literal(word)}%`}`;
    return sql`union all (select distinct 'author', n.key from author_name n where ${isHeld} limit ${mostAuthors + 1})`;
  });
  return sql`select 'tag' as kind, value from tally where scope = 0 and kind in ('genre', 'tag', 'book_tag')
    union select 'tag', value from tally_change where kind in ('genre', 'tag', 'book_tag')
    ${joined(names, ' ')}
    union all (select 'open', o.name from (${openNames}) o limit 1)`;
};

/** Looks the words up among the tags, genres and authors there are. */
export async function knownWords(db: Database, words: readonly string[]): Promise<KnownWord[]> {
  if (words.length === 0) return [];
  const entries = await readRows<Entry>(db, dictionary(words));
  if (entries.some(({ kind }) => kind === 'open')) {
    await nameAuthors(db);
    return knownWords(db, words);
  }
  const of = (wanted: Entry['kind']) => entries.filter(({ kind }) => kind === wanted).map(({ value }) => value);
  const [tags, names] = [[...new Set(of('tag').map(fold))], [...new Set(of('author'))]];
  return words.map((text) => {
    const pattern = held(text);
    const holds = (key: string) => (pattern ? pattern.test(key) : key.includes(text));
    const authors = names.filter(holds).map((name) => `|${name}`);
    return { text, tags: tags.filter(holds), authors: authors.length > mostAuthors ? null : authors };
  });
}

/** Keys of authors are `role|name`; those without a role hold each name once. */
const namesAuthor = (keys: Sql, text: string): Sql =>
  sql`exists (select 1 from unnest(${keys}) a(key) where a.key like ${`|%${literal(text)}%`})`;

/** What books say is aggregated in their series, of which there are fewer: names that are all over are looked for there first. */
const byAuthor = ({ text, authors }: KnownWord): Sql =>
  authors
    ? sql`b.author_keys && ${authors}::text[]`
    : sql`b.series_id in (select s.id from series s where ${namesAuthor(constant('s.author_keys'), text)})
        and ${namesAuthor(constant('b.author_keys'), text)}`;

/**
 * The word is part of a title of the book or its series, of somebody who made it, or of a tag or genre. Each by its own
 * index: one condition with `or` reads all books (250 ms of a million, for a word that is nowhere).
 */
export function holdsAnywhere(word: KnownWord): Sql {
  const { text, tags } = word;
  const series = [
    titleHolds(constant('s.search_key'), constant('s.words'), text),
    ...(tags.length > 0 ? [sql`s.genre_keys && ${tags}::text[]`, sql`s.tag_keys && ${tags}::text[]`] : []),
  ].map((condition) => sql`select b.id from series s join book b on b.series_id = s.id where ${condition}`);
  const books = [titleHolds(constant('b.search_key'), constant('b.words'), text), byAuthor(word)].map(
    (condition) => sql`select b.id from book b where ${condition}`,
  );
  return sql`b.id in (${joined([...books, ...series], ' union all ')})`;
}
