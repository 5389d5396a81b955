import sharp from 'sharp';

export interface PageMark {
  book: number;
  page: number;
}

/** The mean of the middle of a cell: drawings may cross its edges. */
function lightOf(data: Buffer, { width, height, channels }: sharp.OutputInfo, cell: number): number {
  const band = Math.max(8, Math.round(height / 8));
  const [top, left] = [Math.floor(band * 0.3), Math.floor(((cell + 0.3) * width) / 32)];
  const bottom = Math.max(top + 1, Math.floor(band * 0.7));
  const right = Math.max(left + 1, Math.floor(((cell + 0.7) * width) / 32));
  let sum = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += data[(y * width + x) * channels] ?? 0;
  return sum / ((bottom - top) * (right - left));
}

/**
 * Which page of which made book a picture shows: 32 black or white cells across its top eighth (the format is told in the
 * corpus README: sync 10, 14 bits book, 12 bits page, 4 bits checksum). Null when there is no such band.
 */
export async function readMark(picture: Buffer): Promise<PageMark | null> {
  const image = sharp(picture, { failOn: 'none' }).autoOrient().flatten({ background: '#ffffff' }).greyscale();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const bits = Array.from({ length: 32 }, (_, cell) => (lightOf(data, info, cell) > 127 ? 1 : 0));
  const number = (from: number, to: number) => bits.slice(from, to).reduce<number>((sum, bit) => sum * 2 + bit, 0);
  let rest = number(2, 28);
  let checksum = 0;
  for (; rest > 0; rest = Math.floor(rest / 16)) checksum ^= rest % 16;
  if (number(0, 2) !== 2 || checksum !== number(28, 32)) return null;
  return { book: number(2, 16), page: number(16, 28) };
}
