import { compact, type JsonObject } from './json';
import { divinaType, isPlainPicture, positionListType, webPublicationType } from './media-types';
import { bookLinks, type Publication, publicationMetadata } from './v2-publication';
import { titleOf } from './wording';

/** A part of a publication: a page, a chapter, a picture. */
export interface Resource {
  href: string;
  type: string;
  title?: string;
  width?: number | null;
  height?: number | null;
  alternate?: { href: string; type: string }[];
}

/** An entry of a table of contents. Without `href` it is a heading. */
export interface TocItem {
  title: string;
  href?: string | null;
  children?: TocItem[];
}

export interface Manifest {
  /** Its own absolute address. */
  self: string;
  readingOrder: Resource[];
  resources?: Resource[];
  toc?: TocItem[];
  /** Address of the list of places that a reader can be at. */
  positions?: string;
}

const positionsRel = 'http://readium.org/position-list';

function resourceLink(resource: Resource): JsonObject {
  const { width, height } = resource;
  const size = width && height ? { width, height } : {};
  const alternate = (resource.alternate ?? []).map((link) => ({ ...link, ...size }));
  return compact({ href: resource.href, type: resource.type, title: resource.title, ...size, alternate });
}

/** Links need an address by the schema: a heading takes that of its first child. */
function tocLink({ title, href, children = [] }: TocItem): JsonObject[] {
  const below = children.flatMap(tocLink);
  const address = href ?? below[0]?.['href'];
  return address === undefined ? [] : [compact({ title: titleOf(title), href: address, children: below })];
}

function cover({ image }: Publication): JsonObject[] {
  return image ? [compact({ rel: 'cover', href: image.href, type: image.type })] : [];
}

/** Content-Type of the manifest of a profile, and type of the links to it. */
export function manifestType(profile: Publication['profile']): string {
  return profile === 'divina' ? divinaType : webPublicationType;
}

/** A web publication manifest of any profile, ready for `JSON.stringify`. Content-Type: `manifestType(book.profile)`. */
export function webPublication(book: Publication, manifest: Manifest): JsonObject {
  const self = { rel: 'self', href: manifest.self, type: manifestType(book.profile) };
  const { positions } = manifest;
  const places = positions ? [{ rel: positionsRel, href: positions, type: positionListType }] : [];
  const readingOrder = manifest.readingOrder.map(resourceLink);
  return {
    ...compact({
      '@context': 'https://readium.org/webpub-manifest/context.jsonld',
      metadata: publicationMetadata(book),
      links: [self, ...bookLinks(book), ...places],
    }),
    readingOrder,
    ...compact({
      resources: [...cover(book), ...(manifest.resources ?? []).map(resourceLink)],
      toc: (manifest.toc ?? []).flatMap(tocLink),
    }),
  };
}

/** A page as it lies in the book. */
export interface PicturePage {
  type: string;
  width?: number | null;
  height?: number | null;
}

/**
 * The Divina manifest of a comic: pages as pictures, in their own type, with a JPEG beside those that few readers draw (WebP,
 * AVIF, JXL, TIFF). `hrefOf` gives the address of a page, counted from 0, as it is or converted.
 */
export function divinaManifest(
  book: Publication,
  { self, pages, hrefOf }: { self: string; pages: PicturePage[]; hrefOf: (page: number, convert: boolean) => string },
): JsonObject {
  const readingOrder = pages.map((page, index): Resource => {
    const alternate = isPlainPicture(page.type) ? [] : [{ href: hrefOf(index, true), type: 'image/jpeg' }];
    return { ...page, href: hrefOf(index, false), alternate };
  });
  return webPublication({ ...book, profile: 'divina', pageCount: pages.length }, { self, readingOrder });
}
