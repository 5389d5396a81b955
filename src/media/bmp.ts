import { fail, isCoded } from '../base/errors';

/** Decoded pixels from the top: grey, RGB or CMYK, with alpha behind them where there is a channel more. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
}

interface Header {
  width: number;
  height: number;
  /** Rows from the top instead of from the bottom. */
  topDown: boolean;
  bits: number;
  compression: number;
  masks: [number, number, number, number];
  palette: Uint8Array;
  /** Where pixels begin when they follow the header directly (icons). */
  end: number;
}

const compressions = { none: 0, rle8: 1, rle4: 2, bitfields: 3, alphaBitfields: 6 };
const defaultMasks: Record<number, Header['masks']> = {
  16: [0x7c00, 0x03e0, 0x001f, 0],
  24: [0xff0000, 0xff00, 0xff, 0],
  32: [0xff0000, 0xff00, 0xff, 0],
};

/** Reads the header that begins at `at`; its palette entries have three bytes in the oldest form and four in all others. */
function readHeader(bytes: Buffer, at: number): Header {
  const size = bytes.readUInt32LE(at);
  const isOld = size === 12;
  const rows = isOld ? bytes.readUInt16LE(at + 6) : bytes.readInt32LE(at + 8);
  const bits = bytes.readUInt16LE(at + (isOld ? 10 : 14));
  const compression = isOld ? 0 : bytes.readUInt32LE(at + 16);
  const isMasked = compression === compressions.bitfields || compression === compressions.alphaBitfields;
  const maskBytes = isMasked && size === 40 ? (compression === compressions.alphaBitfields ? 16 : 12) : 0;
  const mask = (index: number) => bytes.readUInt32LE(at + 40 + 4 * index);
  const hasAlpha = size >= 56 || maskBytes === 16;
  const start = at + size + maskBytes;
  const declared = isOld ? 0 : bytes.readUInt32LE(at + 32);
  const colours = bits > 8 ? 0 : Math.min(256, declared || 2 ** bits);
  const end = start + colours * (isOld ? 3 : 4);
  return {
    width: isOld ? bytes.readUInt16LE(at + 4) : bytes.readInt32LE(at + 4),
    height: Math.abs(rows),
    topDown: rows < 0,
    bits,
    compression,
    masks: isMasked ? [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0] : (defaultMasks[bits] ?? [0, 0, 0, 0]),
    palette: readPalette(bytes.subarray(start, end), isOld ? 3 : 4),
    end,
  };
}

function readPalette(bytes: Buffer, step: number): Uint8Array {
  const palette = new Uint8Array(256 * 4);
  for (let i = 0; (i + 1) * step <= bytes.length; i++) {
    palette.set([bytes[i * step + 2] ?? 0, bytes[i * step + 1] ?? 0, bytes[i * step] ?? 0, 255], i * 4);
  }
  return palette;
}

/** A channel of a pixel as 0…255, whatever bits its mask has. */
function channelOf(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const highest = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / highest);
}

/** Rows of numbers: places in the palette, up to eight bits each. */
function* indexRows(bytes: Buffer, { width, height, bits }: Header): Generator<Uint8Array> {
  const stride = Math.ceil((width * bits) / 32) * 4;
  const perByte = 8 / bits;
  for (let y = 0; y < height; y++) {
    const row = new Uint8Array(width);
    for (let x = 0; x < width; x++) {
      const byte = bytes[y * stride + Math.floor(x / perByte)] ?? 0;
      row[x] = (byte >> (8 - bits - (x % perByte) * bits)) & (2 ** bits - 1);
    }
    yield row;
  }
}

/** Runs of one number, and literal ones padded to even bytes; what a delta passes over stays 0. */
function unpackRuns(bytes: Buffer, { width, height, compression }: Header): Uint8Array {
  const out = new Uint8Array(width * height);
  const isNibbles = compression === compressions.rle4;
  let [at, x, y] = [0, 0, 0];
  const put = (value: number) => {
    if (x < width && y < height) out[y * width + x] = value;
    x++;
  };
  const half = (byte: number, index: number) => (isNibbles ? (index % 2 === 0 ? byte >> 4 : byte & 15) : byte);
  while (at + 1 < bytes.length && y < height) {
    const count = bytes[at] ?? 0;
    const value = bytes[at + 1] ?? 0;
    at += 2;
    if (count > 0) for (let i = 0; i < count; i++) put(half(value, i));
    if (count > 0) continue;
    if (value === 1) break;
    if (value === 0) [x, y] = [0, y + 1];
    if (value === 2) [x, y, at] = [x + (bytes[at] ?? 0), y + (bytes[at + 1] ?? 0), at + 2];
    if (value < 3) continue;
    const length = isNibbles ? Math.ceil(value / 2) : value;
    for (let i = 0; i < value; i++) put(half(bytes[at + (isNibbles ? i >> 1 : i)] ?? 0, i));
    at += length + (length % 2);
  }
  return out;
}

