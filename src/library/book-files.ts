import type { Library } from '../model/library';

/** Komga scans the first four only (komga-media §4); people have them all the same. */
const archives = ['cbz', 'zip', 'cbr', 'rar', 'cb7', '7z', 'cbt', 'tar', 'tgz', 'txz', 'tbz', 'tbz2', 'tzst'];
/** A TAR that is packed as a whole has two extensions. */
const packedTar = /\.tar\.(?:gz|xz|bz2|zst)$/iu;
const pictures = new Set([
  ...['jpg', 'jpeg', 'png', 'gif', 'webp', 'avif', 'jxl', 'heic', 'heif', 'bmp', 'tif', 'tiff', 'jp2'],
]);
const artwork = new Set(['png', 'jpeg', 'jpg', 'tbn', 'webp', 'gif']);
const seriesArtwork = new Set(['cover', 'default', 'folder', 'poster', 'series']);

/** Lower case, without the dot; '' when there is none. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** A file name without its extension. */
export function stemOf(name: string): string {
  const dot = packedTar.exec(name)?.index ?? name.lastIndexOf('.');
  return dot <= 0 ? name : name.slice(0, dot);
}

/** What a book is called by its file: an archive in volumes without the number of its first one. */
export const bookNameOf = (name: string): string => stemOf(name.replace(/\.part0*1(?=\.(?:rar|cbr)$)/iu, ''));

export const isHidden = (name: string): boolean => name.startsWith('.');

/** Tells the files that are books by the formats that a library takes (komga-media §4). */
export function bookFileTest(library: Pick<Library, 'scanCbx' | 'scanPdf' | 'scanEpub'>): (name: string) => boolean {
  const extensions = new Set([
    ...(library.scanCbx ? archives : []),
    ...(library.scanPdf ? ['pdf'] : []),
    ...(library.scanEpub ? ['epub'] : []),
  ]);
  const isTaken = (name: string) => extensions.has(extensionOf(name)) || (library.scanCbx && packedTar.test(name));
  return (name) => isTaken(name) && !isHidden(name);
}

/** A later part of an archive in volumes, whose first part lies in the same folder and is the book. */
function isLaterVolume(name: string, beside: string[]): boolean {
  // asked of every file of every scan
  if (!/\.(?:rar|cbr)$/iu.test(name)) return false;
  const [, stem, digits = ''] = /^(.+\.part)(\d+)\.(?:rar|cbr)$/iu.exec(name) ?? [];
  if (stem === undefined || Number(digits) < 2) return false;
  const first = `${stem}${'1'.padStart(digits.length, '0')}.`.toLowerCase();
  return beside.some((other) => other.toLowerCase().startsWith(first));
}

/** The files that are books, out of all of a folder. */
export const bookFilesOf = (names: string[], isBookFile: (name: string) => boolean): string[] =>
  names.filter((name) => isBookFile(name) && !isLaterVolume(name, names));

export const isPicture = (name: string): boolean => pictures.has(extensionOf(name)) && !isHidden(name);

export const isArtwork = (name: string): boolean => artwork.has(extensionOf(name));

/** `cover.jpg`, `folder.png`, …: a picture of the whole series. */
export const isSeriesArtwork = (name: string): boolean =>
  isArtwork(name) && seriesArtwork.has(stemOf(name).toLowerCase());

/** Mylar's description of the series of its folder. */
export const isSeriesJson = (name: string): boolean => name.toLowerCase() === 'series.json';

/** What makes up a folder that is a book: its pages and its description. */
export const belongsToFolderBook = (name: string): boolean => isPicture(name) || name === 'ComicInfo.xml';

/** Names of books that a picture may belong to: `Book 1.jpg` and `Book 1-2.jpg` are of `Book 1` (compared in lower case). */
export function bookNamesOfArtwork(name: string): string[] {
  const stem = stemOf(name).toLowerCase();
  const numbered = /^(.+)-\d+$/u.exec(stem)?.[1];
  return numbered === undefined ? [stem] : [stem, numbered];
}
