import { acquisitionType, divinaType, isPlainPicture, webPublicationType } from '../../../opds/media-types';
import type { StoredPage } from '../../../model/book-media';
import type { BookView } from '../../../search/book-view';
import { containerOf } from '../../opds-books';
import { instant } from '../../reply';

export type ManifestProfile = 'divina' | 'pdf';

interface ManifestLink {
  rel?: string;
  href: string;
  type: string;
  width?: number;
  height?: number;
  alternate?: ManifestLink[];
}

/** Roles that have a list of their own; writers and all others are contributors there (komga-media §16.4). */
const roles: Record<string, string> = {
  ...{ author: 'author', translator: 'translator', editor: 'editor', artist: 'artist', illustrator: 'illustrator' },
  ...{ letterer: 'letterer', penciller: 'penciler', penciler: 'penciler', colorist: 'colorist', inker: 'inker' },
};

function people({ authors }: BookView): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const { name, role } of authors) (lists[roles[role] ?? 'contributor'] ??= []).push(name);
  return lists;
}

const progressions = { LEFT_TO_RIGHT: 'ltr', RIGHT_TO_LEFT: 'rtl', VERTICAL: 'ttb', WEBTOON: 'ttb' };

function metadata(book: BookView, profile: ManifestProfile) {
  const direction = book.seriesReadingDirection;
  return {
    title: book.title,
    ...(book.isbn === '' ? {} : { identifier: `urn:isbn:${book.isbn}` }),
    conformsTo: `https://readium.org/webpub-manifest/profiles/${profile}`,
    modified: instant(book.modifiedAt),
    ...(book.releaseDate === null ? {} : { published: book.releaseDate }),
    ...(book.seriesLanguage === '' ? {} : { language: book.seriesLanguage }),
    ...people(book),
    ...(book.tags.length === 0 ? {} : { subject: book.tags }),
    ...(direction === null ? {} : { readingProgression: progressions[direction] }),
    ...(book.summary === '' ? {} : { description: book.summary }),
    numberOfPages: book.pageCount,
    belongsTo: { series: [{ name: book.seriesTitle, position: book.numberSort }] },
  };
}

/** A page as it is, with a JPEG beside those that few can draw. */
function pageLink(page: StoredPage, number: number, address: string): ManifestLink {
  const href = `${address}/pages/${number}?contentNegotiation=false`;
  const size = page.width !== null && page.height !== null ? { width: page.width, height: page.height } : {};
  if (isPlainPicture(page.mediaType)) return { href, type: page.mediaType, ...size };
  const alternate = [{ href: `${href}&convert=jpeg`, type: 'image/jpeg', ...size }];
  return { href, type: page.mediaType, ...size, alternate };
}

/** A manifest in Komga's shape, which its clients decode; `address` is that of the book. */
export function presentManifest(book: BookView, profile: ManifestProfile, pages: StoredPage[], address: string) {
  const isComic = book.mediaProfile === 'DIVINA';
  const file = { href: `${address}/file`, type: acquisitionType(containerOf(book)) };
  const links: ManifestLink[] = [
    { rel: 'self', href: `${address}/manifest`, type: isComic ? divinaType : webPublicationType },
    ...(isComic ? [] : [{ href: `${address}/manifest/divina`, type: divinaType }]),
    { rel: 'http://opds-spec.org/acquisition', ...file },
  ];
  return {
    context: 'https://readium.org/webpub-manifest/context.jsonld',
    metadata: metadata(book, profile),
    links,
    images: [],
    readingOrder: profile === 'pdf' ? [file] : pages.map((page, index) => pageLink(page, index + 1, address)),
    resources: [{ href: `${address}/thumbnail`, type: 'image/jpeg' }],
    ...{ toc: [], landmarks: [], pageList: [] },
  };
}
