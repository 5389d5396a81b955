import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** Where an entry of the file lies: of its data. */
export interface SparseEntry {
  position: number;
  size: number;
}

const header = (length: number, fill: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.alloc(length);
  fill(bytes);
  return bytes;
};

function localHeader(name: string, size: number, crc: number): Buffer {
  return header(30, (bytes) => {
    bytes.write('PK\x03\x04', 'latin1');
    bytes.writeUInt16LE(45, 4);
    bytes.writeUInt32LE(crc, 14);
    bytes.writeUInt32LE(size, 18);
    bytes.writeUInt32LE(size, 22);
    bytes.writeUInt16LE(name.length, 26);
  });
}

/** With the zip64 field for where the entry is, as behind the first 4 GiB it has to be. */
function directoryEntry(name: string, size: number, crc: number, offset: number): Buffer {
  const fixed = header(46, (bytes) => {
    bytes.write('PK\x01\x02', 'latin1');
    bytes.writeUInt16LE(45, 6);
    bytes.writeUInt32LE(crc, 16);
    bytes.writeUInt32LE(size, 20);
    bytes.writeUInt32LE(size, 24);
    bytes.writeUInt16LE(name.length, 28);
    bytes.writeUInt16LE(12, 30);
    bytes.writeUInt32LE(0xffffffff, 42);
  });
  const extra = header(12, (bytes) => {
    bytes.writeUInt16LE(1, 0);
    bytes.writeUInt16LE(8, 2);
    bytes.writeBigUInt64LE(BigInt(offset), 4);
  });
  return Buffer.concat([fixed, Buffer.from(name), extra]);
}

function endRecords(count: number, size: number, offset: number): Buffer {
  const record = header(56, (bytes) => {
    bytes.write('PK\x06\x06', 'latin1');
    bytes.writeBigUInt64LE(44n, 4);
    bytes.writeUInt16LE(45, 14);
    for (const at of [24, 32]) bytes.writeBigUInt64LE(BigInt(count), at);
    bytes.writeBigUInt64LE(BigInt(size), 40);
    bytes.writeBigUInt64LE(BigInt(offset), 48);
  });
  const locator = header(20, (bytes) => {
    bytes.write('PK\x06\x07', 'latin1');
    bytes.writeBigUInt64LE(BigInt(offset + size), 8);
    bytes.writeUInt32LE(1, 16);
  });
  const end = header(22, (bytes) => {
    bytes.write('PK\x05\x06', 'latin1');
    bytes.fill(0xff, 8, 20);
  });
  return Buffer.concat([record, locator, end]);
}

/**
 * A zip64 archive of any size that takes little room: each entry begins with the same picture, and the rest of it is a hole
 * in the file. Tells where the entries are.
 */
export function writeSparseZip(file: string, picture: Buffer, count: number, size: number): SparseEntry[] {
  const crc = crc32(Buffer.concat([picture, Buffer.alloc(size - picture.length)]));
  const directory: Buffer[] = [];
  const entries: SparseEntry[] = [];
  const descriptor = openSync(file, 'w');
  let at = 0;
  for (let n = 0; n < count; n++) {
    const name = `${String(n + 1).padStart(5, '0')}.jpg`;
    const local = Buffer.concat([localHeader(name, size, crc), Buffer.from(name)]);
    writeSync(descriptor, Buffer.concat([local, picture]), 0, local.length + picture.length, at);
    directory.push(directoryEntry(name, size, crc, at));
    entries.push({ position: at + local.length, size });
    at += local.length + size;
  }
  const listed = Buffer.concat(directory);
  const tail = Buffer.concat([listed, endRecords(count, listed.length, at)]);
  ftruncateSync(descriptor, at + tail.length);
  writeSync(descriptor, tail, 0, tail.length, at);
  closeSync(descriptor);
  return entries;
}
