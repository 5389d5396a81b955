import { isDeepStrictEqual } from 'node:util';
import { distinct } from '../../metadata/normalise';
import type { ProviderChapter, ProviderTitle } from '../../metadata/provider';
import type { AlternateTitle, BookMetadata, Link, SeriesMetadata } from '../../metadata/types';
import { fold } from '../../base/text';
import type { Book } from '../../model/book';
import type { FieldChange } from '../../model/match';
import type { Series } from '../../model/series';
import type { FieldOrigin } from '../../model/values';
import { bookMetadataOf, seriesMetadataOf } from '../metadata-rows';
import { bookNumberOf, seriesNumbersOf, type BookNumber, type SeriesNumbers } from './book-numbers';

/** A field that the provider would fill otherwise, and why it stays. */
export interface KeptField {
  bookId: string | null;
  field: string;
  value: unknown;
  offered: unknown;
  because: 'locked' | 'person' | 'file';
}

export interface Plan {
  changes: FieldChange[];
  kept: KeptField[];
}

export interface PlanInput {
  series: Series;
  books: Book[];
  title: ProviderTitle;
  /** Null: not asked for. */
  chapters: ProviderChapter[] | null;
  /** A refresh adds no link that a person took away. */
  kind: 'match' | 'refresh';
}

interface Row {
  id: string | null;
  locked: string[];
  provenance: Record<string, FieldOrigin>;
}

const isEmpty = (value: unknown) => value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Person and lock first, then the file, then the provider, then the name of the file (mangadex.md §6). */
function keeper({ locked, provenance }: Row, field: string, current: unknown): KeptField['because'] | null {
  if (locked.includes(field)) return 'locked';
  const source = provenance[field]?.source;
  if (source === 'person') return 'person';
  return source === 'file' && !isEmpty(current) ? 'file' : null;
}

function offer(plan: Plan, row: Row, field: string, current: unknown, offered: unknown): void {
  if (offered === null || offered === undefined || isEmpty(offered) || isDeepStrictEqual(current, offered)) return;
  const because = keeper(row, field, current);
  if (because !== null) {
    plan.kept.push({ bookId: row.id, field, value: current, offered, because });
    return;
  }
  const origin = row.provenance[field] ?? null;
  plan.changes.push({ bookId: row.id, field, before: current, origin, after: offered });
}

function summaryOf({ summaries }: ProviderTitle, language: string): string | null {
  const [short = ''] = language.toLowerCase().split('-');
  return (
    summaries[language.toLowerCase()] ?? summaries[short] ?? summaries['en'] ?? Object.values(summaries)[0] ?? null
  );
}

const ownLabel = 'MangaDex';

/** The provider's links, and behind them those that were there; its own page is there in any case. */
function mergedLinks(current: Link[], offered: Link[]): Link[] {
  const urls = new Set(offered.map(({ url }) => url));
  const labels = new Set(offered.map(({ label }) => label));
  return [...offered, ...current.filter(({ label, url }) => !urls.has(url) && !labels.has(label))];
}

/** Links of a file or a person stay, each of them; only the provider's own page joins them. */
function offeredLinks(series: Series, title: ProviderTitle, kind: PlanInput['kind']): Link[] | null {
  const source = series.provenance['links']?.source;
  if (source !== 'person' && source !== 'file') return mergedLinks(series.links, title.links);
  const own = title.links.filter(({ label }) => label === ownLabel);
  return kind === 'match' ? mergedLinks(series.links, own) : null;
}

function totalOf(title: ProviderTitle, { kind }: SeriesNumbers): number | null {
  if (kind === 'volume') return title.totalVolumes;
  return kind === 'chapter' ? title.totalChapters : null;
}

/** Also those in the language of the files, whatever it is. */
function otherTitles({ titles, alternateTitles }: ProviderTitle, language: string): AlternateTitle[] {
  const [short = ''] = language.toLowerCase().split('-');
  const own = titles.filter((other) => short !== '' && other.language.toLowerCase().split('-')[0] === short);
  const all = [...alternateTitles, ...own.map((other) => ({ label: other.language, title: other.title }))];
  return distinct(all, (other) => fold(other.title));
}

function planSeries(plan: Plan, { series, title, kind }: PlanInput, numbers: SeriesNumbers): void {
  const current = seriesMetadataOf(series);
  const ours = fold(series.title);
  const offered: Partial<Record<keyof SeriesMetadata, unknown>> = {
    status: title.status,
    summary: summaryOf(title, series.language),
    // what a person or a file left open, never another direction
    readingDirection:
      current.readingDirection === null || series.provenance['readingDirection']?.source === 'mangadex'
        ? title.readingDirection
        : null,
    ageRating: title.ageRating,
    genres: title.genres,
    tags: title.tags,
    totalBookCount: totalOf(title, numbers),
    alternateTitles: otherTitles(title, series.language).filter((other) => fold(other.title) !== ours),
  };
  const row = { id: null, locked: series.locked, provenance: series.provenance };
  for (const [field, value] of Object.entries(offered)) {
    offer(plan, row, field, current[field as keyof SeriesMetadata], value);
  }
  const links = offeredLinks(series, title, kind);
  // a link is added to what is there and takes nothing away: only a lock keeps it out
  offer(plan, { ...row, provenance: {} }, 'links', current.links, links);
  const added = plan.changes.find(({ bookId, field }) => bookId === null && field === 'links');
  if (added) added.origin = series.provenance['links'] ?? null;
}

function chapterTitle({ kind, number, volume }: BookNumber, chapters: readonly ProviderChapter[]): string | null {
  if (kind !== 'chapter' || number === null) return null;
  const found = chapters.filter(({ chapter }) => chapter === number);
  const same = found.find((chapter) => volume === null || chapter.volume === volume || chapter.volume === null);
  // one number in several volumes, and ours does not say which
  const isAmbiguous = volume === null && distinct(found, (chapter) => chapter.volume).length > 1;
  return isAmbiguous ? null : (same?.title ?? null);
}

function planBook(plan: Plan, book: Book, number: BookNumber, { series, title, chapters }: PlanInput): void {
  const current = bookMetadataOf(book);
  const offered: Partial<Record<keyof BookMetadata, unknown>> = {
    authors: title.authors,
    // a one-shot series takes its summary from its book whenever that is read
    summary: series.oneshot ? summaryOf(title, series.language) : null,
    title: chapters === null ? null : chapterTitle(number, chapters),
  };
  for (const [field, value] of Object.entries(offered)) {
    offer(plan, book, field, current[field as keyof BookMetadata], value);
  }
}

/** What a match or refresh would write, field by field, and what it would leave as it is. Writes nothing. */
export function planEnrichment(input: PlanInput): Plan {
  const plan: Plan = { changes: [], kept: [] };
  const numbers = input.books.map(bookNumberOf);
  planSeries(plan, input, seriesNumbersOf(numbers));
  for (const [index, book] of input.books.entries()) {
    const number = numbers[index];
    if (number) planBook(plan, book, number, input);
  }
  return plan;
}

/** True when titles of chapters would be used: they cost a request of their own. */
export const wantsChapterTitles = (books: readonly Book[]): boolean =>
  books.some((book) => {
    const isFree =
      !book.locked.includes('title') && !['person', 'file'].includes(book.provenance['title']?.source ?? '');
    return isFree && bookNumberOf(book).kind === 'chapter';
  });
