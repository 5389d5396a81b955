import { distinct } from '../normalise';
import { canonicalWords, isCjk } from './canonical';
import type { Subject } from './subject';

/** A search that finds nothing costs the same as one that does: at most so many a subject (mangadex.md §7). */
const mostQueries = 5;
/** MangaDex looks for every word, so a long query finds no more than a short one. */
const longestQuery = 120;

const wordsOf = (title: string): string[] =>
  title
    .normalize('NFC')
    .replace(/['’‘`´]/gu, '’')
    .split(/[^\p{L}\p{N}\p{M}’ー]+/u)
    .map((word) => word.replaceAll('’', "'").replace(/^'+|'+$/gu, ''))
    .filter((word) => word !== '');

const query = (words: string[]) => words.join(' ').slice(0, longestQuery).trim();

/** `no`, `of`, `wo`: what is spelled or translated in many ways is left out. */
const telling = (words: string[]) => words.filter((word) => isCjk(word) || word.length > 3 || /\d/u.test(word));

/** `Protagonists`, `Protagonist's`: a word finds those that begin with it, so the shorter one finds both. */
const withoutEndingS = (words: string[]) =>
  words.map((word) => (word.length > 5 ? word.replace(/(?<=[^s])s$/iu, '') : word));

const macrons: Record<string, string> = { ā: 'aa', ī: 'ii', ū: 'uu', ē: 'ei', ō: 'ou', Ō: 'Ou', Ū: 'Uu' };
const spelledOut = (title: string) =>
  title.normalize('NFC').replace(/[āīūēōŌŪ]/gu, (letter) => macrons[letter] ?? letter);

/** `DragonBall`: nobody finds it by its first letters. */
const split = (title: string) => title.replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ');

const sides = (title: string): string[] =>
  title.split(/\s*[:：]\s+|\s+[-–—~～]\s+|[～―]/u).filter((side) => side.length > 3);

function longestWords(title: string): string[] {
  const words = wordsOf(title).filter((word) => word.length > 3);
  return words.toSorted((a, b) => b.length - a.length);
}

/**
 * What to search for, in this order, until something convinces. Every word of a query must begin a word of one title
 * (mangadex.md §5), so variants leave words out or spell them otherwise.
 */
export function queriesFor({ titles }: Subject): string[] {
  const [first, ...others] = titles;
  if (first === undefined) return [];
  const last = others.at(-1) ?? first;
  const [longest, second] = longestWords(last);
  const variants = [
    query(wordsOf(first)),
    ...others.map((title) => query(wordsOf(title))),
    query(withoutEndingS(telling(wordsOf(split(spelledOut(last)))))),
    query(telling(canonicalWords(last))),
    ...sides(last)
      .toReversed()
      .map((side) => query(telling(wordsOf(spelledOut(side))))),
    ...(longest && second ? [`${longest} ${second}`, longest, second] : []),
  ];
  return distinct(
    variants.filter((text) => text !== ''),
    (text) => text.toLowerCase(),
  ).slice(0, mostQueries);
}
