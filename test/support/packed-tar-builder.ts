import { gzipSync } from 'node:zlib';
import type { TarPacking } from '../../src/media/packed-window';
import { buildSevenZip } from './seven-zip-builder';

/** Blocks of a zstd frame that are stored: there is no packer for it here, but what is not packed is zstd too. */
function storeZstd(bytes: Buffer): Buffer {
  const most = 128 * 1024;
  // a window of 256 KiB, no size, no checksum
  const parts: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x40])];
  for (let at = 0; at < bytes.length; at += most) {
    const block = bytes.subarray(at, at + most);
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | (at + most >= bytes.length ? 1 : 0), 0, 3);
    parts.push(header, block);
  }
  return Buffer.concat(parts);
}

/** Packs an archive as a whole. */
export function packWhole(bytes: Buffer, packing: TarPacking): Promise<Buffer> {
  if (packing === 'gzip') return Promise.resolve(gzipSync(bytes));
  if (packing === 'zstd') return Promise.resolve(storeZstd(bytes));
  return buildSevenZip([{ name: 'book.tar', data: bytes }], [`-t${packing}`]);
}
