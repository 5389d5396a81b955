import { fold } from '../base/text';

/**
 * What a person typed into a search box, in the syntax of Komga's queries as far as it helps (komga-rest.md §7.3), read
 * without ever failing: what is not well-formed is taken for plain words.
 */
export type TextQuery =
  | { kind: 'words'; field: string | null; words: Word[] }
  | { kind: 'phrase'; field: string | null; words: string[] }
  | { kind: 'range'; field: string; from: string | null; to: string | null }
  /** Signs only (`!!!`, `★`): looked for as they are. */
  | { kind: 'signs'; text: string }
  | { kind: 'all'; parts: TextQuery[] }
  | { kind: 'any'; parts: TextQuery[] }
  | { kind: 'not'; part: TextQuery };

export interface Word {
  /** Folded. */
  text: string;
  /** May hold `*` and `?` as wildcards. */
  wild: boolean;
  /** A prefix (`bat*`): also a short one matches within words. */
  anywhere: boolean;
  /** Similar words will do (`batmna~`). */
  fuzzy: boolean;
}

/**
 * Everything that separates words, as the inside of a character class that JavaScript and Postgres read alike (their
 * own classes differ, and Postgres' depend on the locale). `_` joins; so do ー and 々, which belong to words.
 */
export const separators = String.raw`\u0001-\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30fb\ufe10-\ufe6f\uff01-\uff0f`;
const separatorRun = new RegExp(`[${separators}]+`, 'u');

/** Folded words of a text. */
export const wordsOf = (text: string): string[] =>
  fold(text)
    .split(separatorRun)
    .filter((word) => word !== '');

/**
 * Letters of scripts without spaces between words, and of Hangul, which is folded to its letters: any part of a text may
 * be meant. As a character class for JavaScript and Postgres, like `separators`.
 */
export const unspaced = String.raw`\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3100-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff`;
const unspacedLetter = new RegExp(`[${unspaced}]`, 'u');

/** The letters of a word that are stored beside the words of a title, where an index finds them. */
export const unspacedLetters = (word: string): string[] =>
  [...new Set(word)].filter((letter) => unspacedLetter.test(letter));

/** Words of one or two letters would match everywhere, so they must match a whole word. */
export const isPartial = (word: string): boolean => unspacedLetter.test(word) || [...word].length > 2;

/** The same of anything between two blanks; what is not only letters is taken as it is. */
export const isWithin = (word: string): boolean => isPartial(word) || wordsOf(word).join('') !== word;

const longestText = 2_000;
const mostTerms = 100;
const deepest = 50;

class NotWellFormed extends Error {}

/** What a name before a colon means: a field of the index, perhaps the role of an author, or a word of the title. */
export type NameKind = 'field' | 'role' | 'word';

/** null for a text that asks for nothing. */
export function parseTextQuery(text: string, kindOf: (name: string) => NameKind): TextQuery | null {
  const cut = text.slice(0, longestText).trim();
  if (cut === '') return null;
  const signs: TextQuery = { kind: 'signs', text: fold(cut) };
  try {
    return new Parser(tokensOf(cut), kindOf).parse() ?? signs;
  } catch (error) {
    if (!(error instanceof NotWellFormed)) throw error;
    const words = wordsOf(cut).slice(0, mostTerms).map(plainWord);
    return words.length > 0 ? { kind: 'words', field: null, words } : signs;
  }
}

const plainWord = (text: string): Word => ({ text, wild: false, anywhere: false, fuzzy: false });

type Token =
  | { type: '(' | ')' | 'and' | 'or' | 'not' }
  | { type: 'phrase'; text: string }
  | { type: 'range'; from: string; to: string }
  | { type: 'field'; name: string }
  | { type: 'term'; text: string };

