import { divinaType } from '../../../src/opds/media-types';
import type { Publication } from '../../../src/opds/v2';
import { aBook, people } from './books';
import { origin } from './site';

export const v2 = (path: string) => `${origin}/opds/v2/${path}`;
const authentication = v2('auth');

/** A publication with everything known about it; a test says what is different. */
export function aPublication(id: string, changes: Partial<Publication> = {}): Publication {
  const { id: urn, title, updated, acquisitions } = aBook(id);
  return {
    id: urn,
    title,
    updated,
    acquisitions: [{ ...acquisitions[0], href: acquisitions[0].href.replace('/v1.2/', '/v2/') }],
    people: [...people, { name: 'Ken Note', role: 'consultant' }],
    issued: '2019-03-14',
    language: 'en',
    publisher: 'Tidewater Press',
    identifier: 'urn:isbn:9780000000002',
    categories: [{ term: 'Slice of Life' }, { term: 'lighthouses' }],
    summary: 'A keeper repairs clocks.\nThe sea repairs the keeper.',
    profile: 'divina',
    pageCount: 7,
    direction: 'RIGHT_TO_LEFT',
    series: [{ name: 'Lighthouse Mechanics', position: 1, href: v2('series/SERIES1') }],
    document: v2(`books/${id}`),
    manifests: [{ href: v2(`books/${id}/manifest/divina`), type: divinaType }],
    progression: { readium: v2(`books/${id}/progression`), opds: v2(`books/${id}/opds-progression`) },
    image: { href: v2(`books/${id}/thumbnail`), type: 'image/jpeg', width: 800, height: 1200 },
    thumbnail: { href: v2(`books/${id}/thumbnail/small`), type: 'image/jpeg' },
    authentication,
    ...changes,
  };
}
