import { decodeBmp, decodeIco, type Pixels } from '../../../src/media/bmp';
import { aPng } from '../../support/pictures';

interface Bitmap {
  width: number;
  height: number;
  bits: number;
  compression?: number;
  /** Blue, green, red, unused. */
  palette?: number[][];
  masks?: number[];
  pixels: number[];
}

/** The header of a bitmap and what follows it, without the header of a file. */
function dib({ width, height, bits, compression = 0, palette = [], masks = [], pixels }: Bitmap): Buffer {
  const header = Buffer.alloc(40 + 4 * masks.length);
  header.writeUInt32LE(40, 0);
  header.writeInt32LE(width, 4);
  header.writeInt32LE(height, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(bits, 14);
  header.writeUInt32LE(compression, 16);
  header.writeUInt32LE(palette.length, 32);
  masks.forEach((mask, i) => header.writeUInt32LE(mask, 40 + 4 * i));
  return Buffer.concat([header, Buffer.from(palette.flat()), Buffer.from(pixels)]);
}

function bmp(bitmap: Bitmap): Buffer {
  const head = Buffer.alloc(14);
  head.write('BM', 'latin1');
  head.writeUInt32LE(14 + 40 + 4 * ((bitmap.masks?.length ?? 0) + (bitmap.palette?.length ?? 0)), 10);
  return Buffer.concat([head, dib(bitmap)]);
}

function ico(picture: Buffer, width: number): Buffer {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(1, 4);
  head[6] = width;
  head.writeUInt32LE(picture.length, 14);
  head.writeUInt32LE(22, 18);
  return Buffer.concat([head, picture]);
}

/** One letter a pixel, rows apart. */
function letters({ data, width, height }: Pixels): string {
  const letterOf = (at: number) => {
    const [red, green, blue, alpha] = data.subarray(at * 4, at * 4 + 4);
    if (alpha === 0) return '.';
    if (red === 255 && green === 255) return 'w';
    return red === 255 ? 'r' : green === 255 ? 'g' : blue === 255 ? 'b' : 'k';
  };
  const row = (y: number) => Array.from({ length: width }, (_, x) => letterOf(y * width + x)).join('');
  return Array.from({ length: height }, (_, y) => row(y)).join(' ');
}

const [black, red, green, blue, white] = [[0, 0, 0, 0], [0, 0, 255, 0], [0, 255, 0, 0], [255, 0, 0, 0], [255, 255, 255, 0]]; // prettier-ignore
const colours = [black, red, green, blue, white] as number[][];
const masks565 = [0xf800, 0x07e0, 0x001f];

const bitmaps: [string, Bitmap, string][] = [
  ['one bit a pixel', { width: 3, height: 2, bits: 1, palette: [black, white] as number[][], pixels: [0b101 << 5, 0, 0, 0, 0b010 << 5, 0, 0, 0] }, 'kwk wkw'],
  ['four bits', { width: 3, height: 1, bits: 4, palette: colours, pixels: [0x12, 0x30, 0, 0] }, 'rgb'],
  ['eight bits', { width: 2, height: 2, bits: 8, palette: colours, pixels: [1, 2, 0, 0, 3, 4, 0, 0] }, 'bw rg'],
  ['16 bits, 5 each', { width: 2, height: 1, bits: 16, pixels: [0x00, 0x7c, 0x1f, 0x00] }, 'rb'],
  ['16 bits by masks', { width: 2, height: 1, bits: 16, compression: 3, masks: masks565, pixels: [0xe0, 0x07, 0x00, 0xf8] }, 'gr'],
  ['24 bits', { width: 1, height: 2, bits: 24, pixels: [255, 0, 0, 0, 0, 255, 0, 0] }, 'g b'],
  ['32 bits from the top', { width: 1, height: -2, bits: 32, pixels: [255, 0, 0, 0, 0, 255, 0, 0] }, 'b g'],
  ['runs of bytes', { width: 4, height: 2, bits: 8, compression: 1, palette: colours, pixels: [2, 1, 0, 0, 0, 3, 2, 3, 4, 0, 1, 1, 0, 1] }, 'gbwr rrkk'],
  ['runs of half bytes', { width: 4, height: 1, bits: 4, compression: 2, palette: colours, pixels: [3, 0x12, 0, 0] }, 'rgrk'],
  ['a jump in runs', { width: 3, height: 2, bits: 8, compression: 1, palette: colours, pixels: [1, 1, 0, 2, 1, 1, 1, 4, 0, 1] }, 'kkw rkk'],
]; // prettier-ignore

test.each(bitmaps)('a bitmap with %s', (_, bitmap, expected) => {
  expect(letters(decodeBmp(bmp(bitmap)))).toBe(expected);
});

test('rows that are missing are see-through', () => {
  expect(letters(decodeBmp(bmp({ width: 1, height: 2, bits: 24, pixels: [0, 0, 255, 0] })))).toBe('. r');
});

test('a bitmap that ends in its header, or is of a kind that nobody writes, has a code', () => {
  expect(() => decodeBmp(bmp({ width: 1, height: 1, bits: 24, pixels: [] }).subarray(0, 30))).toThrow(
    expect.objectContaining({ code: 'ERR_2003' }) as Error,
  );
  expect(() => decodeBmp(bmp({ width: 1, height: 1, bits: 13, pixels: [0, 0, 0, 0] }))).toThrow(
    expect.objectContaining({ code: 'ERR_2005' }) as Error,
  );
});

test('an icon shows what its mask leaves, or is the PNG in it', () => {
  const picture = dib({ width: 2, height: 2, bits: 8, palette: colours, pixels: [1, 2, 0, 0, 0b0100_0000, 0, 0, 0] });
  expect(letters(decodeIco(ico(picture, 2), 100) as Pixels)).toBe('r.');
  expect(decodeIco(ico(aPng(), 4), 100)).toEqual(aPng());
});

test('an icon whose picture is larger than its directory says is refused', () => {
  const picture = dib({ width: 60_000, height: 60_000, bits: 8, palette: colours, pixels: [] });
  expect(() => decodeIco(ico(picture, 2), 1e6)).toThrow(expect.objectContaining({ code: 'ERR_2001' }) as Error);
});
