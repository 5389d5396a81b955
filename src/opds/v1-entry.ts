import { addCategory, addHead, addLine, addLink, addPerson, addText, dcNamespace, type Element } from './atom';
import type { Acquisition, BookRecord, Category } from './book-record';
import { entryType, feedTypes, opdsProgressionType, type Kind, type PlainPictureType } from './media-types';
import { credits } from './people';
import { type Stream, streamAttributes, streamRel } from './pse';
import type { Urn } from './urn';
import { iri, languageTag, line, partialDate, timestamp, titleOf } from './wording';

export const acquisitionRel = 'http://opds-spec.org/acquisition';
export const imageRel = 'http://opds-spec.org/image';
export const progressionRel = 'http://opds-spec.org/progression';
export const thumbnailRel = 'http://opds-spec.org/image/thumbnail';

/**
 * Relations KOReader can tap. The others of OPDS (`…/shelf`, `…/featured`, `…/recommended`) give it an entry without a way on
 * (opds.md §2.7).
 */
export type OnwardRel = 'subsection' | 'http://opds-spec.org/sort/new' | 'http://opds-spec.org/sort/popular';

/** Where a feed lies and what it holds. */
export interface Onward {
  href: string;
  kind: Kind;
  title?: string;
}

/** A cover. Its type is exactly that of the answer. */
export interface Picture {
  href: string;
  type: PlainPictureType;
}

interface Pictures {
  /** At most about 300 pixels. */
  thumbnail?: Picture | null;
  image?: Picture | null;
}

/** A way on: one link, and never an author, which would make Thorium take it for a book. */
export interface NavigationEntry extends Pictures {
  id: Urn;
  title: string;
  updated: Date;
  /** Said below the title; the title again when there is nothing to say, since Atom wants content. */
  content?: string | null;
  target: Onward & { rel?: OnwardRel };
}

/** A book, complete. */
export interface PublicationEntry extends BookRecord, Pictures {
  /** When it came into the library. */
  published?: Date | null;
  /** A line of facts in front of the summary: `CBZ - 54.7 KiB`. PocketBook shows the content, never the summary. */
  facts?: string | null;
  stream?: Stream | null;
  /** Address of its progress (OPDS Progression 1.0). */
  progression?: string | null;
  /** Address of the entry as a document of its own. */
  document?: string | null;
}

function addPictures(entry: Element, { thumbnail, image }: Pictures): void {
  if (thumbnail) addLink(entry, { rel: thumbnailRel, type: thumbnail.type, href: thumbnail.href });
  if (image) addLink(entry, { rel: imageRel, type: image.type, href: image.href });
}

export function addNavigationEntry(feed: Element, source: NavigationEntry): void {
  const entry = feed.ele('entry');
  addHead(entry, source);
  addText(entry, 'content', line(source.content ?? '') === '' ? titleOf(source.title) : source.content);
  addPictures(entry, source);
  const { rel = 'subsection', kind, href, title } = source.target;
  addLink(entry, { rel, type: feedTypes[kind], href, ...(title === undefined ? {} : { title }) });
}

function addDublinCore(entry: Element, source: PublicationEntry): void {
  addLine(entry, 'dc:language', languageTag(source.language), dcNamespace);
  addLine(entry, 'dc:issued', partialDate(source.issued), dcNamespace);
  addLine(entry, 'dc:publisher', source.publisher, dcNamespace);
  addLine(entry, 'dc:identifier', iri(source.identifier), dcNamespace);
}

function addCategories(entry: Element, categories: Category[]): void {
  const seen = new Set<string>();
  for (const { term, scheme } of categories) {
    const key = JSON.stringify([line(term), scheme]);
    if (line(term) === '' || seen.has(key)) continue;
    seen.add(key);
    addCategory(entry, term, scheme);
  }
}

function addAcquisition(entry: Element, { rel = acquisitionRel, type, href, size }: Acquisition): void {
  addLink(entry, { rel, type, href, extras: size ? [['length', String(size)]] : [] });
}

function addStream(entry: Element, stream: Stream): void {
  if (stream.count < 1) return;
  addLink(entry, { rel: streamRel, type: stream.type, href: stream.href, extras: streamAttributes(stream) });
}

/** Writes a book into an `entry` element. Pictures, file, stream: in the order Komga's clients know. */
export function fillPublication(entry: Element, source: PublicationEntry): void {
  addHead(entry, source);
  if (source.published) addLine(entry, 'published', timestamp(source.published));
  const { authors, contributors } = credits(source.people ?? []);
  for (const name of authors) addPerson(entry, 'author', name);
  for (const name of contributors) addPerson(entry, 'contributor', name);
  addDublinCore(entry, source);
  addCategories(entry, source.categories ?? []);
  addText(entry, 'summary', source.summary);
  const told = [source.facts, source.summary].filter((part) => line(part ?? '') !== '');
  addText(entry, 'content', told.length === 0 ? titleOf(source.title) : told.join('\n\n'));
  addPictures(entry, source);
  for (const acquisition of source.acquisitions) addAcquisition(entry, acquisition);
  if (source.stream) addStream(entry, source.stream);
  if (source.progression) addLink(entry, { rel: progressionRel, type: opdsProgressionType, href: source.progression });
  if (source.document) addLink(entry, { rel: 'alternate', type: entryType, href: source.document });
  if (source.page) addLink(entry, { rel: 'alternate', type: 'text/html', href: source.page });
}
