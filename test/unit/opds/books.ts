import { fileNameFor } from '../../../src/opds/file-name';
import { acquisitionType, type BookContainer } from '../../../src/opds/media-types';
import type { Person } from '../../../src/opds/people';
import { pageTemplate, type Stream, streamType } from '../../../src/opds/pse';
import { urnOf } from '../../../src/opds/urn';
import type { PublicationEntry } from '../../../src/opds/v1';
import { encodeSegment } from '../../../src/opds/wording';
import { at, v1 } from './site';

export const people: Person[] = [
  { name: 'Mara Quill', role: 'writer' },
  { name: 'Ines Tusche', role: 'penciller' },
  { name: 'Mara Quill', role: 'cover' },
  { name: 'Ole Letter', role: 'letterer' },
];

/** A book with everything known about it; a test says what is different. */
export function aBook(
  id: string,
  changes: Partial<PublicationEntry> & { file?: string; container?: BookContainer } = {},
): PublicationEntry {
  const { file = 'Lighthouse Mechanics v01.cbz', container = 'zip', ...rest } = changes;
  return {
    id: urnOf('book', id),
    title: 'Lighthouse Mechanics 1',
    updated: at('2024-05-02'),
    published: at('2024-05-01'),
    people,
    issued: '2019-03-14',
    language: 'en',
    publisher: 'Tidewater Press',
    identifier: 'urn:isbn:9780000000002',
    categories: [{ term: 'Slice of Life' }, { term: 'lighthouses' }],
    summary: 'A keeper repairs clocks.\nThe sea repairs the keeper.',
    facts: 'CBZ - 54.7 KiB',
    thumbnail: { href: v1(`books/${id}/thumbnail/small`), type: 'image/jpeg' },
    image: { href: v1(`books/${id}/thumbnail`), type: 'image/jpeg' },
    acquisitions: [
      {
        href: v1(`books/${id}/file/${encodeSegment(fileNameFor(file, container))}`),
        type: acquisitionType(container),
        size: 56013,
      },
    ],
    stream: aStream(id),
    progression: v1(`books/${id}/opds-progression`),
    ...rest,
  };
}

export function aStream(id: string, changes: Partial<Stream> & { pageTypes?: string[] } = {}): Stream {
  const { pageTypes = ['image/jpeg'], ...rest } = changes;
  const { type, convert } = streamType(pageTypes);
  return { href: pageTemplate(v1(`books/${id}/pages`), { convert }), type, count: 7, ...rest };
}
