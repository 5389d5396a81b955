import { crc32 } from 'node:zlib';
import { fail } from '../base/errors';
import type { ByteSource } from './byte-source';
import type { MediaLimits } from './limits';
import { decodeNames, type RawName } from './zip-names';

/** One entry as the archive's directory tells it. */
export interface ZipEntry {
  name: string;
  method: number;
  crc32: number;
  compressedSize: number;
  size: number;
  /** Of the local header, from the start of the file. */
  offset: number;
  /** A file: neither a folder nor a symbolic link. */
  file: boolean;
  encrypted: boolean;
  /** General purpose bits. */
  flags: number;
}

export interface ZipDirectory {
  entries: ZipEntry[];
  /** Parts of the directory could not be read; what is listed may be incomplete. */
  damaged: boolean;
}

interface End {
  directoryOffset: number;
  directorySize: number;
  /** Where the end records begin, so where the directory ends. */
  position: number;
  /** Number of this disk; not 0 for the last part of a split archive. */
  disk: number;
}

const signature = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 };
const endBytes = 22;
const centralBytes = 46;
/** A comment can have 65,535 bytes; some tools and unfinished uploads append as much again. */
const tailBytes = endBytes + 2 * 0xffff;
/** Ends of archives inside the comment or inside a stored archive: no more than this many are tried. */
const endCandidates = 32;

/** A 64-bit number; one beyond 2^53 cannot be a place in a file and becomes Infinity. */
function uint64(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : Number(value);
}

/** Reads the directory at the end of a ZIP; null when there is none that can be used. */
export async function readZipDirectory(source: ByteSource, limits: MediaLimits): Promise<ZipDirectory | null> {
  const tailStart = Math.max(0, source.size - tailBytes);
  const tail = await source.read(tailStart, tailBytes);
  let at = tail.length - endBytes;
  for (let tried = 0; tried < endCandidates && at >= 0; tried++) {
    at = tail.lastIndexOf('PK\x05\x06', at, 'latin1');
    if (at < 0 || at + endBytes > tail.length) break;
    const directory = await readFromEnd(source, tail, at, tailStart, limits);
    if (directory) return directory;
    at -= 1;
  }
  return null;
}

/** True when the tail holds an end record: the file is a ZIP whatever it begins with. */
export async function endsLikeZip(source: ByteSource): Promise<boolean> {
  const tail = await source.read(Math.max(0, source.size - tailBytes), tailBytes);
  const at = tail.lastIndexOf('PK\x05\x06', tail.length, 'latin1');
  return at >= 0 && at + endBytes <= tail.length;
}

async function readFromEnd(source: ByteSource, tail: Buffer, at: number, tailStart: number, limits: MediaLimits) {
  const plain: End = {
    disk: tail.readUInt16LE(at + 4),
    directorySize: tail.readUInt32LE(at + 12),
    directoryOffset: tail.readUInt32LE(at + 16),
    position: tailStart + at,
  };
  for (const end of [await readEnd64(source, plain), plain]) {
    if (!end) continue;
    const directory = await readAtEnd(source, end, limits);
    if (directory) return directory;
  }
  return null;
}

async function readEnd64(source: ByteSource, plain: End): Promise<End | null> {
  const locator = await source.read(plain.position - 20, 20);
  if (locator.length < 20 || locator.readUInt32LE(0) !== signature.locator64) return null;
  // the place it names is wrong when something was put in front of the archive; then it lies right before the locator
  for (const position of [uint64(locator, 8), plain.position - 20 - 56]) {
    if (position < 0 || position + 56 > source.size) continue;
    const record = await source.read(position, 56);
    if (record.length < 56 || record.readUInt32LE(0) !== signature.end64) continue;
    return {
      disk: record.readUInt32LE(16),
      directorySize: uint64(record, 40),
      directoryOffset: uint64(record, 48),
      position,
    };
  }
  return null;
}

async function readAtEnd(source: ByteSource, end: End, limits: MediaLimits): Promise<ZipDirectory | null> {
  if (end.directorySize === 0 && end.directoryOffset <= end.position) {
    return (await beginsWith(source, end.directoryOffset, signature.central)) ? null : { entries: [], damaged: false };
  }
  const start = await directoryStart(source, end);
  if (start === null) return null;
  if (end.disk !== 0 && end.disk !== 0xffff) throw fail('ERR_1004', { disk: end.disk });
  // to the end record rather than by the declared size: a count or size that is too low then hides nothing
  const length = end.position - start;
  if (length > limits.directoryBytes) throw fail('ERR_2001', { directoryBytes: length });
  const bytes = await source.read(start, length);
  const { raw, damaged } = parseDirectory(bytes, end.directorySize, limits);
  if (raw.length === 0) return null;
  const base = await offsetBase(source, raw, start - end.directoryOffset);
  const names = decodeNames(raw.map(({ name }) => name));
  const entries = raw.map(({ entry, mayBeFile }, index): ZipEntry => {
    const { method, crc32, compressedSize, size, offset, encrypted, flags } = entry;
    const name = names[index] ?? '';
    const file = mayBeFile && !name.endsWith('/');
    // field by field: spreading an object takes a quarter of all the time that goes into a small archive
    return { name, method, crc32, compressedSize, size, offset: offset + base, file, encrypted, flags };
  });
  return { entries, damaged };
}

