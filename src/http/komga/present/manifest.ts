import { acquisitionType, divinaType, isPlainPicture, webPublicationType } from '../../../opds/media-types';
import type { EpubOutline, OutlineEntry } from '../../../library/epub-books';
import type { StoredFile, StoredPage } from '../../../model/book-media';
import type { BookView } from '../../../search/book-view';
import { containerOf } from '../../opds-books';
import { instant } from '../../reply';

export type ManifestProfile = 'divina' | 'pdf' | 'epub';

/** Under Komga's name too: Readium wants the first one, Komga sends the second (komga-rest.md §14.6). */
const context = 'https://readium.org/webpub-manifest/context.jsonld';

interface ManifestLink {
  rel?: string;
  title?: string;
  href?: string;
  type?: string;
  children?: ManifestLink[];
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

/** A file inside the book; its name may hold whatever a file system allows. */
function resourceHref(address: string, link: string): string {
  const at = link.indexOf('#');
  const [name, fragment] = at < 0 ? [link, ''] : [link.slice(0, at), link.slice(at)];
  return `${address}/resource/${name.split('/').map(encodeURIComponent).join('/')}${fragment}`;
}

const outlineLinks = (entries: OutlineEntry[], address: string): ManifestLink[] =>
  entries.map(({ title, href, children }) => ({
    title,
    ...(href === null ? {} : { href: resourceHref(address, href) }),
    ...(children.length === 0 ? {} : { children: outlineLinks(children, address) }),
  }));

/** What the parts of a book are, by its profile. */
export type ManifestParts =
  | { profile: 'divina'; pages: StoredPage[] }
  | { profile: 'pdf'; pages: StoredPage[] }
  | { profile: 'epub'; outline: EpubOutline; files: StoredFile[] };

function bodyOf(parts: ManifestParts, address: string) {
  const poster: ManifestLink = { href: `${address}/thumbnail`, type: 'image/jpeg' };
  if (parts.profile !== 'epub') {
    const link = parts.profile === 'pdf' ? pdfPageLink : pageLink;
    const readingOrder = parts.pages.map((page, index) => link(page, index + 1, address));
    return { images: [], readingOrder, resources: [poster], toc: [], landmarks: [], pageList: [] };
  }
  const { outline, files } = parts;
  const inSpine = new Set(outline.spine.map(({ name }) => name));
  const link = ({ name, mediaType }: Pick<StoredFile, 'name' | 'mediaType'>): ManifestLink => ({
    ...{ href: resourceHref(address, name), type: mediaType },
  });
  return {
    images: [],
    readingOrder: outline.spine.map(link),
    resources: [poster, ...files.filter(({ name }) => !inSpine.has(name)).map(link)],
    toc: outlineLinks(outline.toc, address),
    landmarks: outlineLinks(outline.landmarks, address),
    pageList: outlineLinks(outline.pageList, address),
  };
}

/** A page of a PDF as a PDF. */
const pdfPageLink = (_: StoredPage, number: number, address: string): ManifestLink => ({
  ...{ href: `${address}/pages/${number}/raw`, type: 'application/pdf' },
});

/** A manifest in Komga's shape, which its clients decode; `address` is that of the book. */
export function presentManifest(book: BookView, parts: ManifestParts, address: string) {
  const isComic = book.mediaProfile === 'DIVINA';
  const hasPages = book.mediaProfile === 'PDF' || book.epubDivina;
  const file = { href: `${address}/file`, type: acquisitionType(containerOf(book)) };
  const links: ManifestLink[] = [
    { rel: 'self', href: `${address}/manifest`, type: isComic ? divinaType : webPublicationType },
    ...(hasPages ? [{ href: `${address}/manifest/divina`, type: divinaType }] : []),
    { rel: 'http://opds-spec.org/acquisition', ...file },
  ];
  const rendition =
    parts.profile === 'epub' ? { rendition: { layout: parts.outline.fixedLayout ? 'fixed' : 'reflowable' } } : {};
  return {
    ...{ '@context': context, context },
    metadata: { ...metadata(book, parts.profile), ...rendition },
    links,
    ...bodyOf(parts, address),
  };
}
