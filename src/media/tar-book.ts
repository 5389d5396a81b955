import type { ByteSource } from './byte-source';
import type { MediaLimits } from './limits';
import { checkEntries, type PackedBook, type PackedEntry } from './packed-book';
import { cleanName, decodeNames } from './zip-names';

const blockBytes = 512;
const textBytes = 64 * 1024;

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

interface RawEntry {
  name: Buffer;
  /** Extended headers are in UTF-8 by definition. */
  utf8: boolean;
  offset: number;
  size: number;
  type: string;
}

/** What headers of their own said about the entry that follows them. */
interface Told {
  name?: Buffer;
  utf8?: boolean;
  size?: number;
}

async function toldBy(source: ByteSource, type: string, offset: number, size: number): Promise<Told | null> {
  if (type !== 'L' && type !== 'x') return null;
  const bytes = await source.read(offset, Math.min(size, textBytes));
  if (type === 'L') return { name: textAt(bytes, 0, bytes.length) };
  const pax = paxOf(bytes);
  const [path, length] = [pax.get('path'), pax.get('size')];
  return {
    ...(path ? { name: path, utf8: true } : {}),
    ...(length ? { size: Number(length.toString('latin1')) } : {}),
  };
}

/** Goes from header to header. The end is an empty block, or that of the file. */
async function walkTar(source: ByteSource, limits: MediaLimits): Promise<{ raw: RawEntry[]; damaged: boolean }> {
  const raw: RawEntry[] = [];
  let told: Told = {};
  let position = 0;
  for (let blocks = 0; position + blockBytes <= source.size && blocks < 3 * limits.entries; blocks++) {
    const block = await source.read(position, blockBytes);
    if (block.every((byte) => byte === 0)) return { raw, damaged: false };
    const type = String.fromCharCode(block[156] ?? 0);
    const size = told.size ?? numberAt(block, 124, 12);
    if (!isTarHeader(block) || !(size >= 0)) return { raw, damaged: true };
    const offset = position + blockBytes;
    const next = await toldBy(source, type, offset, size);
    told = next ? { ...told, ...next } : told;
    // K and g speak of links and of all that follows: nothing that a page needs
    if (!next && type !== 'K' && type !== 'g') {
      raw.push({ name: told.name ?? nameOf(block), utf8: told.utf8 === true, offset, size, type });
      told = {};
    }
    // links and folders have a size sometimes, but never data
    const hasData = !/[1-6]/u.test(type);
    position = offset + (hasData ? Math.ceil(size / blockBytes) * blockBytes : 0);
  }
  return { raw, damaged: position > source.size };
}

/** Regular files: of the first formats (a zero byte), of ustar, and those that want to lie in one piece. */
const fileTypes = new Set(['\0', '0', '7']);

/** A TAR: nothing is packed, so every page is bytes of the file. */
export async function readTarBook(source: ByteSource, limits: MediaLimits): Promise<PackedBook> {
  const { raw, damaged } = await walkTar(source, limits);
  const names = decodeNames(raw.map(({ name, utf8 }) => ({ bytes: name, utf8, unicode: null })));
  const entries = raw.map(({ offset, size, type }, index): PackedEntry => {
    const name = cleanName(names[index] ?? '');
    const file = fileTypes.has(type) && !name.endsWith('/');
    const place = { size, packedSize: size, dataOffset: offset, stored: true };
    return { index, name, ...place, dictionary: 0, crc32: null, encrypted: false, file };
  });
  checkEntries(entries, damaged, limits);
  return {
    container: 'tar',
    source,
    bytes: source.size,
    entries,
    solid: false,
    damaged,
    limits,
    unpack: () => Promise.resolve(null),
  };
}
