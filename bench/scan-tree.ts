import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { zipOf } from '../scripts/zip-file';

/** As in performance.md §7: folders of five small archives, ten tiny pages and a ComicInfo.xml in each. */
const booksEach = 5;
const pagesEach = 10;

const draw = (red: number) =>
  sharp({ create: { width: 16, height: 24, channels: 3, background: { r: red, g: 80, b: 120 } } })
    .jpeg()
    .toBuffer();

const infoOf = (series: number, book: number) =>
  `<?xml version="1.0"?><ComicInfo><Series>Series ${series}</Series><Number>${book}</Number><Title>Part ${book}</Title><Writer>Somebody</Writer><Genre>Drama, Action</Genre></ComicInfo>`;

/** Makes a library of so many books, whose files are old, and tells how many folders it has. */
export async function makeTree(root: string, count: number): Promise<number> {
  const pictures = await Promise.all(Array.from({ length: pagesEach }, (_, index) => draw(index * 20)));
  const pages = pictures.map((data, index) => ({ name: `${String(index + 1).padStart(3, '0')}.jpg`, data }));
  const longAgo = new Date('2024-05-01T12:00:00Z');
  const folders = count / booksEach;
  for (let series = 0; series < folders; series++) {
    const folder = path.join(root, `Series ${String(series).padStart(6, '0')}`);
    mkdirSync(folder, { recursive: true });
    for (let book = 1; book <= booksEach; book++) {
      const file = path.join(folder, `Volume ${book}.cbz`);
      const info = { name: 'ComicInfo.xml', data: Buffer.from(infoOf(series, book)) };
      writeFileSync(file, zipOf([info, ...pages]));
      utimesSync(file, longAgo, longAgo);
    }
    utimesSync(folder, longAgo, longAgo);
  }
  return folders;
}
