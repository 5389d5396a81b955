import { fold } from '../base/text';
import { allOf, anyOf, constant, literal, not, sql, type Sql } from './sql';
import {
  isPartial,
  isWithin,
  parseTextQuery,
  plainWords,
  separators,
  unspacedLetters,
  wantedWords,
  type TextQuery,
  type Word,
} from './text-query';

/** Search in words typed by a person (komga-rest.md §7): which rows, and how well they fit. */
export interface FullText {
  where: Sql;
  /** Best first, ascending. */
  rank: readonly Sql[];
}

type FieldQuery = Extract<TextQuery, { kind: 'words' | 'phrase' | 'range' }>;
/** How a field is asked. */
type Field = (query: FieldQuery) => Sql;

interface Subject {
  /** What is searched when no field is named: one line a title, folded; and its words where they are stored. */
  titles: { lines: Sql; words: Sql | null };
  /** For ranking. */
  title: Sql;
  exact: readonly Sql[];
  fields: ReadonlyMap<string, Field>;
  /** Keys of the authors, where a field may be the role of one. */
  authors: Sql | null;
}

const never = sql`false`;
const like = (column: Sql, pattern: string): Sql => sql`${column} like ${`%${pattern}%`}`;

const wildcards: Record<string, string> = { '*': `[^${separators}]*`, '?': `[^${separators}]` };

function holdsWord(column: Sql, words: Sql | null, word: Word): Sql {
  // words hold no sign that a regular expression would take for its own
  if (word.wild) return sql`${column} ~ ${word.text.replace(/[*?]/gu, (sign) => wildcards[sign] ?? '')}`;
  // by common triples of letters: one letter wrong, missing or too many in a word of five
  if (word.fuzzy) return sql`word_similarity(${word.text}, ${column}) >= 0.5`;
  const letters = words ? unspacedLetters(word.text) : [];
  if (words && letters.length > 0) {
    const held = sql`${words} @> ${letters}::text[]`;
    if (word.text === letters[0]) return held;
    // two characters are too few for the trigram index, which would be read as a whole (120 ms for 100,000 series)
    const text = [...word.text].length < 3 ? sql`(${column} || '')` : column;
    return sql`(${held} and ${like(text, literal(word.text))})`;
  }
  if (word.anywhere || isPartial(word.text)) return like(column, literal(word.text));
  if (words) return sql`${words} @> ${[word.text]}::text[]`;
  return sql`${column} ~ ${`(^|[${separators}])${word.text}($|[${separators}])`}`;
}

/** A title holds a word as somebody typed it, without a syntax. */
export const titleHolds = (lines: Sql, words: Sql, text: string): Sql =>
  holdsWord(lines, words, { text, wild: false, anywhere: isWithin(text), fuzzy: false });

/** A line break separates titles: a phrase does not reach over it. */
const withinLine = separators.replace(String.raw`\u0001-\u002f`, String.raw`\u0001-\u0009\u000b-\u002f`);

/** Words in this order; it may begin and end within words, unless these are so short that they would be everywhere. */
function holdsPhrase(column: Sql, words: readonly string[]): Sql {
  const [first = '', last = ''] = [words[0], words.at(-1)];
  const begin = isPartial(first) ? '' : `(^|[${separators}])`;
  const end = isPartial(last) ? '' : `($|[${separators}])`;
  // the words in this order, whatever is between: found by the trigram index, and cheap where there is none
  const inOrder = like(column, words.map(literal).join('%'));
  return sql`(${inOrder} and ${column} ~ ${begin + words.join(`[${withinLine}]+`) + end})`;
}

function holds(column: Sql, words: Sql | null, query: FieldQuery): Sql {
  if (query.kind === 'phrase') return holdsPhrase(column, query.words);
  if (query.kind === 'words') return allOf(query.words.map((word) => holdsWord(column, words, word))) ?? never;
  const { from, to } = query;
  return (
    allOf([from === null ? null : sql`${column} >= ${from}`, to === null ? null : sql`${column} <= ${to}`]) ??
    sql`${column} <> ''`
  );
}

