import type { Pixels } from './bmp';
import type { ColourMeaning } from './colour-profile';

const rowsPerStrip = 256;
const types = { short: 3, long: 4, undefined: 7 };

interface Field {
  tag: number;
  type: number;
  values: number[] | Buffer;
}

const sizeOf = (type: number) => ({ [types.short]: 2, [types.long]: 4 })[type] ?? 1;

function bytesOf({ type, values }: Field): Buffer {
  if (Buffer.isBuffer(values)) return values;
  const bytes = Buffer.alloc(Math.max(4, values.length * sizeOf(type)));
  values.forEach((value, at) =>
    type === types.short ? bytes.writeUInt16LE(value, at * 2) : bytes.writeUInt32LE(value, at * 4),
  );
  return bytes;
}

/** Where each strip begins behind the first, and how long it is. */
function stripsOf({ width, height, channels }: Pixels): { starts: number[]; lengths: number[] } {
  const [starts, lengths]: [number[], number[]] = [[], []];
  for (let row = 0; row < height; row += rowsPerStrip) {
    starts.push(row * width * channels);
    lengths.push(Math.min(rowsPerStrip, height - row) * width * channels);
  }
  return { starts, lengths };
}

/**
 * Decoded pixels with the profile that they were made for: sharp takes a profile only out of a picture. Nothing is packed, so
 * it costs a copy.
 */
export function tiffOf(pixels: Pixels, { profile, cmyk }: ColourMeaning): Buffer {
  const { width, height, channels, data } = pixels;
  const inks = cmyk ? 4 : channels < 3 ? 1 : 3;
  const { starts, lengths } = stripsOf(pixels);
  const fields: Field[] = [
    { tag: 256, type: types.long, values: [width] },
    { tag: 257, type: types.long, values: [height] },
    { tag: 258, type: types.short, values: Array<number>(channels).fill(8) },
    { tag: 259, type: types.short, values: [1] },
    { tag: 262, type: types.short, values: [cmyk ? 5 : inks === 1 ? 1 : 2] },
    { tag: 273, type: types.long, values: starts },
    { tag: 277, type: types.short, values: [channels] },
    { tag: 278, type: types.long, values: [rowsPerStrip] },
    { tag: 279, type: types.long, values: lengths },
    ...(channels > inks ? [{ tag: 338, type: types.short, values: [2] }] : []),
    ...(profile ? [{ tag: 34_675, type: types.undefined, values: profile }] : []),
  ];
  const directory = Buffer.alloc(8 + 2 + fields.length * 12 + 4);
  const long = fields.filter((field) => bytesOf(field).length > 4);
  const first = directory.length + long.reduce((sum, field) => sum + bytesOf(field).length, 0);
  const parts: Buffer[] = [directory];
  directory.write('II*\0', 'latin1');
  directory.writeUInt32LE(8, 4);
  directory.writeUInt16LE(fields.length, 8);
  let at = directory.length;
  fields.forEach((field, index) => {
    const { tag, type } = field;
    const values = tag === 273 ? starts.map((start) => start + first) : field.values;
    const bytes = bytesOf({ tag, type, values });
    const place = 10 + index * 12;
    directory.writeUInt16LE(tag, place);
    directory.writeUInt16LE(type, place + 2);
    directory.writeUInt32LE(values.length, place + 4);
    if (bytes.length <= 4) bytes.copy(directory, place + 8);
    if (bytes.length <= 4) return;
    directory.writeUInt32LE(at, place + 8);
    parts.push(bytes);
    at += bytes.length;
  });
  return Buffer.concat([...parts, data]);
}
