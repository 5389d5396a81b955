import { box, boxes, inside, primaryProperties } from './iso-boxes';
import { pictureType } from './picture-type';

export interface PictureSize {
  width: number;
  height: number;
}

type Measure = (bytes: Buffer) => PictureSize | null;

const size = (width: number, height: number): PictureSize | null =>
  width > 0 && height > 0 ? { width, height } : null;

/** Walks the segments to the frame header (SOF0…SOF15 without DHT, JPG and DAC). */
const jpeg: Measure = (bytes) => {
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    if (marker === 0xd9 || marker === 0xda) return null;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return size(bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5));
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
};

const png: Measure = (bytes) => size(bytes.readUInt32BE(16), bytes.readUInt32BE(20));

const gif: Measure = (bytes) => size(bytes.readUInt16LE(6), bytes.readUInt16LE(8));

const webp: Measure = (bytes) => {
  const kind = bytes.toString('latin1', 12, 16);
  if (kind === 'VP8X') return size(bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1);
  if (kind === 'VP8 ') return size(bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff);
  if (kind !== 'VP8L') return null;
  const bits = bytes.readUInt32LE(21);
  return size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
};

const bmp: Measure = (bytes) => {
  if (bytes.readUInt32LE(14) === 12) return size(bytes.readUInt16LE(18), bytes.readUInt16LE(20));
  return size(bytes.readInt32LE(18), Math.abs(bytes.readInt32LE(22)));
};

/** The largest of the pictures in the file; 0 stands for 256. */
const ico: Measure = (bytes) => {
  let widest = { width: 0, height: 0 };
  for (let i = 0; i < bytes.readUInt16LE(4) && 8 + i * 16 < bytes.length; i++) {
    const width = bytes[6 + i * 16] || 256;
    if (width > widest.width) widest = { width, height: bytes[7 + i * 16] || 256 };
  }
  return size(widest.width, widest.height);
};

/** Tags 256 and 257 of the first directory; BigTIFF (magic 43) is left without a size. */
const tiff: Measure = (bytes) => {
  const little = bytes[0] === 0x49;
  const u16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  if (u16(2) !== 42) return null;
  const directory = u32(4);
  const found = new Map<number, number>();
  for (let i = 0; i < u16(directory); i++) {
    const at = directory + 2 + i * 12;
    found.set(u16(at), u16(at + 2) === 3 ? u16(at + 8) : u32(at + 8));
  }
  return size(found.get(256) ?? 0, found.get(257) ?? 0);
};

/** The primary item's `ispe`; a quarter turn (`irot`) is part of the format, every decoder applies it. */
const heif: Measure = (bytes) => {
  const { own, all } = primaryProperties(bytes);
  const ispe = box(own, 'ispe') ?? box(all, 'ispe');
  if (!ispe) return null;
  const irot = box(own, 'irot');
  const turned = irot !== undefined && ((bytes[irot.start] ?? 0) & 1) === 1;
  const [width, height] = [bytes.readUInt32BE(ispe.start + 4), bytes.readUInt32BE(ispe.start + 8)];
  return turned ? size(height, width) : size(width, height);
};

const jp2: Measure = (bytes) => {
  if (bytes[0] === 0xff)
    return size(bytes.readUInt32BE(8) - bytes.readUInt32BE(16), bytes.readUInt32BE(12) - bytes.readUInt32BE(20));
  const header = box(inside(bytes, box(boxes(bytes, 0, bytes.length), 'jp2h')), 'ihdr');
  return header ? size(bytes.readUInt32BE(header.start + 4), bytes.readUInt32BE(header.start)) : null;
};

const jxlRatios = [
  [1, 1],
  [12, 10],
  [4, 3],
  [3, 2],
  [16, 9],
  [5, 4],
  [2, 1],
] as const;

/** The size header of a JPEG XL codestream: bits, lowest first. */
function jxlCodestream(bytes: Buffer): PictureSize | null {
  let position = 16;
  const take = (count: number) => {
    let value = 0;
    for (let i = 0; i < count; i++, position++) {
      value += (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) * 2 ** i;
    }
    return value;
  };
  const small = take(1) === 1;
  const side = () => (small ? (take(5) + 1) * 8 : take([9, 13, 18, 30][take(2)] ?? 9) + 1);
  const height = side();
  const ratio = jxlRatios[take(3) - 1];
  return ratio ? size(Math.floor((height * ratio[0]) / ratio[1]), height) : size(side(), height);
}

const jxl: Measure = (bytes) => {
  if (bytes[0] === 0xff) return jxlCodestream(bytes);
  const all = boxes(bytes, 0, bytes.length);
  const whole = box(all, 'jxlc');
  const part = box(all, 'jxlp');
  if (whole) return jxlCodestream(bytes.subarray(whole.start));
  return part ? jxlCodestream(bytes.subarray(part.start + 4)) : null;
};

const measures: Record<string, Measure> = {
  'image/jpeg': jpeg,
  'image/png': png,
  'image/gif': gif,
  'image/webp': webp,
  'image/bmp': bmp,
  'image/vnd.microsoft.icon': ico,
  'image/tiff': tiff,
  'image/avif': heif,
  'image/heic': heif,
  'image/heif': heif,
  'image/jp2': jp2,
  'image/jxl': jxl,
};

/**
 * Pixels as stored (EXIF orientation not applied, as Komga tells them), out of the first bytes of a picture and without
 * decoding it. Null when the bytes do not reach that far or are damaged.
 */
export function pictureSize(bytes: Uint8Array): PictureSize | null {
  const measure = measures[pictureType(bytes) ?? ''];
  if (!measure) return null;
  try {
    return measure(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    return null; // a number beyond the end of the bytes
  }
}