async function beginsWith(source: ByteSource, position: number, wanted: number): Promise<boolean> {
  const bytes = await source.read(position, 4);
  return bytes.length === 4 && bytes.readUInt32LE(0) === wanted;
}

/** Right before the end record by its size, else where the record says. */
async function directoryStart(source: ByteSource, end: End): Promise<number | null> {
  for (const start of [end.position - end.directorySize, end.directoryOffset]) {
    if (start < 0 || start >= end.position) continue;
    if (await beginsWith(source, start, signature.central)) return start;
  }
  return null;
}

interface RawEntry {
  name: RawName;
  mayBeFile: boolean;
  entry: Omit<ZipEntry, 'name' | 'file'>;
}

function parseDirectory(
  bytes: Buffer,
  declaredSize: number,
  limits: MediaLimits,
): { raw: RawEntry[]; damaged: boolean } {
  const raw: RawEntry[] = [];
  let damaged = false;
  let at = 0;
  while (at + centralBytes <= bytes.length) {
    if (bytes.readUInt32LE(at) !== signature.central) {
      const next = bytes.indexOf('PK\x01\x02', at + 1, 'latin1');
      // behind the declared end lie the zip64 end records
      damaged ||= at < declaredSize || next >= 0;
      if (next < 0) break;
      at = next;
      continue;
    }
    if (raw.length >= limits.entries) throw fail('ERR_2001', { entries: raw.length });
    const entry = parseEntry(bytes, at);
    if (entry.next > bytes.length) return { raw, damaged: true };
    raw.push(entry);
    at = entry.next;
  }
  return { raw, damaged };
}

function parseEntry(bytes: Buffer, at: number): RawEntry & { next: number } {
  const flags = bytes.readUInt16LE(at + 8);
  const nameEnd = at + centralBytes + bytes.readUInt16LE(at + 28);
  const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
  const attributes = bytes.readUInt32LE(at + 38);
  const nameBytes = bytes.subarray(at + centralBytes, nameEnd);
  const sizes = {
    size: bytes.readUInt32LE(at + 24),
    compressedSize: bytes.readUInt32LE(at + 20),
    offset: bytes.readUInt32LE(at + 42),
  };
  const unicode = readExtra(bytes.subarray(nameEnd, extraEnd), sizes, nameBytes);
  const type = (attributes >>> 16) & 0xf000;
  const dosFolder = (attributes & 0x10) !== 0 && sizes.size === 0;
  return {
    name: { bytes: nameBytes, utf8: (flags & 0x800) !== 0, unicode },
    mayBeFile: type !== 0xa000 && type !== 0x4000 && !dosFolder,
    entry: {
      method: bytes.readUInt16LE(at + 10),
      crc32: bytes.readUInt32LE(at + 16),
      encrypted: (flags & 0x2001) !== 0,
      flags,
      ...sizes,
    },
    next: extraEnd + bytes.readUInt16LE(at + 32),
  };
}

/** Takes 64-bit sizes and the Unicode name out of the extra field. Unknown fields and odd tails are passed over. */
function readExtra(extra: Buffer, sizes: { size: number; compressedSize: number; offset: number }, name: Buffer) {
  let unicode: string | null = null;
  for (let at = 0; at + 4 <= extra.length;) {
    const id = extra.readUInt16LE(at);
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    if (id === 0x0001) readSizes64(field, sizes);
    if (id === 0x7075 && field.length > 5 && field[0] === 1 && field.readUInt32LE(1) === crc32(name)) {
      unicode = field.subarray(5).toString('utf8');
    }
    at += 4 + field.length;
  }
  return unicode;
}

function readSizes64(field: Buffer, sizes: { size: number; compressedSize: number; offset: number }): void {
  let at = 0;
  for (const key of ['size', 'compressedSize', 'offset'] as const) {
    if (sizes[key] !== 0xffffffff || at + 8 > field.length) continue;
    sizes[key] = uint64(field, at);
    at += 8;
  }
}

/**
 * What to add to the stored offsets: 0, or the length of what was put in front of the archive. Decided by looking,
 * since tools differ in whether they adjust the offsets and in which records.
 */
async function offsetBase(source: ByteSource, raw: RawEntry[], shift: number): Promise<number> {
  if (shift === 0) return 0;
  const probes = raw.slice(0, 3).map(({ entry }) => entry.offset);
  const hits = async (base: number) => {
    const found = await Promise.all(probes.map((offset) => beginsWith(source, offset + base, signature.local)));
    return found.filter(Boolean).length;
  };
  return (await hits(shift)) > (await hits(0)) ? shift : 0;
}
