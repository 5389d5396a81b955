/** Removes combining marks after canonical decomposition: `é` becomes `e`. */
export function stripAccents(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '');
}

const expansions: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/** Katakana to hiragana, so that both spellings meet. */
function hiragana(text: string): string {
  return text.replace(/[\u30a1-\u30f6]/gu, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x60));
}

const isAscii = /^[\0-\x7f]*$/;

/**
 * The form in which texts are compared for equality and containment, in every script: full and half width unified,
 * lower case, no accents (nor voicing marks of kana), hiragana for katakana, `ß` as `ss`, `œ` as `oe`.
 * It is stored beside the text in `…_key` columns, because the folding of an external database is not ours to choose.
 */
export function fold(text: string): string {
  // most names and titles are plain, and a scan folds a dozen texts a book
  if (isAscii.test(text)) return text.toLowerCase();
  const plain = text.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '');
  return hiragana(plain.replace(/[ßæœøłđðþı]/gu, (letter) => expansions[letter] ?? letter));
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Rounds to one decimal, half to even, as Komga prints sizes. */
function oneDecimal(value: number): string {
  const tenths = value * 10;
  const floor = Math.floor(tenths);
  const rest = tenths - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  return (rounded / 10).toLocaleString('en-US', { maximumFractionDigits: 1 });
}

/** A size in binary units: `0 B`, `1,023 B`, `1.5 KiB`, `12.3 MiB`. */
export function humanSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${oneDecimal(value)} ${units[unit]}`;
}
