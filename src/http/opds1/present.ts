import { publicId } from '../../base/public-id';
import { humanSize } from '../../base/text';
import { extensionOf, type Dialect } from '../../opds/media-types';
import { pageTemplate, streamType, type Stream } from '../../opds/pse';
import { urnOf, type UrnKind } from '../../opds/urn';
import type { NavigationEntry, Onward, Picture, PublicationEntry } from '../../opds/v1';
import type { BookView } from '../../search/book-view';
import type { Delivery } from '../../search/delivery';
import type { SeriesView } from '../../search/series-view';
import type { Address } from '../opds-address';
import { bookRecord, containerOf, latest } from '../opds-books';

const jpeg = (href: string): Picture => ({ href, type: 'image/jpeg' });

/** How a catalogue is written for the one who asked. */
export interface Writing {
  at: Address;
  /** Whether the viewer wants progress to follow the pages that are streamed. */
  follow: boolean;
  dialect: Dialect;
}

/** Pages one by one; none for books whose text flows. */
function streamOf(book: BookView, { pageTypes }: Delivery, { at, follow }: Writing): Stream | null {
  const hasPages = book.mediaProfile === 'DIVINA' || book.mediaProfile === 'PDF' || book.epubDivina;
  if (!hasPages || pageTypes.length === 0 || book.mediaStatus !== 'READY') return null;
  const { type, convert } = streamType(pageTypes);
  return {
    href: pageTemplate(at(`books/${publicId(book.id)}/pages`), { convert, follow }),
    type,
    count: book.pageCount,
    lastRead: book.progress?.page ?? null,
    lastReadDate: book.progress?.readAt ?? null,
  };
}

const noDelivery: Delivery = { pageTypes: [], poster: null, firstPage: null };

export function bookEntry(book: BookView, delivery: Delivery | undefined, writing: Writing): PublicationEntry {
  const { at, dialect } = writing;
  const address = at(`books/${publicId(book.id)}`);
  const hasPoster = (delivery ?? noDelivery).poster !== null;
  return {
    ...bookRecord(book, at, dialect),
    published: book.createdAt,
    facts: `${extensionOf(containerOf(book)).toUpperCase()} - ${humanSize(book.fileSize)}`,
    thumbnail: hasPoster ? jpeg(`${address}/thumbnail/small`) : null,
    image: hasPoster ? jpeg(`${address}/thumbnail`) : null,
    stream: streamOf(book, delivery ?? noDelivery, writing),
    progression: book.mediaStatus === 'READY' ? `${address}/opds-progression` : null,
    document: address,
  };
}

const counted = (count: number, one: string, several: string): string => `${count} ${count === 1 ? one : several}`;

function progressOf({ readCount, inProgressCount, bookCount }: SeriesView): string {
  if (readCount > 0 && readCount >= bookCount) return ', all read';
  if (readCount > 0) return `, ${readCount} read`;
  return inProgressCount > 0 ? ', begun' : '';
}

export function seriesEntry(series: SeriesView, hasPoster: boolean, at: Address): NavigationEntry {
  const id = publicId(series.id);
  const summary = series.summary || series.booksSummary;
  return {
    id: urnOf('series', id),
    title: series.title,
    updated: latest(series.modifiedAt, series.metadataModifiedAt, series.booksMetadataModifiedAt),
    content: [`${counted(series.bookCount, 'book', 'books')}${progressOf(series)}`, summary]
      .filter(Boolean)
      .join('\n\n'),
    thumbnail: hasPoster ? jpeg(at(`series/${id}/thumbnail`)) : null,
    target: { href: at(`series/${id}`), kind: 'acquisition' },
  };
}

/** A way to a list of things that has a name and an id: library, collection, read list. */
export function thingEntry(
  kind: UrnKind,
  thing: { id: string; name: string; modifiedAt: Date },
  target: Onward,
  content: string | null = null,
): NavigationEntry {
  return { id: urnOf(kind, publicId(thing.id)), title: thing.name, updated: thing.modifiedAt, content, target };
}

/** How many members of a list the viewer sees. */
export const seriesCount = (count: number): string => counted(count, 'series', 'series');
export const bookCount = (count: number): string => counted(count, 'book', 'books');
