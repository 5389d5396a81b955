import type { AlternateTitle, Author, Link, ReadingDirection, SeriesStatus } from './types';

/** Traits that tell editions and kinds of one story apart. */
export type Kind =
  'official-colored' | 'fan-colored' | 'oneshot' | 'doujinshi' | 'anthology' | 'web' | 'long-strip' | 'adaptation';

export interface NamedTitle {
  /** As the provider says; a hint, not a truth. */
  language: string;
  title: string;
}

/** The other title is a `relation` of this one. */
export interface Relation {
  id: string;
  relation: string;
}

/** What a provider knows of one title, in our words. Empty and null: it does not say. */
export interface ProviderTitle {
  id: string;
  /** Address for people. */
  url: string;
  /** Changes whenever the record does. */
  version: string;
  /** All names, the main one first. */
  titles: NamedTitle[];
  authors: Author[];
  year: number | null;
  status: SeriesStatus | null;
  originalLanguage: string;
  kinds: Kind[];
  /** Only of a finished story, and only whole numbers. */
  totalVolumes: number | null;
  totalChapters: number | null;
  /** The greatest known numbers, also of a story that goes on. */
  lastVolume: number | null;
  lastChapter: number | null;
  /** Ids at other places: `al`, `mal`, `mu`. */
  foreignIds: Record<string, string>;
  relations: Relation[];
  summaries: Record<string, string>;
  genres: string[];
  tags: string[];
  ageRating: number | null;
  readingDirection: ReadingDirection | null;
  alternateTitles: AlternateTitle[];
  links: Link[];
  /** The main cover, to be fetched by `picture`. */
  cover: string | null;
}

export interface ProviderCover {
  /** To be fetched by `picture`; the same text always means the same bytes. */
  reference: string;
  volume: number | null;
  locale: string | null;
  description: string;
}

export interface ProviderChapter {
  volume: number | null;
  chapter: number;
  title: string;
  language: string;
}

export interface Asking {
  /** A person waits: goes before background work. */
  urgent?: boolean;
  signal?: AbortSignal;
}

/** A place that knows titles. MangaDex is the first; others plug in here. */
export interface MetadataProvider {
  /** In our tables: `mangadex`. */
  name: string;
  /** For people and links: `MangaDex`. */
  label: string;
  search(query: string, asking?: Asking): Promise<ProviderTitle[]>;
  /** Titles by id; ids that are no more are missing from the answer. */
  details(ids: readonly string[], asking?: Asking): Promise<Map<string, ProviderTitle>>;
  covers(id: string, asking?: Asking): Promise<ProviderCover[]>;
  chapters(id: string, language: string, asking?: Asking): Promise<ProviderChapter[]>;
  /** Null: there is no such picture. */
  picture(reference: string, asking?: Asking): Promise<Buffer | null>;
}

/** The provider cannot be asked now: it is down, or told us to wait. Nothing is wrong with the question. */
export class ProviderUnavailable extends Error {
  constructor(
    readonly provider: string,
    readonly until: Date | null,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${provider} cannot be asked now: ${reason}`, options);
    this.name = 'ProviderUnavailable';
  }
}

/** The provider answered that it will not answer this: a wrong question, or a record that we cannot read. */
export class ProviderRefused extends Error {
  constructor(
    readonly provider: string,
    readonly status: number,
    reason: string,
  ) {
    super(`${provider} refused: ${reason}`);
    this.name = 'ProviderRefused';
  }
}
