import { stripAccents } from './text';

const isDigit = (unit: number) => unit >= 48 && unit <= 57;

/** Lower case of one UTF-16 unit; a unit whose lower case is longer than one unit stays as it is. */
function lower(unit: number): number {
  if (unit < 128) return unit >= 65 && unit <= 90 ? unit + 32 : unit;
  const text = String.fromCharCode(unit).toLowerCase();
  return text.length === 1 ? text.charCodeAt(0) : unit;
}

function digitRun(text: string, from: number): { value: bigint; end: number } {
  let value = 0n;
  let end = from;
  for (; end < text.length && isDigit(text.charCodeAt(end)); end++) {
    value = BigInt.asUintN(64, value * 10n + BigInt(text.charCodeAt(end) - 48));
  }
  return { value, end };
}

/**
 * Komga's order of pages and books: digits before everything else, runs of digits by value (64 bit, leading zeros do
 * not count), case ignored, shorter first. Equal names (`p1`, `p01`) give 0, so sort stably.
 * `Intl.Collator({ numeric: true })` gives another order.
 */
export function compareNatural(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(j);
    if (isDigit(x) !== isDigit(y)) return isDigit(x) ? -1 : 1;
    if (!isDigit(x)) {
      const difference = lower(x) - lower(y);
      if (difference !== 0) return difference;
      i++;
      j++;
      continue;
    }
    const left = digitRun(a, i);
    const right = digitRun(b, j);
    if (left.value !== right.value) return left.value < right.value ? -1 : 1;
    i = left.end;
    j = right.end;
  }
  if (i < a.length) return 1;
  return j < b.length ? -1 : 0;
}

/** The key by which books of a series are compared: trimmed, without accents, white space collapsed. */
export function bookOrderKey(name: string): string {
  return stripAccents(name.trim()).replace(/\s+/gu, ' ');
}
