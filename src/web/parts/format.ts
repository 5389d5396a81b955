import type { Author, Book, Series } from '../api/types';

/** Value and text of what can be chosen. */
export type Option = [value: string, text: string];

export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** How much of a book is read, 0 to 1; null when it was never opened. */
export function readShare(book: Pick<Book, 'readProgress' | 'media'>): number | null {
  const { readProgress: progress, media } = book;
  if (progress === null) return null;
  if (progress.completed) return 1;
  return media.pagesCount > 0 ? Math.min(1, progress.page / media.pagesCount) : 0;
}

/** "Page 12 of 40", "Read", "40 pages". */
export function readText(book: Pick<Book, 'readProgress' | 'media'>): string {
  const { readProgress: progress, media } = book;
  if (progress?.completed) return 'Read';
  if (progress) return `Page ${progress.page} of ${media.pagesCount}`;
  return media.pagesCount > 0 ? counted(media.pagesCount, 'page') : 'Not opened yet';
}

/** "#3 – Into the woods", without saying the number twice when the title is the number or holds it already. */
export function bookTitle(book: { metadata: Pick<Book['metadata'], 'title' | 'number'>; oneshot: boolean }): string {
  const { title, number } = book.metadata;
  if (book.oneshot || number === '' || /\d/.test(title)) return title;
  return title === '' ? `#${number}` : `#${number} – ${title}`;
}

export const statusOptions: Option[] = [
  ['ONGOING', 'Ongoing'],
  ['ENDED', 'Ended'],
  ['HIATUS', 'On hiatus'],
  ['ABANDONED', 'Abandoned'],
];

const textIn = (options: Option[], wanted: string): string => options.find(([value]) => value === wanted)?.[1] ?? '';

export function statusText({ metadata }: { metadata: Pick<Series['metadata'], 'status'> }): string {
  return textIn(statusOptions, metadata.status);
}

export const directionOptions: Option[] = [
  ['LEFT_TO_RIGHT', 'Left to right'],
  ['RIGHT_TO_LEFT', 'Right to left'],
  ['VERTICAL', 'Vertical'],
  ['WEBTOON', 'Webtoon'],
];

export function directionText(readingDirection: string): string {
  return textIn(directionOptions, readingDirection);
}

export const roles: [string, string][] = [
  ['writer', 'Story'],
  ['penciller', 'Art'],
  ['inker', 'Inks'],
  ['colorist', 'Colors'],
  ['letterer', 'Lettering'],
  ['cover', 'Cover'],
  ['editor', 'Editor'],
  ['translator', 'Translation'],
];

export const roleLabel = (role: string): string => textIn(roles, role) || capitalized(role);

/** Authors by role, in the order a title page names them; a role we have no word for keeps its own. */
export function credits(authors: Author[]): { label: string; names: string }[] {
  const others = [...new Set(authors.map(({ role }) => role))].filter(
    (role) => !roles.some(([known]) => known === role),
  );
  const order = [...roles, ...others.map((role): [string, string] => [role, roleLabel(role)])];
  return order.flatMap(([role, label]) => {
    const names = [...new Set(authors.filter((author) => author.role === role).map(({ name }) => name))];
    return names.length === 0 ? [] : [{ label, names: names.join(', ') }];
  });
}

/** "English" for "en"; the tag itself when the browser has no name for it. */
export function languageText(tag: string): string {
  try {
    return tag === '' ? '' : (new Intl.DisplayNames(['en'], { type: 'language' }).of(tag) ?? tag);
  } catch {
    return tag;
  }
}

/** "12 Nov, 14:05" in the zone and clock of whoever looks. */
export function momentText(instant: string): string {
  const style = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat(undefined, style).format(new Date(instant));
}

/** "1 May 2020" for `2020-05-01`, which is the same day everywhere. */
export const dateText = (date: string): string =>
  new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(date));

/** "12.3 MB". */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${value.toLocaleString('en', { maximumFractionDigits: step === 0 || value >= 100 ? 0 : 1 })} ${units[step]}`;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
