import { publicId } from '../../base/public-id';
import { coverSizes, type CoverSize } from '../../library/cover-size';
import { divinaType, webPublicationType, type Dialect } from '../../opds/media-types';
import type { NavigationLink, Picture2, Profile, Publication } from '../../opds/v2';
import { encodeSegment } from '../../opds/wording';
import type { BookView } from '../../search/book-view';
import type { Delivery } from '../../search/delivery';
import type { SeriesView } from '../../search/series-view';
import type { Address } from '../opds-address';
import { bookRecord } from '../opds-books';

const profiles: Record<BookView['mediaProfile'], Profile> = {
  '': 'divina',
  DIVINA: 'divina',
  PDF: 'pdf',
  EPUB: 'epub',
};

export const profileOf = ({ mediaProfile }: BookView): Profile => profiles[mediaProfile];

/** Whether its pages can be asked for one by one. */
export const hasPages = (book: BookView): boolean =>
  book.mediaStatus === 'READY' && (book.mediaProfile !== 'EPUB' || book.epubDivina);

/** Reading orders that can be asked for. */
function manifestsOf(book: BookView, address: string): { href: string; type: string }[] {
  if (book.mediaStatus !== 'READY') return [];
  const divina = hasPages(book) ? [{ href: `${address}/manifest/divina`, type: divinaType }] : [];
  if (book.mediaProfile !== 'PDF' && book.mediaProfile !== 'EPUB') return divina;
  return [...divina, { href: `${address}/manifest/${profileOf(book)}`, type: webPublicationType }];
}

const jpeg = (href: string, size: CoverSize | null): Picture2 => ({ href, type: 'image/jpeg', ...size });

/** Both covers, where the book has one. */
function coversOf(book: BookView, delivery: Delivery | undefined, address: string) {
  if (!delivery?.poster) return { image: null, thumbnail: null };
  const { large, small } = coverSizes(delivery, book.mediaProfile !== 'EPUB');
  return { image: jpeg(`${address}/thumbnail`, large), thumbnail: jpeg(`${address}/thumbnail/small`, small) };
}

export function publication(
  book: BookView,
  delivery: Delivery | undefined,
  { at, dialect }: { at: Address; dialect: Dialect },
): Publication {
  const address = at(`books/${publicId(book.id)}`);
  return {
    ...bookRecord(book, at, dialect),
    profile: profileOf(book),
    pageCount: hasPages(book) ? book.pageCount : null,
    direction: book.seriesReadingDirection,
    series: [{ name: book.seriesTitle, position: book.numberSort, href: at(`series/${publicId(book.seriesId)}`) }],
    document: address,
    manifests: manifestsOf(book, address),
    progression: { readium: `${address}/progression`, opds: `${address}/opds-progression` },
    ...coversOf(book, delivery, address),
    authentication: at('auth'),
  };
}

/** A series as a way to its books. */
export const seriesLink = (series: SeriesView, at: Address): NavigationLink => ({
  title: series.title,
  href: at(`series/${publicId(series.id)}`),
});

/** A collection or read list. */
export const listLink = (kind: 'collections' | 'readlists', list: { id: string; name: string }, at: Address) => ({
  title: list.name,
  href: at(`${kind}/${publicId(list.id)}`),
});

/** A file inside the book, as its own address; its name may hold whatever a file system allows. */
export function resourceHref(address: string, link: string): string {
  const [name = '', ...fragment] = link.split('#');
  return [`${address}/resource/${name.split('/').map(encodeSegment).join('/')}`, ...fragment].join('#');
}