function* runRows(bytes: Buffer, header: Header): Generator<Uint8Array> {
  const out = unpackRuns(bytes, header);
  for (let y = 0; y < header.height; y++) yield out.subarray(y * header.width, (y + 1) * header.width);
}

function fromPalette(bytes: Buffer, header: Header): Uint8Array {
  const { width, height, palette, topDown, compression } = header;
  const data = new Uint8Array(width * height * 4);
  let y = 0;
  for (const row of compression === 0 ? indexRows(bytes, header) : runRows(bytes, header)) {
    const target = (topDown ? y : height - 1 - y) * width;
    for (let x = 0; x < width; x++) {
      const colour = (row[x] ?? 0) * 4;
      data.set(palette.subarray(colour, colour + 4), (target + x) * 4);
    }
    y++;
  }
  return data;
}

function fromMasks(bytes: Buffer, { width, height, bits, masks, topDown }: Header): Uint8Array {
  const data = new Uint8Array(width * height * 4);
  const step = bits / 8;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const [red, green, blue, alpha] = masks.map(channelOf);
  for (let y = 0; y < height; y++) {
    const target = (topDown ? y : height - 1 - y) * width;
    for (let x = 0; x < width; x++) {
      const at = y * stride + x * step;
      if (at + step > bytes.length) return data;
      const value = bytes.readUIntLE(at, step);
      const opacity = masks[3] === 0 ? 255 : (alpha?.(value) ?? 255);
      data.set([red?.(value) ?? 0, green?.(value) ?? 0, blue?.(value) ?? 0, opacity], (target + x) * 4);
    }
  }
  return data;
}

function decodeAt(bytes: Buffer, header: Header, start: number): Pixels {
  const { width, height, bits, compression } = header;
  const isRuns = compression === compressions.rle8 || compression === compressions.rle4;
  const isIndexed = [1, 2, 4, 8].includes(bits) && (compression === 0 || isRuns);
  const isDirect = [16, 24, 32].includes(bits) && (compression === 0 || header.masks[0] !== 0) && !isRuns;
  if (!isIndexed && !isDirect) throw fail('ERR_2005', { bits, compression });
  const pixels = bytes.subarray(start);
  return { data: isIndexed ? fromPalette(pixels, header) : fromMasks(pixels, header), width, height, channels: 4 };
}

/** A number beyond the end of the bytes. */
const damaged = (error: unknown) => (isCoded(error) ? error : fail('ERR_2003', { cut: true }, error));

/** A Windows bitmap: palettes, runs, bit fields; missing rows are see-through. The caller checked its size. */
export function decodeBmp(bytes: Buffer): Pixels {
  try {
    return decodeAt(bytes, readHeader(bytes, 14), bytes.readUInt32LE(10));
  } catch (error) {
    throw damaged(error);
  }
}

interface Icon {
  width: number;
  size: number;
  offset: number;
}

/** The widest picture of an icon file: a PNG as it is, or a bitmap without file header whose mask says what is to be seen. */
export function decodeIco(bytes: Buffer, maxPixels: number): Pixels | Buffer {
  const icons: Icon[] = [];
  try {
    for (let at = 6; at < 6 + 16 * bytes.readUInt16LE(4); at += 16) {
      icons.push({ width: bytes[at] || 256, size: bytes.readUInt32LE(at + 8), offset: bytes.readUInt32LE(at + 12) });
    }
    const widest = icons.reduce((a, b) => (b.width > a.width ? b : a));
    const icon = bytes.subarray(widest.offset, widest.offset + widest.size);
    if (icon.toString('latin1', 1, 4) === 'PNG') return icon;
    const header = readHeader(icon, 0);
    // the mask lies below the picture and counts as part of its height
    const half = { ...header, height: header.height >> 1 };
    if (header.width <= 0 || header.width * half.height > maxPixels) throw fail('ERR_2001', { width: header.width });
    return withMask(icon, decodeAt(icon, half, header.end), half);
  } catch (error) {
    throw damaged(error);
  }
}

function withMask(icon: Buffer, pixels: Pixels, { width, height, bits, end }: Header): Pixels {
  const isSolid = bits === 32 && pixels.data.some((value, i) => i % 4 === 3 && value !== 255);
  if (isSolid) return pixels;
  const start = end + Math.ceil((width * bits) / 32) * 4 * height;
  const stride = Math.ceil(width / 32) * 4;
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, height - 1 - Math.floor(i / width)];
    const byte = icon[start + y * stride + (x >> 3)] ?? 0;
    if ((byte & (0x80 >> (x & 7))) !== 0) pixels.data[i * 4 + 3] = 0;
  }
  return pixels;
}
