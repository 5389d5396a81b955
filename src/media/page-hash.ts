import { hashBytes } from './hash';

/** Segments without effect on the picture: JFIF's and EXIF's, profiles, thumbnails, comments. Adobe's tells the colours. */
const isDescription = (marker: number) => (marker >= 0xe0 && marker <= 0xef && marker !== 0xee) || marker === 0xfe;

/** A JPEG without what only describes it; as it is when its structure is not understood. */
function withoutDescription(bytes: Buffer): Buffer {
  const kept = [bytes.subarray(0, 2)];
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === 0xff || (marker >= 0xd0 && marker <= 0xd9)) return bytes;
    // from here on the picture itself
    if (marker === 0xda) return Buffer.concat([...kept, bytes.subarray(at)]);
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (!isDescription(marker)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return bytes;
}

/**
 * The hash by which one page is found in several books. Of a JPEG without its description: Komga decodes and encodes it
 * to the same end (komga-media §10), which costs a hundred times as much.
 */
export const hashPage = (bytes: Buffer, mediaType: string): string =>
  hashBytes(mediaType === 'image/jpeg' ? withoutDescription(bytes) : bytes);
