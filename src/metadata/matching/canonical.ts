/** Forms in which titles are compared. They are never shown. */

const symbols: Record<string, string> = {
  '×': 'x',
  '&': ' and ',
  '+': ' plus ',
  '½': ' 1 2 ',
  α: 'alpha',
  β: 'beta',
  γ: 'gamma',
  δ: 'delta',
  σ: 'sigma',
  ς: 'sigma',
  ω: 'omega',
  μ: 'mu',
};

const letters: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th' };

/** Of Latin letters only: without its mark ワ of ワンパンマン's パ would be another letter (mangadex.md §5.4). */
const withoutLatinMarks = (text: string) =>
  text
    .normalize('NFD')
    .replace(/(?<=[a-z]\p{M}*)\p{M}/gu, '')
    .normalize('NFC');

/** Long vowels are written in four ways: Kyōshitsu, Kyoushitsu, Kyooshitsu, Kyoshitsu; and Ohkubo. */
const withShortVowels = (word: string) =>
  word
    .replace(/o[ou]+/gu, 'o')
    .replace(/oh(?=[bcdfgjkmnprstvz])/gu, 'o')
    .replace(/uu+/gu, 'u')
    .replace(/aa+/gu, 'a')
    .replace(/ii+/gu, 'i');

/** Japanese particles by their spelling and by their sound; numbers in Roman letters. */
const words: Record<string, string> = {
  wo: 'o',
  ha: 'wa',
  ii: '2',
  iii: '3',
  iv: '4',
  vi: '6',
  vii: '7',
  viii: '8',
  vs: 'versus',
};

const articles = new Set(['the', 'a', 'an']);

function plainWords(text: string): string[] {
  const plain = text
    .replace(/½/gu, ' 1 2 ')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[×&+αβγδσςωμ]/gu, (symbol) => symbols[symbol] ?? symbol)
    .replace(/[ßæœøłđðþ]/gu, (letter) => letters[letter] ?? letter)
    .replace(/['’‘`´ʼ]/gu, '');
  return withoutLatinMarks(plain)
    .replace(/[^\p{L}\p{N}\p{M}ー]+/gu, ' ')
    .trim()
    .split(' ')
    .filter((word) => word !== '');
}

/** The words of a title as they are compared: case, width, accents, long vowels, punctuation and articles do not count. */
export function canonicalWords(title: string): string[] {
  const all = plainWords(title).map((word) => withShortVowels(words[word] ?? word));
  const some = all.filter((word) => !articles.has(word));
  return some.length === 0 ? all : some;
}

export const canonical = (title: string): string => canonicalWords(title).join(' ');

/** Without blanks: `Onepunch-Man`, `One-Punch Man`. */
export const compact = (title: string): string => canonicalWords(title).join('');

/** All digits of a title, in order: 20th and 21st, part 7 and part 8 must never meet. */
export const numbersIn = (title: string): string => (plainWords(title).join(' ').match(/\d+/gu) ?? []).join(' ');

export const isCjk = (text: string): boolean =>
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(text);

/** Typing errors between two texts: letters missing, added, wrong, or two that changed places (optimal alignment). */
export function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  let before: number[] = [];
  let previous = Array.from({ length: width }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j < width; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
