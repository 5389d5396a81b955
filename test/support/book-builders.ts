import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { zipOf, type ZipEntry } from '../../scripts/zip-file';

export { zipOf } from '../../scripts/zip-file';

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
  const files: ZipEntry[] = [];
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
