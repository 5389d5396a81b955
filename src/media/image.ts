import type { Sharp, SharpOptions } from 'sharp';
import { fail, type CodedError } from '../base/errors';
import { colourMeaning } from './colour-profile';
import { decodeForeign, isForeign } from './foreign-picture';
import { defaultLimits, type MediaLimits } from './limits';
import { loadSharp } from './load-sharp';
import { pictureSize } from './picture-size';
import { pictureType } from './picture-type';
import { tiffOf } from './raw-tiff';

export { pictureSize, type PictureSize } from './picture-size';
export { pictureType } from './picture-type';

export interface Picture {
  data: Buffer;
  width: number;
  height: number;
  mediaType: string;
}

/** Refuses by the header what would cost too much to decode, before any decoder sees it. Tells the type. */
function checkInput(input: Buffer, limits: MediaLimits): string {
  const type = pictureType(input);
  // SVG, text and whatever else the library behind sharp could open is no picture of a book
  if (type === null) throw fail('ERR_2003', { reason: 'no picture' });
  const size = pictureSize(input);
  if (!size && isForeign(type)) throw fail('ERR_2003', { type, reason: 'no size' });
  const most = isForeign(type) ? Math.min(limits.pixels, limits.foreignPixels) : limits.pixels;
  if (size && size.width * size.height > most) throw fail('ERR_2001', { ...size });
  return type;
}

function codedPictureError(error: unknown): CodedError {
  const message = error instanceof Error ? error.message : '';
  if (message.includes('pixel limit')) return fail('ERR_2001', {}, error);
  if (message.includes('timeout')) return fail('ERR_2006', {}, error);
  if (message.includes('unsupported image format')) return fail('ERR_2005', {}, error);
  return fail('ERR_2003', {}, error);
}

/** An AVIF whose colours are coded by numbers that sharp passes over: decoded, with a profile that says the same. */
async function withCodedColours(input: Buffer, options: SharpOptions): Promise<Buffer> {
  const meaning = colourMeaning('image/avif', input);
  if (meaning.profile === null) return input;
  const sharp = await loadSharp();
  try {
    const { data, info } = await sharp(input, options).autoOrient().raw().toBuffer({ resolveWithObject: true });
    return tiffOf({ data, width: info.width, height: info.height, channels: info.channels }, meaning);
  } catch (error) {
    throw codedPictureError(error);
  }
}

/** The picture upright, the first frame only; damaged data gives what could be decoded, as a browser would show it. */
async function decode(input: Buffer, limits: MediaLimits): Promise<Sharp> {
  const type = checkInput(input, limits);
  const options = { failOn: 'none', limitInputPixels: limits.pixels, sequentialRead: true } as const;
  const own = type === 'image/avif' ? await withCodedColours(input, options) : input;
  const source = isForeign(type) ? await decodeForeign(type, input, limits) : own;
  const sharp = await loadSharp();
  const picture = Buffer.isBuffer(source)
    ? sharp(source, { ...options, animated: false }).autoOrient()
    : sharp(source.data, {
        ...options,
        raw: { width: source.width, height: source.height, channels: source.channels },
      });
  return picture.timeout({ seconds: Math.max(1, Math.ceil(limits.pageMilliseconds / 1000)) });
}

async function encode(picture: Sharp, format: 'jpeg' | 'png', quality: number): Promise<Picture> {
  const flat = picture.flatten({ background: '#ffffff' });
  const encoder = format === 'jpeg' ? flat.jpeg({ quality }) : flat.png();
  try {
    const { data, info } = await encoder.toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, mediaType: `image/${format}` };
  } catch (error) {
    throw codedPictureError(error);
  }
}

/** A picture as JPEG or PNG, alpha on white; `maxWidth` makes it narrower, never wider. */
export async function convertPicture(
  input: Buffer,
  { format, maxWidth }: { format: 'jpeg' | 'png'; maxWidth?: number },
  limits: MediaLimits = defaultLimits,
): Promise<Picture> {
  const picture = await decode(input, limits);
  const sized = maxWidth === undefined ? picture : picture.resize({ width: maxWidth, withoutEnlargement: true });
  return encode(sized, format, 90);
}

/** A poster or thumbnail: JPEG, longest edge at most `edge`, never enlarged. */
export async function makePoster(input: Buffer, edge = 300, limits: MediaLimits = defaultLimits): Promise<Picture> {
  const picture = await decode(input, limits);
  const small = picture.resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true });
  return encode(small, 'jpeg', 80);
}