const textField =
  (column: Sql): Field =>
  (query) =>
    holds(column, null, query);

/** Values one a line: ten times as fast as looking at each (66 ms for 10,000 series), and what Komga's index does. */
const lines = (values: Sql): Sql => sql`array_to_string(${values}, ${'\n'})`;

const listField = (values: Sql): Field => textField(lines(values));

const numberOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;

/** Equal or in a range; text that is no number is found nowhere. */
function numberField(column: Sql): Field {
  return (query) => {
    if (query.kind === 'range') {
      const [from, to] = [numberOf(query.from ?? '0'), numberOf(query.to ?? '999999999')];
      return from === null || to === null ? never : sql`coalesce(${column} between ${from} and ${to}, false)`;
    }
    const [word] = query.words;
    const value = numberOf(typeof word === 'string' ? word : word?.text);
    return value === null || query.words.length > 1 ? never : sql`${column} is not distinct from ${value}`;
  };
}

/** Keys are `role|name`; those without a role hold each name once. First all keys at once, which is fast, then each. */
const authorField = (keys: Sql, role = ''): Field => {
  const key = `${role.toLowerCase()}|`;
  return (query) => sql`(${holds(lines(keys), null, query)} and exists (select 1 from unnest(${keys}) as a(key)
    where starts_with(a.key, ${key}) and ${holds(sql`substr(a.key, ${key.length + 1})`, null, query)}))`;
};

const truth = (condition: Sql): Field => textField(sql`coalesce((${condition})::text, '')`);
const s = (name: string): Sql => constant(`s.${name}`);
const b = (name: string): Sql => constant(`b.${name}`);

/** Fields that a one-shot book shares with its series. */
const bookAndSeries: Record<string, Field> = {
  publisher: textField(s('publisher_key')),
  reading_direction: textField(sql`coalesce(lower(s.reading_direction), '')`),
  age_rating: numberField(s('age_rating')),
  language: textField(sql`lower(s.language)`),
  genre: listField(s('genre_keys')),
  sharing_label: listField(s('sharing_label_keys')),
};
const seriesStatus = textField(sql`lower(s.status)`);

const year = (date: Sql): Field => numberField(sql`extract(year from ${date})::integer`);

const seriesSubject: Subject = {
  titles: { lines: s('search_key'), words: s('words') },
  title: s('title_key'),
  exact: [s('title_key'), s('title_sort_key')],
  authors: s('author_keys'),
  fields: new Map<string, Field>([
    ...Object.entries(bookAndSeries),
    ['status', seriesStatus],
    ['tag', listField(s('tag_keys'))],
    ['series_tag', listField(s('tags'))],
    ['book_tag', listField(s('books_tags'))],
    ['author', authorField(s('author_keys'))],
    ['release_date', year(s('books_release_date'))],
    ['total_book_count', numberField(s('total_book_count'))],
    ['book_count', numberField(s('book_count'))],
    ['deleted', truth(sql`s.deleted_at is not null`)],
    ['oneshot', truth(s('oneshot'))],
    ['complete', truth(sql`s.total_book_count = s.book_count`)],
  ]),
};

const ofOneshot =
  (field: Field): Field =>
  (query) =>
    sql`(b.oneshot and exists (select 1 from series s where s.id = b.series_id and ${field(query)}))`;

const mediaStatus = textField(sql`lower(b.media_status)`);

const bookSubject: Subject = {
  titles: { lines: b('search_key'), words: b('words') },
  title: b('title_key'),
  exact: [b('title_key')],
  authors: b('author_keys'),
  fields: new Map<string, Field>([
    ...Object.entries(bookAndSeries).map(([name, field]): [string, Field] => [name, ofOneshot(field)]),
    ['status', (query) => sql`(${mediaStatus(query)} or ${ofOneshot(seriesStatus)(query)})`],
    ['isbn', textField(b('isbn'))],
    ['tag', listField(b('tag_keys'))],
    ['author', authorField(b('author_keys'))],
    ['release_date', year(b('release_date'))],
    ['deleted', truth(sql`b.deleted_at is not null`)],
    ['oneshot', truth(b('oneshot'))],
    ['complete', truth(sql`b.oneshot or null`)],
  ]),
};

