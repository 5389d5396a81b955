import sharp from 'sharp';

export interface PageMark {
  book: number;
  page: number;
}

/**
 * Which page of which made book a picture shows: 32 black or white cells across its top eighth (the format is told in the
 * corpus README: sync 10, 14 bits book, 12 bits page, 4 bits checksum). Null when there is no such band.
 */
export async function readMark(picture: Buffer): Promise<PageMark | null> {
  const image = sharp(picture, { failOn: 'none' }).autoOrient().flatten({ background: '#ffffff' }).greyscale();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const y = Math.floor(info.height / 16);
  const bits = Array.from({ length: 32 }, (_, cell) => {
    const x = Math.floor(((cell + 0.5) * info.width) / 32);
    return (data[(y * info.width + x) * info.channels] ?? 0) > 127 ? 1 : 0;
  });
  const number = (from: number, to: number) => bits.slice(from, to).reduce<number>((sum, bit) => sum * 2 + bit, 0);
  let rest = number(2, 28);
  let checksum = 0;
  for (; rest > 0; rest = Math.floor(rest / 16)) checksum ^= rest % 16;
  if (number(0, 2) !== 2 || checksum !== number(28, 32)) return null;
  return { book: number(2, 16), page: number(16, 28) };
}
