import { publicId } from '../base/public-id';
import { fold } from '../base/text';
import type { Download } from '../library/downloads';
import type { BookRecord, Category } from '../opds/book-record';
import { fileNameFor } from '../opds/file-name';
import { acquisitionType, dialectOf, type BookContainer, type Dialect } from '../opds/media-types';
import { urnOf } from '../opds/urn';
import { encodeSegment } from '../opds/wording';
import type { BookView } from '../search/book-view';
import type { HttpContext } from './context';
import { webPage, type Address } from './opds-address';

const byExtension: Record<string, BookContainer> = {
  ...{ cbz: 'zip', zip: 'zip', cbr: 'rar4', rar: 'rar4', cb7: '7z', '7z': '7z', cbt: 'tar', tar: 'tar' },
  ...{ tgz: 'tar', txz: 'tar', tbz: 'tar', tbz2: 'tar', tzst: 'tar', gz: 'tar', xz: 'tar', bz2: 'tar', zst: 'tar' },
  ...{ pdf: 'pdf', epub: 'epub' },
};
const byMediaType: Record<string, BookContainer> = {
  'application/zip': 'zip',
  'application/x-rar-compressed': 'rar4',
  'application/x-7z-compressed': '7z',
  'application/x-tar': 'tar',
  'application/pdf': 'pdf',
  'application/epub+zip': 'epub',
};

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const extensionOf = (path: string): string => /\.([^./]+)$/u.exec(path)?.[1]?.toLowerCase() ?? '';

/** What a book is delivered as: by what analysis found in it, else (it never was analysed) by its name. */
export function containerOf({ mediaType, path }: Pick<BookView, 'mediaType' | 'path'>): BookContainer {
  const named = byExtension[extensionOf(path)];
  // every file that is scanned has one of these extensions
  if (named === undefined) return 'folder';
  return byMediaType[mediaType.split(';')[0] ?? ''] ?? named;
}

/** A folder, and a RAR in volumes, become a ZIP only while they are sent; nobody misses the size of a ZIP that is called RAR. */
const isMadeWhileSent = (container: BookContainer, path: string): boolean =>
  container === 'folder' || (container === 'zip' && byExtension[extensionOf(path)] === 'rar4');

/** What the answers about books depend on beside their address. */
export const variesBy = ['Authorization', 'User-Agent'];

/** In which words an app wants comic archives to be called. */
export const dialectFor = (ctx: HttpContext): Dialect => dialectOf(ctx.get('user-agent'));

/** Name of the file as it is downloaded. */
export const downloadName = (book: Pick<BookView, 'mediaType' | 'path'>): string =>
  fileNameFor(baseName(book.path), containerOf(book));

/** A download under the name and type that the catalogue announced. */
export function bookDownload(download: Download, dialect: Dialect): Download {
  const file = { mediaType: download.mediaType, path: download.name };
  return { ...download, name: downloadName(file), mediaType: acquisitionType(containerOf(file), dialect) };
}

/** One title wherever the book is listed: readers keep books of many series on one shelf. */
export function catalogueTitle({ title, seriesTitle, metadataNumber, oneshot }: BookView): string {
  if (oneshot || fold(title).includes(fold(seriesTitle))) return title;
  return `${[seriesTitle, metadataNumber].filter(Boolean).join(' ')}: ${title}`;
}

export const latest = (...dates: (Date | null)[]): Date =>
  new Date(Math.max(0, ...dates.map((date) => date?.getTime() ?? 0)));

/** The last change of anything a record says, never "now": readers tell new books by it. */
export const changeOf = (book: BookView): Date =>
  latest(book.modifiedAt, book.metadataModifiedAt, book.mediaModifiedAt);

const categoriesOf = ({ tags, seriesGenres }: BookView): Category[] => [
  ...seriesGenres.map((term) => ({ term, scheme: 'urn:kiremisu:genre' })),
  ...tags.map((term) => ({ term, scheme: 'urn:kiremisu:tag' })),
];

/** What both versions say about a book. */
export function bookRecord(book: BookView, at: Address, dialect: Dialect): BookRecord {
  const id = publicId(book.id);
  const container = containerOf(book);
  return {
    id: urnOf('book', id),
    title: catalogueTitle(book),
    updated: changeOf(book),
    people: book.authors,
    issued: book.releaseDate,
    language: book.seriesLanguage,
    publisher: book.seriesPublisher,
    identifier: book.isbn === '' ? null : `urn:isbn:${book.isbn}`,
    categories: categoriesOf(book),
    summary: book.summary,
    page: webPage(at, `/book/${id}/details`),
    acquisitions: [
      {
        href: at(`books/${id}/file/${encodeSegment(downloadName(book))}`),
        type: acquisitionType(container, dialect),
        size: isMadeWhileSent(container, book.path) ? null : book.fileSize,
      },
    ],
  };
}
