import { isCoded } from '../base/errors';
import { makePoster, type Picture } from './image';
import { loadSharp } from './load-sharp';

/** Komga's shape of a poster, width to height. */
const ratio = 0.7066666667;

/** A large one becomes small first, whatever its format; null for one that cannot be decoded. */
async function shrunk(picture: Buffer, edge: number): Promise<Buffer | null> {
  try {
    return (await makePoster(picture, edge)).data;
  } catch (error) {
    if (isCoded(error)) return null;
    throw error;
  }
}

/**
 * Four pictures in a grid, each cropped to its quarter: a JPEG of the height `edge`. Fewer are repeated; null when none
 * can be decoded.
 */
export async function makeMosaic(pictures: Buffer[], edge: number): Promise<Picture | null> {
  const usable = (await Promise.all(pictures.map((picture) => shrunk(picture, edge)))).filter((data) => data !== null);
  if (usable.length === 0) return null;
  const sharp = await loadSharp();
  const width = Math.round(edge * ratio);
  const [left, top] = [Math.ceil(width / 2), Math.ceil(edge / 2)];
  const tiles = [0, 1, 2, 3].map(async (place) => {
    const [isLeft, isTop] = [place % 2 === 0, place < 2];
    const size = { width: isLeft ? left : width - left, height: isTop ? top : edge - top };
    const tile = sharp(usable[place % usable.length]).resize({ ...size, fit: 'cover' });
    const input = await tile.png({ compressionLevel: 0 }).toBuffer();
    return { input, left: isLeft ? 0 : left, top: isTop ? 0 : top };
  });
  const canvas = sharp({ create: { width, height: edge, channels: 3, background: '#000000' } });
  const data = await canvas
    .composite(await Promise.all(tiles))
    .jpeg({ quality: 80 })
    .toBuffer();
  return { data, width, height: edge, mediaType: 'image/jpeg' };
}
