import type { Acquisition, BookRecord } from './book-record';
import { compact, type JsonObject } from './json';
import {
  authenticationType,
  feed2Type,
  opdsProgressionType,
  publicationType,
  readiumProgressionType,
} from './media-types';
import { contributorsByKey } from './people';
import { iri, languageTag, line, paragraphs, partialDate, timestamp, titleOf } from './wording';

/** What a book is to be read as (Readium web publication profiles). */
export type Profile = 'divina' | 'pdf' | 'epub';

/** Komga's words for the reading direction. */
export type Direction = 'LEFT_TO_RIGHT' | 'RIGHT_TO_LEFT' | 'VERTICAL' | 'WEBTOON';

/** A cover; size only where it is the true one. */
export interface Picture2 {
  href: string;
  type: string;
  width?: number | null;
  height?: number | null;
}

export interface SeriesMembership {
  name: string;
  position?: number | null;
  /** Address of the series as a feed. */
  href?: string | null;
}

/** A book in OPDS 2.0. */
export interface Publication extends BookRecord {
  subtitle?: string | null;
  sortTitle?: string | null;
  profile: Profile;
  pageCount?: number | null;
  direction?: Direction | null;
  /** Of an EPUB. Webtoons are told by their direction. */
  layout?: 'fixed' | 'reflowable' | null;
  series?: SeriesMembership[];
  image?: Picture2 | null;
  thumbnail?: Picture2 | null;
  /** Address of this publication as a document of its own (`publicationType`). */
  document: string;
  /** The manifest to read it by, with its type (`divinaType`, `webPublicationType`). */
  manifests?: { href: string; type: string }[];
  /** Where progress is read and written: Readium's form (Cantook, Komga) and that of OPDS. */
  progression?: { readium?: string | null; opds?: string | null };
  /** Absolute address of the authentication document, which Aldiko and Cantook want beside every link. */
  authentication?: string | null;
}

const scrolled = new Set<Direction | null | undefined>(['VERTICAL', 'WEBTOON']);
const progressions: Partial<Record<Direction, 'ltr' | 'rtl'>> = { LEFT_TO_RIGHT: 'ltr', RIGHT_TO_LEFT: 'rtl' };

/** A full date or nothing: a year, or a year and month, makes the document invalid (opds.md §7). */
function fullDate(text: string | null | undefined): string | null {
  const date = partialDate(text);
  return date?.length === 10 ? date : null;
}

function seriesOf({ series = [] }: Publication) {
  return series.map(({ name, position, href }) => ({
    name: line(name),
    position: position ?? null,
    links: href ? [{ href, type: feed2Type }] : [],
  }));
}

/** The `metadata` of a publication; the manifest has the same with `conformsTo`. */
export function publicationMetadata(book: Publication): JsonObject {
  const identifier = iri(book.identifier) ?? book.id;
  return compact({
    '@type': book.profile === 'epub' ? 'http://schema.org/Book' : 'http://schema.org/ComicIssue',
    conformsTo: `https://readium.org/webpub-manifest/profiles/${book.profile}`,
    title: titleOf(book.title),
    subtitle: line(book.subtitle ?? ''),
    sortAs: line(book.sortTitle ?? ''),
    identifier,
    altIdentifier: identifier === book.id ? [] : [book.id],
    modified: timestamp(book.updated),
    published: fullDate(book.issued),
    language: languageTag(book.language),
    ...contributorsByKey(book.people ?? []),
    publisher: line(book.publisher ?? ''),
    subject: [...new Set((book.categories ?? []).map(({ term }) => line(term)))],
    description: paragraphs(book.summary ?? ''),
    numberOfPages: book.pageCount ? book.pageCount : null,
    readingProgression: (book.direction && progressions[book.direction]) ?? null,
    layout: scrolled.has(book.direction) ? 'scrolled' : book.layout,
    belongsTo: { series: seriesOf(book) },
  });
}

const positive = (value: number | null | undefined) => (value && value > 0 ? value : null);

function properties(book: Publication) {
  return book.authentication ? { authenticate: { href: book.authentication, type: authenticationType } } : {};
}

function acquisitionLink({ rel = 'http://opds-spec.org/acquisition', href, type, size }: Acquisition) {
  return { rel, href, type, size: positive(size) };
}

/** Links that the publication and its manifest share: files and progress. Each has a single rel: KOReader reads only the first. */
export function bookLinks(book: Publication): JsonObject[] {
  const { readium, opds } = book.progression ?? {};
  return [
    ...book.acquisitions.map(acquisitionLink),
    ...(readium
      ? [{ rel: 'http://www.cantook.com/api/progression', href: readium, type: readiumProgressionType }]
      : []),
    ...(opds ? [{ rel: 'http://opds-spec.org/progression', href: opds, type: opdsProgressionType }] : []),
  ].map((link) => compact({ ...link, properties: properties(book) }));
}

function imageLinks(book: Publication): JsonObject[] {
  const link = (rel: string, picture: Picture2 | null | undefined) => {
    if (!picture) return [];
    const { href, type, width, height } = picture;
    return [
      compact({ rel, href, type, width: positive(width), height: positive(height), properties: properties(book) }),
    ];
  };
  return [
    ...link('http://opds-spec.org/image', book.image),
    ...link('http://opds-spec.org/image/thumbnail', book.thumbnail),
  ];
}

/** A publication, the same in every list and as the document its `self` link leads to. Content-Type there: `publicationType`. */
export function opds2Publication(book: Publication): JsonObject {
  const manifests = (book.manifests ?? []).map(({ href, type }) =>
    compact({ rel: 'alternate', href, type, properties: properties(book) }),
  );
  const page = book.page ? [{ rel: 'alternate', href: book.page, type: 'text/html' }] : [];
  return compact({
    metadata: publicationMetadata(book),
    links: [{ rel: 'self', href: book.document, type: publicationType }, ...bookLinks(book), ...manifests, ...page],
    images: imageLinks(book),
  });
}
