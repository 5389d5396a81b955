export const blockBytes = 512;
/** Of an extended header; paths are shorter. */
export const textBytes = 64 * 1024;

/** A number in octal digits, or in base 256 where the first bit says so. */
function numberAt(block: Buffer, at: number, length: number): number {
  if ((block[at] ?? 0) < 0x80) {
    const text = block
      .toString('latin1', at, at + length)
      .replaceAll('\0', ' ')
      .trim();
    return /^[0-7]+$/u.test(text) ? Number.parseInt(text, 8) : text === '' ? 0 : NaN;
  }
  let value = (block[at] ?? 0) & 0x7f;
  for (let i = 1; i < length; i++) value = value * 256 + (block[at + i] ?? 0);
  return Number.isSafeInteger(value) ? value : Infinity;
}

/** The sum of all bytes, its own field counted as spaces, stands in every header: formats before ustar have no other mark. */
export function isTarHeader(block: Buffer): boolean {
  if (block.length < blockBytes || block[0] === 0) return false;
  const declared = numberAt(block, 148, 8);
  let sum = 8 * 32;
  for (let i = 0; i < blockBytes; i++) if (i < 148 || i >= 156) sum += block[i] ?? 0;
  return sum === declared;
}

/** The end of the archive. */
export const isEmptyBlock = (block: Buffer) => block.every((byte) => byte === 0);

const textAt = (block: Buffer, at: number, length: number) => {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
};

function nameOf(block: Buffer): Buffer {
  const name = textAt(block, 0, 100);
  // the prefix of ustar; GNU keeps times there
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? textAt(block, 345, 155) : Buffer.alloc(0);
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]);
}

/** What an extended header says about the entry behind it: `length key=value\n` each. */
function paxOf(bytes: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString('latin1', at, space));
    if (space < 0 || !(length > space - at)) break;
    const record = bytes.subarray(space + 1, at + length - 1);
    const equals = record.indexOf(0x3d);
    if (equals > 0) found.set(record.toString('latin1', 0, equals), record.subarray(equals + 1));
    at += length;
  }
  return found;
}

/** What headers of their own said about the entry that follows them. */
interface Told {
  name?: Buffer;
  utf8?: boolean;
  size?: number;
}

function toldBy(type: string, bytes: Buffer): Told {
  if (type === 'L') return { name: textAt(bytes, 0, bytes.length) };
  const pax = paxOf(bytes);
  const [path, length] = [pax.get('path'), pax.get('size')];
  return {
    ...(path ? { name: path, utf8: true } : {}),
    ...(length ? { size: Number(length.toString('latin1')) } : {}),
  };
}

/** One entry as its headers tell it. */
export interface TarEntry {
  name: Buffer;
  /** Extended headers are in UTF-8 by definition. */
  utf8: boolean;
  size: number;
  /** Regular files: of the first formats (a zero byte), of ustar, and those that want to lie in one piece. */
  file: boolean;
}

export interface TarHeader {
  /** `tell` wants this many of the bytes that follow: they speak of the next entry. */
  told: number;
  /** Null when the header is about others. */
  entry: TarEntry | null;
  /** Bytes of data behind it, and how many until the next header. */
  size: number;
  room: number;
}

const fileTypes = new Set(['\0', '0', '7']);

/** Reads headers in their order, and keeps in mind what one of them says about the next. */
export function createTarHeaders() {
  let told: Told = {};
  let type = '';
  return {
    /** Null for what is no header. */
    read(block: Buffer): TarHeader | null {
      type = String.fromCharCode(block[156] ?? 0);
      const isTold = type === 'L' || type === 'x';
      const own = numberAt(block, 124, 12);
      const size = isTold ? own : (told.size ?? own);
      if (!isTarHeader(block) || !(size >= 0)) return null;
      // links and folders have a size sometimes, but never data
      const room = /[1-6]/u.test(type) ? 0 : Math.ceil(size / blockBytes) * blockBytes;
      if (isTold) return { told: Math.min(size, textBytes), entry: null, size, room };
      // K and g speak of links and of all that follows: nothing that a page needs
      if (type === 'K' || type === 'g') return { told: 0, entry: null, size, room };
      const { name = nameOf(block), utf8 = false } = told;
      told = {};
      return { told: 0, entry: { name, utf8, size, file: fileTypes.has(type) }, size: room === 0 ? 0 : size, room };
    },
    tell(bytes: Buffer): void {
      told = { ...told, ...toldBy(type, bytes) };
    },
  };
}
