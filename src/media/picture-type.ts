/** What begins like a picture, by its first bytes. SVG is none: it is a document with scripts and links, never a page. */

const starts = (bytes: Uint8Array, at: number, text: string) =>
  bytes.length >= at + text.length && [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));

const avifBrands = new Set(['avif', 'avis']);
const heicBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']);
const heifBrands = new Set(['mif1', 'msf1', 'mif2']);

/** HEIF family: the major brand, else the compatible ones, since AVIF files may call themselves `mif1`. */
function ftypType(bytes: Uint8Array): string | null {
  if (!starts(bytes, 4, 'ftyp')) return null;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = Math.min(view.length, Math.max(16, view.readUInt32BE(0)), 256);
  const brands: string[] = [];
  for (let at = 8; at + 4 <= end; at += at === 8 ? 8 : 4) brands.push(view.toString('latin1', at, at + 4));
  if (avifBrands.has(brands[0] ?? '')) return 'image/avif';
  if (heicBrands.has(brands[0] ?? '')) return 'image/heic';
  if (!heifBrands.has(brands[0] ?? '')) return null;
  if (brands.some((brand) => avifBrands.has(brand))) return 'image/avif';
  return brands.some((brand) => heicBrands.has(brand)) ? 'image/heic' : 'image/heif';
}

const bmpHeaders = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

/** `BM` alone begins many a text. */
function isBmp(bytes: Uint8Array): boolean {
  if (!starts(bytes, 0, 'BM') || bytes.length < 18) return false;
  return bmpHeaders.has(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUInt32LE(14));
}

/** The magic is four small numbers, so the first directory entry has to make sense too. */
function isIco(bytes: Uint8Array): boolean {
  if (!starts(bytes, 0, '\0\0\x01\0') || bytes.length < 22) return false;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.readUInt16LE(4);
  return count > 0 && count <= 256 && view[9] === 0 && view.readUInt32LE(18) >= 6 + 16 * count;
}

const tests: [string, (bytes: Uint8Array) => boolean][] = [
  ['image/jpeg', (bytes) => starts(bytes, 0, '\xff\xd8\xff')],
  ['image/png', (bytes) => starts(bytes, 0, '\x89PNG\r\n\x1a\n')],
  ['image/gif', (bytes) => starts(bytes, 0, 'GIF87a') || starts(bytes, 0, 'GIF89a')],
  ['image/webp', (bytes) => starts(bytes, 0, 'RIFF') && starts(bytes, 8, 'WEBP')],
  ['image/jxl', (bytes) => starts(bytes, 0, '\xff\x0a') || starts(bytes, 0, '\0\0\0\x0cJXL \r\n\x87\n')],
  ['image/jp2', (bytes) => starts(bytes, 0, '\0\0\0\x0cjP  \r\n\x87\n') || starts(bytes, 0, '\xff\x4f\xff\x51')],
  ['image/tiff', (bytes) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((magic) => starts(bytes, 0, magic))],
  ['image/bmp', isBmp],
  ['image/vnd.microsoft.icon', isIco],
];

/** The media type of a picture, or null for anything else. */
export function pictureType(bytes: Uint8Array): string | null {
  return tests.find(([, test]) => test(bytes))?.[0] ?? ftypType(bytes);
}

/**
 * True when the first bytes tell of movement, which would be lost in any conversion. Of a GIF they do not tell: most that
 * lie in comics move, since still pictures are something else.
 */
export function mayMove(bytes: Uint8Array, mediaType: string): boolean {
  if (mediaType === 'image/gif') return true;
  if (mediaType === 'image/avif') return starts(bytes, 8, 'avis');
  if (mediaType === 'image/webp') return starts(bytes, 12, 'VP8X') && ((bytes[20] ?? 0) & 2) !== 0;
  // the chunk that counts the frames of a PNG has to lie before its pixels
  return mediaType === 'image/png' && Buffer.from(bytes.subarray(0, 512)).includes('acTL', 8, 'latin1');
}

/** A name as pictures have; used only to decide whether an entry that cannot be read is worth a report. */
export const looksLikePicture = (name: string) =>
  /\.(jpe?g|jpe|jfif|png|gif|webp|avif|heic|heif|jxl|jp2|j2k|bmp|tiff?|ico)$/iu.test(name);

/** Parts of paths that hold no pages: resource forks of macOS, previews of Synology, hidden files (corpus README). */
export const isHiddenName = (name: string) =>
  name
    .split('/')
    .some((part) => (part.startsWith('.') && !/^\.{1,2}$/u.test(part)) || part === '__MACOSX' || part === '@eaDir');

const types: Record<string, string> = {
  xml: 'application/xml',
  opf: 'application/oebps-package+xml',
  ncx: 'application/x-dtbncx+xml',
  xhtml: 'application/xhtml+xml',
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  txt: 'text/plain',
  nfo: 'text/plain',
  json: 'application/json',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
};

/** The type of an entry that is no page, by its extension. */
export const otherType = (name: string) =>
  types[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';