const patterns = [
  ['space', /\s+/uy],
  ['(', /\(/uy],
  [')', /\)/uy],
  ['and', /(?:AND|&&)(?=[\s()"]|$)/uy],
  ['or', /(?:OR|\|\|)(?=[\s()"]|$)/uy],
  // a sign alone is punctuation: "Spider-Man - Blue"; and so is a pair of them: "Tsubasa -RESERVoir CHRoNiCLE-"
  ['not', /NOT(?=[\s("])|([-!])(?=[^\s)])(?!.*[^\s-]\1(?:\s|$))/uy],
  ['plus', /\+(?=[^\s)])/uy],
  ['phrase', /"((?:[^"\\]|\\.)*)"(?:~\d*)?(?:\^[\d.]+)?/uy],
  ['field', /([\p{L}_][\p{L}\p{N}_]*):(?=[^\s)])/uy],
  ['term', /(?:\\.|[^\s()"\\])+/uy],
] as const;
const range = /[[{]\s*(\S+)\s+TO\s+([^\s\]}]+)\s*[\]}]/uy;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function nextToken(text: string, at: number, before: Token | undefined): { token: Token | null; end: number } {
  if (before?.type === 'field') {
    const found = matchAt(range, text, at);
    if (found) return { token: { type: 'range', from: found[1] ?? '', to: found[2] ?? '' }, end: at + found[0].length };
  }
  for (const [type, pattern] of patterns) {
    const found = matchAt(pattern, text, at);
    if (!found) continue;
    const end = at + found[0].length;
    if (type === 'space' || type === 'plus') return { token: null, end };
    if (type === 'phrase') return { token: { type, text: unescaped(found[1] ?? '') }, end };
    if (type === 'field') return { token: { type, name: found[1] ?? '' }, end };
    return { token: type === 'term' ? { type, text: found[0] } : { type }, end };
  }
  // a quote without its partner
  throw new NotWellFormed();
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const { token, end } = nextToken(text, at, tokens.at(-1));
    if (token) tokens.push(token);
    at = end;
  }
  return tokens;
}

const unescaped = (text: string): string => text.replace(/\\(.)/gu, '$1');

/** A term with its escapes, wildcards, and marks of likeness (`~`) and weight (`^2`, which is dropped). */
function wordsOfTerm(term: string): Word[] {
  const plain = term.replace(/(?:~[\d.]*|\^[\d.]+)+$/u, '');
  const fuzzy = term.slice(plain.length).includes('~');
  // escaped wildcards are letters like any other, and separate words like any other sign
  const [star, mark] = ['\ue000', '\ue001'];
  const marked = plain.replace(/\\(.)|([*?])/gu, (_, escaped: string | undefined, wildcard: string | undefined) =>
    wildcard === undefined ? (escaped ?? '') : wildcard === '*' ? star : mark,
  );
  return wordsOf(marked).flatMap((piece) => {
    const text = piece
      .replace(/^[\ue000\ue001]+|[\ue000\ue001]+$/gu, '')
      .replaceAll(star, '*')
      .replaceAll(mark, '?');
    return text === '' ? [] : [{ text, wild: /[*?]/u.test(text), anywhere: piece.endsWith(star), fuzzy }];
  });
}

/** Thirteen digits with hyphens are an ISBN, not five numbers. */
const hyphenatedIsbn = /^[\d-]{14,17}$/u;

class Parser {
  private at = 0;
  private terms = 0;
  private depth = 0;

  constructor(
    private readonly tokens: Token[],
    private readonly kindOf: (name: string) => NameKind,
  ) {}

  parse(): TextQuery | null {
    const query = this.any(null);
    if (this.at < this.tokens.length) throw new NotWellFormed();
    return query;
  }

  private take(type: Token['type']): boolean {
    if (this.tokens[this.at]?.type !== type) return false;
    this.at++;
    return true;
  }

  private any(field: string | null): TextQuery | null {
    const parts = [this.all(field)];
    while (this.take('or')) parts.push(this.all(field));
    return joined('any', parts);
  }

  private all(field: string | null): TextQuery | null {
    const parts: (TextQuery | null)[] = [];
    for (;;) {
      const type = this.tokens[this.at]?.type;
      if (type === undefined || type === ')' || type === 'or') return joined('all', parts);
      if (this.take('and')) continue;
      const part = this.one(field);
      if (++this.terms <= mostTerms) parts.push(part);
    }
  }

  private one(field: string | null): TextQuery | null {
    if (this.take('not')) {
      const part = this.tokens[this.at] === undefined ? null : this.one(field);
      return part && { kind: 'not', part };
    }
    const token = this.tokens[this.at++];
    if (token?.type === '(') return this.group(field);
    if (token?.type === 'field') return this.named(token.name, field);
    if (token?.type === 'phrase') return phrase(field, token.text);
    if (token?.type === 'term') return words(field, token.text);
    throw new NotWellFormed();
  }

  private group(field: string | null): TextQuery | null {
    if (++this.depth > deepest) throw new NotWellFormed();
    const query = this.any(field);
    if (!this.take(')')) throw new NotWellFormed();
    this.depth--;
    return query;
  }

  /**
   * `name:…`. Which roles there are only the data knows, so `storyboard:bob` is asked as a role and as two words; a name
   * that is neither is a word of the title (`Re:Zero`).
   */
  private named(name: string, field: string | null): TextQuery | null {
    const start = this.at;
    const next = this.tokens[start];
    const kind = this.kindOf(name);
    if (kind === 'field') return this.inField(name);
    const asWords = joined('all', [words(field, name), next === undefined ? null : this.one(field)]);
    if (kind === 'word' || (next?.type !== 'term' && next?.type !== 'phrase')) return asWords;
    this.at = start;
    return joined('any', [this.one(name), asWords]);
  }

  private inField(name: string): TextQuery | null {
    const next = this.tokens[this.at];
    if (next?.type !== 'range') return next === undefined ? null : this.one(name);
    this.at++;
    const end = (text: string) => (text === '*' ? null : fold(text));
    return { kind: 'range', field: name, from: end(next.from), to: end(next.to) };
  }
}

function joined(kind: 'all' | 'any', parts: (TextQuery | null)[]): TextQuery | null {
  const present = parts.filter((part) => part !== null);
  return present.length <= 1 ? (present[0] ?? null) : { kind, parts: present };
}

function words(field: string | null, term: string): TextQuery | null {
  const found = wordsOfTerm(hyphenatedIsbn.test(term) ? term.replaceAll('-', '') : term);
  return found.length > 0 ? { kind: 'words', field, words: found } : null;
}

function phrase(field: string | null, text: string): TextQuery | null {
  const found = wordsOf(text);
  return found.length > 0 ? { kind: 'phrase', field, words: found } : null;
}

/** The words that a title should hold, for ranking: all that are not denied and not of another field. */
export function wantedWords(query: TextQuery): string[] {
  if (query.kind === 'all' || query.kind === 'any') return query.parts.flatMap(wantedWords);
  if (query.kind === 'words' && isTitle(query.field)) return query.words.map((word) => word.text);
  if (query.kind === 'phrase' && isTitle(query.field)) return query.words;
  return [];
}

/** The words (and phrases) of a text that asks for nothing but words of titles; null for one that denies or chooses. */
export function plainWords(query: TextQuery): string[] | null {
  if (query.kind === 'all') {
    const parts = query.parts.map(plainWords);
    return parts.some((words) => words === null) ? null : parts.flatMap((words) => words ?? []);
  }
  if (query.kind === 'phrase' && query.field === null) return [query.words.join(' ')];
  if (query.kind !== 'words' || query.field !== null) return null;
  return query.words.some(({ wild }) => wild) ? null : query.words.map(({ text }) => text);
}

const isTitle = (field: string | null) => field === null || field === 'title';
