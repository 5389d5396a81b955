import { fold } from '../base/text';
import type { Database } from '../db/database';
import { nameAuthors, openNames } from './author-names';
import { titleHolds } from './full-text';
import { anyOf, constant, joined, literal, readRows, sql, type Sql } from './sql';
import { isWithin, separators } from './text-query';

/** What the dictionaries know of a word, so that indexes by exact value find the rest. */
export interface KnownWord {
  text: string;
  /** Folded tags and genres that hold it. */
  tags: string[];
  /** Keys of the authors whose names hold it; null: of too many. */
  authors: string[] | null;
}

/** So many an index finds one by one (5 ms). */
const mostAuthors = 500;
/** A row that is compared with more values than this is better searched as text: Postgres compares each with each. */
const mostCompared = 20;

/** One or two letters are a word of their own: within words they would be everywhere. */
const held = (word: string): string | null => (isWithin(word) ? null : `(^|[${separators}])${word}($|[${separators}])`);

/** A text, or several one a line, holds the word. */
const textHolds = (text: Sql, word: string): Sql => {
  const pattern = held(word);
  return pattern === null ? sql`${text} like ${`%${literal(word)}%`}` : sql`${text} ~ ${pattern}`;
};

interface Entry {
  kind: 'tag' | 'author' | 'open';
  value: string;
}

/** Everything that a word may be, in one statement: tags and genres, the names that hold one of the words, names to fold. */
const dictionary = (words: readonly string[]): Sql => {
  const names = words.map(
    (word) => sql`union all
      (select distinct 'author', n.key from author_name n where ${textHolds(constant('n.key'), word)} limit ${mostAuthors + 1})`,
  );
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
    const holds = pattern === null ? (key: string) => key.includes(text) : holding(new RegExp(pattern, 'u'));
    const authors = names.filter(holds).map((name) => `|${name}`);
    return { text, tags: tags.filter(holds), authors: authors.length > mostAuthors ? null : authors };
  });
}

const holding = (pattern: RegExp) => (key: string) => pattern.test(key);

const bookTitle = ({ text }: KnownWord): Sql => titleHolds(constant('b.search_key'), constant('b.words'), text);
const seriesTitle = ({ text }: KnownWord): Sql => titleHolds(constant('s.search_key'), constant('s.words'), text);

const anyTag = (column: string, tags: readonly string[]): Sql => sql`${constant(column)} && ${tags}::text[]`;

/** Keys of authors are `role|name`; those without a role hold each name once. */
const isName = sql`starts_with(a.key, '|')`;

/** A word is in so many names that each has to be read. */
const isReadByName = ({ authors }: KnownWord): boolean => authors === null || authors.length > mostCompared;

const namesAuthor = (keys: Sql, { text }: KnownWord): Sql =>
  sql`exists (select 1 from unnest(${keys}) a(key) where ${isName} and ${textHolds(sql`substr(a.key, 2)`, text)})`;

/** What books say is aggregated in their series, of which there are fewer: names that are all over are looked for there first. */
const byAuthor = (word: KnownWord): Sql =>
  word.authors
    ? sql`b.author_keys && ${word.authors}::text[]`
    : sql`b.series_id in (select s.id from series s where ${namesAuthor(constant('s.author_keys'), word)})
        and ${namesAuthor(constant('b.author_keys'), word)}`;

/**
 * The word is part of a title of `book b` or its series, of somebody who made it, or of a tag or genre. Each by its own
 * index: one condition with `or` reads all books (250 ms of a million, for a word that is nowhere).
 */
export function holdsByIndex(word: KnownWord): Sql {
  const { tags } = word;
  const series = [
    seriesTitle(word),
    ...(tags.length > 0 ? [anyTag('s.genre_keys', tags), anyTag('s.tag_keys', tags)] : []),
  ].map((condition) => sql`select b.id from series s join book b on b.series_id = s.id where ${condition}`);
  const books = [bookTitle(word), byAuthor(word)].map((condition) => sql`select b.id from book b where ${condition}`);
  return sql`b.id in (${joined([...books, ...series], ' union all ')})`;
}

/** What `series s` says for all its books: title, tags and genres hold the word. */
export function seriesHolds(word: KnownWord): Sql {
  const { tags, text } = word;
  const inTags = ['s.genre_keys', 's.tag_keys'].map((column) =>
    tags.length > mostCompared
      ? textHolds(sql`array_to_string(${constant(column)}, ${'\n'})`, text)
      : anyTag(column, tags),
  );
  return anyOf([seriesTitle(word), ...(tags.length > 0 ? inTags : [])]) ?? sql`false`;
}

/** What `book b` says itself: its title or somebody who made it. */
export const bookHolds = (word: KnownWord): Sql =>
  sql`(${bookTitle(word)} or ${
    isReadByName(word) ? namesAuthor(constant('b.author_keys'), word) : sql`b.author_keys && ${word.authors}::text[]`
  })`;

/**
 * What all series say of the words, once for each and not once for each book: `w0` the series holds it, `some0` one of its
 * authors does, `every0` all of them. Most series have the same authors in all books, whose names need not be read then.
 */
export function seriesFlags(words: readonly KnownWord[]): { columns: Sql; joins: Sql } {
  const columns = words.flatMap((word, index) => [
    sql`, ${seriesHolds(word)} as ${constant(`w${index}`)}`,
    ...(isReadByName(word) ? [constant(`, names.some${index}, names.every${index}`)] : []),
  ]);
  const names = words.flatMap((word, index) => {
    const isHeld = textHolds(sql`substr(a.key, 2)`, word.text);
    const [some, every] = [constant(`some${index}`), constant(`every${index}`)];
    return isReadByName(word) ? [sql`bool_or(${isHeld}) as ${some}, bool_and(${isHeld}) as ${every}`] : [];
  });
  const joins =
    names.length === 0
      ? sql``
      : sql`left join lateral (select ${joined(names, ', ')} from unnest(s.author_keys) a(key) where ${isName}) names on true`;
  return { columns: joined(columns, ''), joins };
}

/** `book b` holds the word, by the flags of its series `ss`. */
export function holdsByFlags(word: KnownWord, index: number): Sql {
  const flag = (name: string) => constant(`ss.${name}${index}`);
  const byName = sql`(${flag('some')} and b.author_keys <> '{}'
    and (${flag('every')} or ${namesAuthor(constant('b.author_keys'), word)}))`;
  const author = isReadByName(word) ? byName : sql`b.author_keys && ${word.authors}::text[]`;
  return sql`(${flag('w')} or ${bookTitle(word)} or ${author})`;
}