const nameSubject: Subject = {
  titles: { lines: constant('c.name_key'), words: null },
  title: constant('c.name_key'),
  exact: [constant('c.name_key')],
  authors: null,
  fields: new Map([['name', textField(constant('c.name_key'))]]),
};

function compile(query: TextQuery, subject: Subject): Sql {
  const { lines, words } = subject.titles;
  if (query.kind === 'signs') return like(lines, literal(query.text));
  if (query.kind === 'not') return not(compile(query.part, subject));
  if (query.kind === 'all') return allOf(query.parts.map((part) => compile(part, subject))) ?? sql`true`;
  if (query.kind === 'any') return anyOf(query.parts.map((part) => compile(part, subject))) ?? sql`true`;
  if (query.field === null || query.field === 'title') return holds(lines, words, query);
  const field = subject.fields.get(query.field);
  if (field) return field(query);
  return subject.authors ? authorField(subject.authors, query.field)(query) : never;
}

/** The title itself, then titles with these whole words, then those that begin so, then any; short before long. */
function rankOf(query: TextQuery, text: string, { titles, title, exact }: Subject): Sql[] {
  const words = [...new Set(wantedWords(query))];
  if (words.length === 0) return [title];
  const whole = words.join(' ');
  const isExact = anyOf(exact.flatMap((column) => [sql`${column} = ${text}`, sql`${column} = ${whole}`])) ?? never;
  const allWhole = titles.words ?? sql`string_to_array(${titles.lines}, ' ')`;
  const step = sql`case when ${isExact} then 0 when ${allWhole} @> ${words}::text[] then 1
    when ${title} like ${`${literal(whole)}%`} then 2 else 3 end`;
  return [step, sql`length(${title})`, title];
}

function fullText(text: string | null | undefined, subject: Subject): FullText | null {
  const kindOf = (name: string) => {
    if (name === 'title' || subject.fields.has(name)) return 'field';
    return subject.authors ? 'role' : 'word';
  };
  const query = parseTextQuery(text ?? '', kindOf);
  return query && { where: compile(query, subject), rank: rankOf(query, fold((text ?? '').trim()), subject) };
}

/** Three letters are the least that an index of triples finds, and that mean something in the middle of a title. */
const isLooked = (word: string): boolean => [...word].length > 2;

const holdsLoosely = (pattern: Sql): Sql => sql`loose_title(s.search_key) like ${pattern}`;
/** `_` is a letter of words, and a wildcard of LIKE. */
const anywhereIn = (text: string): Sql => sql`'%' || replace(loose_form(${text}), '_', ${String.raw`\_`}) || '%'`;

/**
 * Over `series s`: for words that no title holds as they were typed. Blanks, hyphens, apostrophes and long vowels are passed over,
 * and one romanisation is as good as another (`shojo` finds "Shōjo" and "Shoujo", `onepiece` "One Piece"). null for a text with
 * syntax, which means what it says.
 */
export function looseSeriesText(text: string | null | undefined): FullText | null {
  const query = parseTextQuery(text ?? '', () => 'word');
  const words = (query && plainWords(query)) ?? [];
  const where = allOf(words.filter(isLooked).map((word) => holdsLoosely(anywhereIn(word))));
  if (where === null) return null;
  const isWhole = holdsLoosely(anywhereIn(words.join(' ')));
  return { where, rank: [sql`case when ${isWhole} then 0 else 1 end`, sql`length(s.title_key)`, s('title_key')] };
}

/** Over `series s`; null for a blank text. */
export const seriesText = (text: string | null | undefined): FullText | null => fullText(text, seriesSubject);

/** Over `book b`. */
export const bookText = (text: string | null | undefined): FullText | null => fullText(text, bookSubject);

/** Over the name of a collection or read list, `c`. */
export const nameText = (text: string | null | undefined): FullText | null => fullText(text, nameSubject);
