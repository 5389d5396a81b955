import { crc32 } from 'node:zlib';
import type { ByteSource } from './byte-source';
import type { RarBlock } from './rar-headers';
import { cleanName, decodeNames } from './zip-names';

const type = { main: 0x73, file: 0x74, service: 0x7a, end: 0x7b };
const flag = {
  volume: 0x0001,
  solid: 0x0008,
  headersEncrypted: 0x0080,
  nextVolume: 0x0001,
  splitBefore: 0x0001,
  splitAfter: 0x0002,
  encrypted: 0x0004,
  large: 0x0100,
  unicode: 0x0200,
  hasData: 0x8000,
};
const dictionaryBits = 0x00e0;
const baseBytes = 7;
const fileBytes = 32;

/** One block of a RAR 1.5 to 4 archive (the technical note that came with RAR 4 describes them). */
export async function readRar4Block(source: ByteSource, position: number): Promise<RarBlock | null> {
  const base = await source.read(position, baseBytes);
  if (base.length < baseBytes) return null;
  const [kind, flags, headerSize] = [base[2] ?? 0, base.readUInt16LE(3), base.readUInt16LE(5)];
  if (headerSize < baseBytes || kind < 0x72 || kind > 0x7b) return null;
  const header = await source.read(position, headerSize);
  if (header.length < headerSize) return null;
  const after = position + headerSize;
  if (kind === type.end) return { end: true, more: (flags & flag.nextVolume) !== 0, next: after };
  if (kind === type.main) return mainBlock(flags, after);
  if (kind === type.file && headerSize >= fileBytes) return fileBlock(header, flags, after);
  if (kind === type.file) return null;
  const dataSize = (flags & flag.hasData) !== 0 && headerSize >= 11 ? header.readUInt32LE(7) : 0;
  return { next: after + dataSize };
}

function mainBlock(flags: number, next: number): RarBlock {
  const main = { solid: (flags & flag.solid) !== 0, volume: (flags & flag.volume) !== 0 };
  return { main, next, headersEncrypted: (flags & flag.headersEncrypted) !== 0 };
}

function fileBlock(header: Buffer, flags: number, after: number): RarBlock | null {
  // the comment of a RAR 1.5 to 2 file lies inside the header and is not in the sum
  const hasComment = (flags & 0x0008) !== 0;
  if (!hasComment && (crc32(header.subarray(2)) & 0xffff) !== header.readUInt16LE(0)) return null;
  const large = (flags & flag.large) !== 0 && header.length >= fileBytes + 8;
  const high = (at: number) => (large ? header.readUInt32LE(at) * 2 ** 32 : 0);
  const packedSize = header.readUInt32LE(7) + high(32);
  const nameStart = fileBytes + (large ? 8 : 0);
  const nameBytes = header.subarray(nameStart, nameStart + header.readUInt16LE(26));
  const folder = (flags & dictionaryBits) === dictionaryBits;
  const unix = header[15] === 3;
  const link = unix && (header.readUInt32LE(28) & 0xf000) >>> 0 === 0xa000;
  return {
    entry: {
      name: readName(nameBytes, (flags & flag.unicode) !== 0),
      size: header.readUInt32LE(11) + high(36),
      packedSize,
      dataOffset: after,
      stored: header[25] === 0x30,
      dictionary: folder ? 0 : 65_536 << ((flags & dictionaryBits) >> 5),
      crc32: header.readUInt32LE(16),
      encrypted: (flags & flag.encrypted) !== 0,
      file: !folder && !link,
      splitBefore: (flags & flag.splitBefore) !== 0,
      splitAfter: (flags & flag.splitAfter) !== 0,
    },
    next: after + packedSize,
  };
}

function readName(bytes: Buffer, unicode: boolean): string {
  const zero = bytes.indexOf(0);
  if (unicode && zero >= 0) return cleanName(unpackName(bytes.subarray(0, zero), bytes.subarray(zero + 1)));
  return decodeNames([{ bytes, utf8: unicode, unicode: null }])[0] ?? '';
}

/** RAR's own packing of UTF-16: two bits for each unit say whether it is given whole, as a low byte, or as in the plain name. */
function unpackName(plain: Buffer, packed: Buffer): string {
  const units: number[] = [];
  const high = (packed[0] ?? 0) << 8;
  let at = 1;
  const take = () => packed[at++] ?? 0;
  let bits = 0;
  for (let left = 0; at < packed.length; left -= 2, bits = (bits << 2) & 0xff) {
    if (left === 0) {
      bits = take();
      left = 8;
    }
    const mode = bits >> 6;
    if (mode === 0) units.push(take());
    if (mode === 1) units.push(take() | high);
    if (mode === 2) units.push(take() | (take() << 8));
    if (mode !== 3) continue;
    const run = take();
    const correction = (run & 0x80) !== 0 ? take() : null;
    for (let rest = (run & 0x7f) + 2; rest > 0 && units.length < plain.length; rest--) {
      const unit = plain[units.length] ?? 0;
      units.push(correction === null ? unit : ((unit + correction) & 0xff) | high);
    }
  }
  return new TextDecoder('utf-16le').decode(Uint16Array.from(units)); // a lone surrogate could not be stored
}
