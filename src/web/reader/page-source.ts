/** What every browser of the last years shows. The others (JPEG XL, HEIF, TIFF, JPEG 2000) are asked for as JPEG. */
const shown = new Set([
  'image/jpeg',
  'image/jpg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'image/x-ms-bmp',
]);

export function needsConversion(mediaType: string): boolean {
  return !shown.has(mediaType.toLowerCase());
}

/**
 * The query strings to try for a page, the likely one first. The second is worth a try when the first fails: an old
 * browser without AVIF gets a JPEG, and a format that the server cannot convert may be one this browser knows.
 */
export function sourceQueries(mediaType: string): [string, string] {
  return needsConversion(mediaType) ? ['?convert=jpeg', ''] : ['', '?convert=jpeg'];
}
