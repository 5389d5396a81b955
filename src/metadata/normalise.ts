import type { Author, Link } from './types';

/** Each value once, in the order of its first appearance. */
export function distinct<T>(values: Iterable<T>, key: (value: T) => unknown = (value) => value): T[] {
  const seen = new Map<unknown, T>();
  for (const value of values) if (!seen.has(key(value))) seen.set(key(value), value);
  return [...seen.values()];
}

export const trimToNull = (text: string | null | undefined): string | null => text?.trim() || null;

/** The items of a comma-separated list, trimmed, without blanks. */
export const splitCommas = (text: string | null): string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Tags, genres and sharing labels as they are stored: lower case, trimmed, no blanks, each once. */
export const normaliseTags = (tags: readonly string[]): string[] =>
  distinct(tags.map((tag) => tag.trim().toLowerCase()).filter((tag) => tag !== ''));

/** Names trimmed, roles trimmed and lower case; nobody without a name, nobody twice in one role. */
export function normaliseAuthors(authors: readonly Author[]): Author[] {
  const clean = authors.map(({ name, role }) => ({ name: name.trim(), role: role.trim().toLowerCase() }));
  return distinct(
    clean.filter(({ name }) => name !== ''),
    ({ name, role }) => `${role}\n${name}`,
  );
}

const languageNames = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });

/** The canonical BCP 47 tag (`fra` → `fr`, `en-us` → `en-US`), or null when it is none or its language is unknown. */
export function normaliseLanguage(tag: string): string | null {
  try {
    const canonical = Intl.getCanonicalLocales(tag)[0] ?? '';
    const language = canonical.split('-')[0] ?? '';
    return languageNames.of(language) === undefined ? null : canonical;
  } catch {
    return null;
  }
}

const weightedSum = (digits: string, weight: (index: number) => number) =>
  [...digits].reduce((sum, digit, index) => sum + (digit === 'X' ? 10 : Number(digit)) * weight(index), 0);

const isIsbn13 = (digits: string) =>
  /^97[89]\d{10}$/u.test(digits) && weightedSum(digits, (index) => (index % 2 === 0 ? 1 : 3)) % 10 === 0;

const isIsbn10 = (digits: string) =>
  /^\d{9}[\dX]$/u.test(digits) && weightedSum(digits, (index) => 10 - index) % 11 === 0;

function isbn13From10(digits: string): string {
  const body = `978${digits.slice(0, 9)}`;
  const sum = weightedSum(body, (index) => (index % 2 === 0 ? 1 : 3));
  return `${body}${(10 - (sum % 10)) % 10}`;
}

/** The 13 digits of a valid ISBN-13 or ISBN-10, hyphens and spaces ignored; else null. */
export function normaliseIsbn(text: string): string | null {
  const digits = text.replace(/[\s\u2010-\u2015-]/gu, '').toUpperCase();
  if (isIsbn13(digits)) return digits;
  return isIsbn10(digits) ? isbn13From10(digits) : null;
}

/** What Komga's PATCH takes for an ISBN: 13 digits after everything else is dropped; an ISBN-10 is refused. */
export function normaliseIsbn13(text: string): string | null {
  const digits = text.replace(/\D/gu, '');
  return isIsbn13(digits) ? digits : null;
}

/** Absolute and safe to put into a page: http or https with a host, nothing that runs. */
export const isAbsoluteUrl = (text: string): boolean =>
  /^https?:\/\/[^\s/?#]/iu.test(text) && !/\s/u.test(text) && URL.canParse(text);

/** Links out of a text of addresses apart by white space; the host is the label, what is no address is passed over. */
export const linksFromText = (text: string | null): Link[] =>
  distinct((text ?? '').split(/\s+/u).filter(isAbsoluteUrl)).map((url) => ({ label: new URL(url).hostname, url }));

/**
 * The value by which a number sorts: plain decimals only. What Java would take beyond that (`NaN`, `0x1p3`, `1e39`, `3f`)
 * stays text, and so do `½` and `1/2`; Komga's clients read a 32 bit float.
 */
export function parseNumberSort(text: string): number | null {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)$/u.test(text.trim())) return null;
  const value = Number(text);
  return Number.isFinite(Math.fround(value)) ? value : null;
}

const isWithin = (value: number | null, low: number, high: number): value is number =>
  value !== null && value >= low && value <= high;

/**
 * A date of parts that may be missing or wrong. A month that does not exist counts as missing and takes the day with it;
 * a day past the end of its month is clipped (30 February); without a year there is no date.
 */
export function dateOfParts(year: number | null, month: number | null, day: number | null): string | null {
  if (!isWithin(year, 1, 9999)) return null;
  if (!isWithin(month, 1, 12)) return isoDate(year, 1, 1);
  const lastDay = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return isoDate(year, month, isWithin(day, 1, 31) ? Math.min(day, lastDay) : 1);
}

const isoDate = (year: number, month: number, day: number) =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;

/** The value, or null for an empty list: a source with nothing to say replaces nothing. */
export const listOrNull = <T>(list: T[]): T[] | null => (list.length === 0 ? null : list);
