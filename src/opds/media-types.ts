/** What a feed holds: ways on (navigation) or books (acquisition). It must be true wherever it is written. */
export type Kind = 'navigation' | 'acquisition';

/** Content-Type of an OPDS 1.2 feed and type of every link to it: readers recognise a catalogue by `profile` and `kind`. */
export const feedTypes = {
  navigation: 'application/atom+xml;profile=opds-catalog;kind=navigation',
  acquisition: 'application/atom+xml;profile=opds-catalog;kind=acquisition',
} as const satisfies Record<Kind, string>;

/** Content-Type of a complete entry document (one book). */
export const entryType = 'application/atom+xml;type=entry;profile=opds-catalog';
/** Content-Type of the search description. */
export const searchDescriptionType = 'application/opensearchdescription+xml';
/** Type of the search link that holds the template itself: readers that know it compare with the bare type. */
export const atomType = 'application/atom+xml';

/** Content-Types of OPDS 2.0 and its neighbours. */
export const feed2Type = 'application/opds+json';
export const publicationType = 'application/opds-publication+json';
export const authenticationType = 'application/opds-authentication+json';
export const divinaType = 'application/divina+json';
export const webPublicationType = 'application/webpub+json';
export const readiumProgressionType = 'application/vnd.readium.progression+json';
export const opdsProgressionType = 'application/opds-progression+json';
export const positionListType = 'application/vnd.readium.position-list+json';

/** Pictures that OPDS 1.2 allows for covers and PSE 1.2 for pages. */
export const plainPictureTypes = ['image/jpeg', 'image/png', 'image/gif'] as const;
export type PlainPictureType = (typeof plainPictureTypes)[number];

export function isPlainPicture(type: string): type is PlainPictureType {
  return (plainPictureTypes as readonly string[]).includes(type);
}

/** What a book file is, told by its content (the words of media/reader.ts, which this layer does not import). */
export type BookContainer = 'zip' | 'rar4' | 'rar5' | '7z' | 'tar' | 'pdf' | 'epub' | 'folder';

/**
 * Type and extension of a book as delivered, by what the file really is and not by what it is called. A folder of images is
 * delivered as a CBZ made on the fly. KOReader knows all of these (opds.md §2.13).
 */
const delivered: Record<BookContainer, { type: string; extension: string }> = {
  zip: { type: 'application/vnd.comicbook+zip', extension: 'cbz' },
  folder: { type: 'application/vnd.comicbook+zip', extension: 'cbz' },
  rar4: { type: 'application/vnd.comicbook-rar', extension: 'cbr' },
  rar5: { type: 'application/vnd.comicbook-rar', extension: 'cbr' },
  '7z': { type: 'application/vnd.comicbook+7z', extension: 'cb7' },
  tar: { type: 'application/vnd.comicbook+tar', extension: 'cbt' },
  pdf: { type: 'application/pdf', extension: 'pdf' },
  epub: { type: 'application/epub+zip', extension: 'epub' },
};

/** Apps that know comic archives by older names only, and offer no download of what they do not know (opds.md §2.13). */
export type Dialect = 'standard' | 'legacy' | 'plain-zip';

const older: Record<Exclude<Dialect, 'standard'>, Record<string, string>> = {
  legacy: {
    ...{ cbz: 'application/x-cbz', cbr: 'application/x-cbr', cb7: 'application/x-cb7', cbt: 'application/x-cbt' },
  },
  'plain-zip': { cbz: 'application/zip' },
};

/** By the name that an app sends: one link a file in the words of who asks, never two links for one file. */
export function dialectOf(userAgent: string): Dialect {
  if (/\b(?:Marvin|Yomu)/i.test(userAgent)) return 'legacy';
  return /\bPocketBook/i.test(userAgent) ? 'plain-zip' : 'standard';
}

/** Type of the acquisition link, and Content-Type of the answer behind it. */
export function acquisitionType(container: BookContainer, dialect: Dialect = 'standard'): string {
  const { type, extension } = delivered[container];
  return dialect === 'standard' ? type : (older[dialect][extension] ?? type);
}

/** Every type that a book can be delivered in. */
export const acquisitionTypes: string[] = [
  ...new Set([
    ...Object.values(delivered).map(({ type }) => type),
    ...Object.values(older).flatMap((types) => Object.values(types)),
  ]),
];

/** Extension without dot that the file has for the reader. */
export function extensionOf(container: BookContainer): string {
  return delivered[container].extension;
}
