/** What a TAR as a whole may be packed with, in the words of 7-Zip. */
export type TarPacking = 'gzip' | 'bzip2' | 'xz' | 'zstd';

/** A number of xz: seven bits a byte, lowest first. */
function variable(bytes: Buffer, at: number): { value: number; next: number } {
  let value = 0;
  for (let n = 0; n < 9; n++) {
    const byte = bytes[at + n] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * n);
    if (byte < 0x80) return { value, next: at + n + 1 };
  }
  return { value: Infinity, next: at + 9 };
}

const lzma2 = 0x21;

/** The filters stand in the header of the first block, behind the 12 bytes of the stream's own. */
function windowOfXz(bytes: Buffer): number {
  const flags = bytes[13] ?? 0;
  let at = 14;
  // both sizes may be told
  if ((flags & 0x40) !== 0) at = variable(bytes, at).next;
  if ((flags & 0x80) !== 0) at = variable(bytes, at).next;
  for (let filter = 0; filter <= (flags & 3); filter++) {
    const id = variable(bytes, at);
    const size = variable(bytes, id.next);
    const code = bytes[size.next] ?? 0;
    if (id.value === lzma2) return (2 | (code & 1)) * 2 ** ((code >> 1) + 11);
    at = size.next + size.value;
  }
  return 0;
}

/** Without a window of its own a frame is as long as its content, of which at most four gigabytes are told exactly. */
function windowOfZstd(bytes: Buffer): number {
  const descriptor = bytes[4] ?? 0;
  if ((descriptor & 0x20) === 0) {
    const code = bytes[5] ?? 0;
    return 2 ** (10 + (code >> 3)) * (1 + (code & 7) / 8);
  }
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const sizes = [
    bytes[at] ?? 0,
    bytes.readUInt16LE(at) + 256,
    bytes.readUInt32LE(at),
    Number(bytes.readBigUInt64LE(at)),
  ];
  return sizes[descriptor >> 6] ?? 0;
}

/** Bytes of the window that packed data asks for in its first 64 bytes; formats without one (or with a small one) give 0. */
export function windowOf(packing: TarPacking, head: Buffer): number {
  const bytes = Buffer.alloc(64);
  head.copy(bytes);
  if (packing === 'xz') return windowOfXz(bytes);
  return packing === 'zstd' ? windowOfZstd(bytes) : 0;
}
