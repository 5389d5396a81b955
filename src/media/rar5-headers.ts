import { crc32 } from 'node:zlib';
import type { ByteSource } from './byte-source';
import type { RarBlock } from './rar-headers';
import { cleanName } from './zip-names';

const type = { main: 1, file: 2, service: 3, encryption: 4, end: 5 };
const blockFlag = { extra: 0x01, data: 0x02, splitBefore: 0x08, splitAfter: 0x10 };
const fileFlag = { folder: 0x01, time: 0x02, crc: 0x04, unknownSize: 0x08 };
const extraType = { encryption: 0x01, redirection: 0x05 };
/** The format's own limit for a header. */
const maxHeaderBytes = 2 * 1024 * 1024;
const firstBytes = 512;

/** Reads the variable-length numbers of the format one after the other. */
function cursor(bytes: Buffer, start: number) {
  let at = start;
  return {
    get at() {
      return at;
    },
    skip(count: number) {
      at += count;
    },
    number() {
      let value = 0;
      for (let i = 0; i < 10; i++) {
        const byte = bytes[at++];
        if (byte === undefined) return NaN;
        value += (byte & 0x7f) * 2 ** (7 * i);
        if (byte < 0x80) return value;
      }
      return NaN;
    },
  };
}

/** The whole header at a position, verified; null where there is none. `start` is that of the type field. */
async function readHeader(source: ByteSource, position: number): Promise<{ bytes: Buffer; start: number } | null> {
  let bytes = await source.read(position, firstBytes);
  if (bytes.length < 7) return null;
  const size = cursor(bytes, 4);
  const length = size.number();
  const start = size.at;
  if (!(length > 0 && length <= maxHeaderBytes)) return null;
  if (start + length > bytes.length) bytes = await source.read(position, start + length);
  if (bytes.length < start + length) return null;
  const header = bytes.subarray(0, start + length);
  return crc32(header.subarray(4)) === header.readUInt32LE(0) ? { bytes: header, start } : null;
}

/** One block of a RAR 5 archive (https://www.rarlab.com/technote.htm). */
export async function readRar5Block(source: ByteSource, position: number): Promise<RarBlock | null> {
  const header = await readHeader(source, position);
  if (!header) return null;
  const { bytes, start } = header;
  const fields = cursor(bytes, start);
  const kind = fields.number();
  const flags = fields.number();
  const extraSize = (flags & blockFlag.extra) !== 0 ? fields.number() : 0;
  const dataSize = (flags & blockFlag.data) !== 0 ? fields.number() : 0;
  if (!Number.isFinite(extraSize + dataSize)) return null;
  const after = position + bytes.length;
  const next = after + dataSize;
  if (kind === type.end) return { end: true, more: (fields.number() & 1) !== 0, next };
  if (kind === type.encryption) return { headersEncrypted: true, next };
  if (kind === type.main) {
    const archive = fields.number();
    return { main: { volume: (archive & 1) !== 0, solid: (archive & 4) !== 0 }, next };
  }
  if (kind !== type.file) return { next };
  const split = {
    splitBefore: (flags & blockFlag.splitBefore) !== 0,
    splitAfter: (flags & blockFlag.splitAfter) !== 0,
  };
  const entry = readFile(bytes, fields, extraSize);
  return entry && { entry: { ...entry, packedSize: dataSize, dataOffset: after, ...split }, next };
}

function readFile(bytes: Buffer, fields: ReturnType<typeof cursor>, extraSize: number) {
  const flags = fields.number();
  const size = fields.number();
  fields.number(); // attributes
  if ((flags & fileFlag.time) !== 0) fields.skip(4);
  const crcAt = fields.at;
  const hasCrc = (flags & fileFlag.crc) !== 0 && crcAt + 4 <= bytes.length;
  if (hasCrc) fields.skip(4);
  const compression = fields.number();
  fields.number(); // system
  const nameLength = fields.number();
  if (!(fields.at + nameLength <= bytes.length)) return null;
  const extra = readExtra(bytes, bytes.length - extraSize);
  const folder = (flags & fileFlag.folder) !== 0;
  return {
    name: cleanName(bytes.toString('utf8', fields.at, fields.at + nameLength)),
    size: (flags & fileFlag.unknownSize) !== 0 ? Infinity : size,
    stored: ((compression >> 7) & 7) === 0,
    dictionary: folder ? 0 : dictionarySize(compression),
    crc32: hasCrc ? bytes.readUInt32LE(crcAt) : null,
    encrypted: extra.encrypted,
    file: !folder && !extra.link,
  };
}

/** 128 KiB doubled up to 15 times (version 0), with 1/32 steps and larger ones since RAR 7 (version 1). */
function dictionarySize(compression: number): number {
  const version = compression & 0x3f;
  const power = (compression >> 10) & (version === 0 ? 0x0f : 0x1f);
  const base = 131_072 * 2 ** power;
  return version === 0 ? base : base + (base / 32) * ((compression >> 15) & 0x1f);
}

/** Records behind the name: whether the data is encrypted, and whether the entry stands for another one. */
function readExtra(bytes: Buffer, start: number): { encrypted: boolean; link: boolean } {
  const found = { encrypted: false, link: false };
  const fields = cursor(bytes, start);
  while (fields.at < bytes.length) {
    const size = fields.number();
    const end = fields.at + size;
    if (!(size > 0 && end <= bytes.length)) break;
    const kind = fields.number();
    found.encrypted ||= kind === extraType.encryption;
    found.link ||= kind === extraType.redirection;
    fields.skip(end - fields.at);
  }
  return found;
}
