import { fold } from '../base/text';
import type { AlternateTitle, Author, NameFacts } from './values';

/**
 * The folded columns that filters and searches compare with. Every write of the fields they are made of goes through
 * these functions, so that a list can never disagree with what it shows.
 */
export const foldAll = (values: string[]): string[] => [...new Set(values.map(fold))];

const line = '\n';

export function seriesTitleKeys(series: { title: string; titleSort: string; alternateTitles: AlternateTitle[] }) {
  const titles = [series.title, series.titleSort, ...series.alternateTitles.map((alternate) => alternate.title)];
  return { titleKey: fold(series.title), titleSortKey: fold(series.titleSort), searchKey: foldAll(titles).join(line) };
}

/** Tags of the series and of its books together: the condition `tag` looks into both. */
export const seriesTagKeys = (series: { tags: string[]; booksTags: string[] }): string[] =>
  foldAll([...series.tags, ...series.booksTags]);

export function bookTitleKeys(book: { title: string; isbn: string }) {
  const titleKey = fold(book.title);
  return { titleKey, searchKey: book.isbn === '' ? titleKey : `${titleKey}${line}${book.isbn}` };
}

/**
 * The people that a book shows: where nobody names a translator, the group that its name does (clients call translators the
 * scanlators). A list that somebody locked is all there is.
 */
export function creditsOf(book: { authors: Author[]; nameFacts: NameFacts | null; locked: string[] }): Author[] {
  const { authors, nameFacts, locked } = book;
  const isKnown = locked.includes('authors') || authors.some(({ role }) => role === 'translator');
  if (nameFacts?.group === undefined || isKnown) return authors;
  return [...authors, { name: nameFacts.group, role: 'translator' }];
}

/** For one author: role and name, name alone, role alone. */
export function authorKey(name: string | undefined, role: string | undefined): string {
  return `${role === undefined ? '' : fold(role)}|${name === undefined ? '' : fold(name)}`;
}

export function authorKeys(authors: Author[]): string[] {
  const keys = authors.flatMap(({ name, role }) => [
    authorKey(name, role),
    authorKey(name, undefined),
    authorKey(undefined, role),
  ]);
  return [...new Set(keys)];
}
