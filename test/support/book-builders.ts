import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';

/** Files for tests: generated, tiny, nobody's work. */
export interface ZipFile {
  name: string;
  data: Buffer;
}

/** A ZIP archive with everything stored, in the order given. */
export function zipOf(files: ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data } of files) {
    const bytes = Buffer.from(name, 'utf8');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(bytes.length, 22);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(offset, 10);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, bytes, data);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, central, bytes);
    offset += 30 + bytes.length + data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listed, end]);
}

const drawn = new Map<number, Promise<Buffer>>();

/** A small picture; another number is another picture. */
export function picture(number = 1): Promise<Buffer> {
  const background = { r: (number * 37) % 256, g: (number * 101) % 256, b: (number * 59) % 256 };
  const draw = () =>
    sharp({ create: { width: 40, height: 60, channels: 3, background } })
      .jpeg()
      .toBuffer();
  const known = drawn.get(number) ?? draw();
  drawn.set(number, known);
  return known;
}

export interface CbzOptions {
  pages?: number;
  /** Tells one book's content from another's. */
  seed?: number;
  comicInfo?: Record<string, string | number>;
}

/** A comic of a few pages, with a ComicInfo.xml when fields are given. */
export async function cbz({ pages = 2, seed = 1, comicInfo }: CbzOptions = {}): Promise<Buffer> {
  const files: ZipFile[] = [];
  if (comicInfo) files.push({ name: 'ComicInfo.xml', data: Buffer.from(xmlOf(comicInfo)) });
  for (let page = 1; page <= pages; page++) {
    files.push({ name: `${String(page).padStart(3, '0')}.jpg`, data: await picture(seed * 10 + page) });
  }
  return zipOf(files);
}

function xmlOf(fields: Record<string, string | number>): string {
  const elements = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<?xml version="1.0" encoding="utf-8"?><ComicInfo>${elements.join('')}</ComicInfo>`;
}

/** Long enough ago not to be taken for a file that is still being copied. */
export const longAgo = new Date('2024-05-01T12:00:00Z');

/** Writes a file with its folders; its time and theirs are long past. */
export function put(root: string, name: string, data: Buffer | string): string {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, data);
  utimesSync(file, longAgo, longAgo);
  for (let folder = path.dirname(file); folder.length > root.length; folder = path.dirname(folder)) {
    utimesSync(folder, longAgo, longAgo);
  }
  return file;
}
